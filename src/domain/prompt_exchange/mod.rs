//! Prompts between formats: one model, template languages as trees, and what each step loses.

mod draft;
mod equivalence;
mod evaluate;
mod file_name;
mod loss;
mod names;
mod nodes;
mod parameters;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod usage;
mod write;

pub use draft::{DraftOutput, DraftTest, DraftTool, DraftVariable, Origin, PromptDraft};
pub use equivalence::{Equivalence, draft_and_prompt, prompts, samples};
pub use evaluate::evaluate;
pub use file_name::path_of_name;
pub use loss::{Loss, Losses};
pub use names::{identifier, renamed};
pub use nodes::{Expression, Form, Node, Path, Section, Syntax, Test, joined, sections, trimmed, walk};
pub use parameters::{Words, bare_reference, in_words, is_known, is_secret, to_common, without_secrets};
pub use read::{Partials, read, read_handlebars};
pub use schema::{
    field, from_picoschema, from_properties, from_property, named, to_picoschema, to_properties, to_property,
};
pub use usage::{names as names_used, variables as variables_used};
pub use write::{Choices, flatten, is_reserved, write_handlebars, write_jinja, write_plain};
