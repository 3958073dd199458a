//! Whether a template compiles, in a time that grows with its length.

use std::collections::HashSet;
use std::ops::Range;

use handlebars::template::Template;

use super::context::Subject;
use super::source::{Nesting, Source, Token};
use crate::domain::prompt::{Prompt, PromptError, PromptFormat};

/// The length from which a part of a template is compiled by itself, in bytes.
const LONGEST: usize = 1024;

/// The first mistake in a file's template.
///
/// Literal text has no mistakes, so that only the tags are compiled, with the line breaks between them.
pub(super) fn mistake(subject: &Subject<'_>, source: &Source<'_>) -> Option<PromptError> {
    match subject.format {
        PromptFormat::Dotprompt => handlebars(source),
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
    nesting: Nesting,
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
        let mark = Part { range: section.mark.clone(), kind: Kind::Tag, nesting: Nesting::Once };
        std::iter::once(mark).chain(section.pieces.iter().map(|piece| Part {
            range: piece.range.clone(),
            kind: if piece.token == Token::Text { Kind::Text } else { Kind::Tag },
            nesting: piece.nesting,
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

/// Compiles a template part by part, each ending outside of all blocks: the engine counts lines from the template's
/// beginning for every tag, so that a long template as a whole takes the square of its length.
fn handlebars(source: &Source<'_>) -> Option<PromptError> {
    let mut tags = Tags::new(source);
    let mut start = source.body.start;
    for part in parts(source) {
        if tags.text.len() >= LONGEST && part.kind == Kind::Text && part.nesting == Nesting::Once {
            if let Some(mistake) = compile(source, start, &tags.text) {
                return Some(mistake);
            }
            tags.text.clear();
            start = part.range.start;
        }
        tags.add(&part);
    }
    compile(source, start, &tags.text)
}

/// Compiles tags that begin at an offset of the file.
fn compile(source: &Source<'_>, start: usize, tags: &str) -> Option<PromptError> {
    let error = Template::compile(tags).err()?;
    let row = error.pos().and_then(|(row, _)| u32::try_from(row).ok()).unwrap_or(1);
    let line = source.lines.position(start).line + row.saturating_sub(1);
    Some(PromptError { line: Some(line), message: format!("not a valid template: {}", error.reason()) })
}
