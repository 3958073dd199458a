//! Readers of prompts of other tools: bytes in, drafts out, with what could not be taken along.

mod chat;
mod detect;
mod langchain;
mod langfuse;
mod own;
mod promptfoo;
mod promptfoo_config;
mod source;

use crate::domain::prompt_exchange::{Loss, Losses, Origin, PromptDraft};

pub use detect::detect;
pub use own::read as read_own;
pub use source::{Load, Source};

/// A prompt that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The prompt.
    pub draft: PromptDraft,
    /// What could not be taken along.
    pub losses: Vec<Loss>,
}

/// Something in a file that is no prompt, or one that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// The file, with the name or position of the prompt where the file holds several.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The prompts.
    pub prompts: Vec<Imported>,
    /// The rest.
    pub unread: Vec<Unread>,
}

impl Found {
    fn add(&mut self, path: &str, read: Result<Imported, String>) {
        match read {
            Ok(imported) => self.prompts.push(imported),
            Err(reason) => self.unread.push(Unread { path: path.to_owned(), reason }),
        }
    }
}

/// Reads the prompts of a file, in the format named or else the one that its content shows.
pub fn read(source: &Source<'_>, origin: Option<Origin>) -> (Option<Origin>, Found) {
    let text = match source.text() {
        Ok(text) => text,
        Err(reason) => {
            let unread = vec![Unread { path: source.path.to_owned(), reason }];
            return (origin, Found { prompts: Vec::new(), unread });
        }
    };
    let origin = origin.or_else(|| detect(source.file_name(), text));
    let mut found = Found::default();
    match origin {
        None => found.add(
            source.path,
            Err("it shows no known format; name one with --as langfuse, langchain, promptfoo, dotprompt, prompty, \
             github-models or text"
                .to_owned()),
        ),
        Some(Origin::Langfuse) => langfuse::read(source, text, &mut found),
        Some(Origin::LangChain) => langchain::read(source, text, &mut found),
        Some(Origin::Promptfoo) => promptfoo::read(source, text, &mut found),
        Some(own) => {
            let mut losses = Losses::default();
            let read = own::read_text(source.stem(), own, text, &mut losses);
            found.add(source.path, read.map(|draft| Imported { draft, losses: losses.into_list() }));
        }
    }
    (origin, found)
}
