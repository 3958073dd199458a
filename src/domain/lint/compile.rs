//! Whether a template compiles, in a time that grows with its length.

use std::collections::HashSet;
use std::ops::Range;

use super::context::Subject;
use super::source::{Source, Token};
use crate::domain::prompt::{Prompt, PromptError, PromptFormat};

/// The first mistake in a file's template, as the reader of its format has it.
///
/// Jinja's engine takes long on long texts. Literal text has no mistakes, so that of a Prompty file only the tags are
/// compiled, with the line breaks between them.
pub(super) fn mistake(subject: &Subject<'_>, source: &Source<'_>) -> Option<PromptError> {
    match subject.format {
        PromptFormat::Dotprompt => Prompt::parse(subject.name, subject.format, subject.text).err(),
        PromptFormat::Prompty => {
            let mut tags = Tags::new(source);
            parts(source).for_each(|part| tags.add(&part));
            let text = format!("{}{}", &source.text[..source.body.start], tags.text);
            Prompt::parse(subject.name, subject.format, &text).err()
        }
        PromptFormat::GithubModels | PromptFormat::Text => None,
    }
}

/// A stretch of the template.
struct Part {
    range: Range<usize>,
    kind: Kind,
}

/// What a stretch is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Tag,
}

/// The template's stretches in order; a tag that does two things is one of them.
fn parts<'s>(source: &'s Source<'_>) -> impl Iterator<Item = Part> + 's {
    let mut at = source.body.start;
    let all = source.sections.iter().flat_map(|section| {
        let mark = Part { range: section.mark.clone(), kind: Kind::Tag };
        std::iter::once(mark).chain(section.pieces.iter().map(|piece| Part {
            range: piece.range.clone(),
            kind: if piece.token == Token::Text { Kind::Text } else { Kind::Tag },
        }))
    });
    all.filter(move |part| {
        let is_new = part.range.start >= at && !part.range.is_empty();
        at = at.max(part.range.end);
        is_new
    })
}

/// The tags of a template, with the line breaks between them.
struct Tags<'s> {
    source: &'s Source<'s>,
    text: String,
    /// Where the stretch before ends.
    at: usize,
    /// Tags outside of blocks that were compiled: the same one again has no other mistake.
    seen: HashSet<&'s str>,
}

impl<'s> Tags<'s> {
    fn new(source: &'s Source<'s>) -> Self {
        Self { source, text: String::new(), at: source.body.start, seen: HashSet::new() }
    }

    fn add(&mut self, part: &Part) {
        let source = self.source;
        self.breaks(&source.text[self.at..part.range.start]);
        self.at = part.range.end;
        let written = &source.text[part.range.clone()];
        let block = written.trim_start_matches(['{', '~', '%', '-']).trim_start().starts_with(['#', '/', '^', 'e']);
        if part.kind == Kind::Tag && (block || written.starts_with("{%") || self.seen.insert(written)) {
            self.text.push_str(written);
            return;
        }
        self.breaks(written);
        // The scanner takes a tag that is never closed for text.
        if part.range.end == source.body.end
            && let Some(open) = written.rfind("{{").max(written.rfind("{%"))
        {
            self.text.push_str(written[open..].lines().next().unwrap_or_default());
        }
    }

    fn breaks(&mut self, text: &str) {
        self.text.extend(text.chars().filter(|c| *c == '\n'));
    }
}
