//! Prompts: files below `prompts/`, their versions in git, what they render to, and which of them made a call.

mod blame;
mod cases;
mod change;
mod compare;
mod error;
mod everywhere;
mod exchange;
#[cfg(test)]
mod exchange_tests;
mod files;
mod histories;
mod labels;
mod library;
mod lint;
mod load;
mod matching;
mod model_costs;
mod names;
mod outside;
mod preview;
mod ran_on;
mod restore;
mod side_by_side;
mod starter;
#[cfg(test)]
mod tests;
mod tokens;
mod verdict;
mod versions;

pub use blame::BlamedLine;
pub use compare::Difference;
pub use error::PromptsError;
pub use everywhere::RepositoryVersion;
pub use exchange::{Converted, ExchangeFile, ExchangeRequest, Exchanged, Existing, ImportedPrompt, Writing};
pub use files::{Moved, Uncommitted};
pub use labels::{Deployed, Label, LabelPut, LabelScope};
pub use library::{Listing, PromptFile, Prompts};
pub use lint::{LintFacts, Linted};
pub use load::Loaded;
pub use matching::{MatchReport, PromptMatch};
pub use model_costs::{CostOf, ModelCost};
pub use outside::{Outside, Saved};
pub use preview::{Preview, PreviewOf, Section, Spoken};
pub use ran_on::RanOn;
pub use restore::{Commits, Restored};
pub use side_by_side::{Side, SideRow, side_by_side};
pub use tokens::{CountCache, Counted, Tokenizer, count_tokens};
pub use verdict::{RecordedVersion, Verdict};
pub use versions::{Version, WORK};
