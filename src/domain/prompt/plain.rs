//! Plain templates: text in which `{{name}}` is replaced, and nothing else means anything.

use std::ops::Range;

use serde_json::{Map, Value};

use super::PromptFormat;
use super::error::PromptError;
use super::limits::Budget;
use super::model::{Inputs, Prompt};
use super::uses::{Found, Layout, Placement, Purpose};
use super::variable;
use crate::domain::message::{Message, Role};

/// The longest name, in bytes: braces further apart hold text.
const LONGEST_NAME: usize = 200;

/// A `{{name}}`: its bytes with the braces, and the name.
pub(super) struct Hole<'t> {
    pub(super) range: Range<usize>,
    pub(super) name: &'t str,
}

/// The holes of a template for which `name_of` finds a name in what stands between the braces.
pub(super) fn holes<'t>(template: &'t str, name_of: impl Fn(&'t str) -> Option<&'t str>) -> Vec<Hole<'t>> {
    let mut holes = Vec::new();
    let (mut from, mut close) = (0, 0);
    while let Some(open) = template[from..].find("{{").map(|at| from + at) {
        let inner = open + 2;
        // Found once for all openings before it.
        if close < inner {
            let Some(found) = template[inner..].find("}}") else { break };
            close = inner + found;
        }
        let name = template.get(inner..close).filter(|text| text.len() <= LONGEST_NAME).and_then(&name_of);
        from = match name {
            Some(name) => {
                holes.push(Hole { range: open..close + 2, name });
                close + 2
            }
            // In `{{{x}}}` the inner pair counts.
            None => open + 1,
        };
    }
    holes
}

/// A piece of a plain template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Text as it stands.
    Literal(String),
    /// The place of a variable's value.
    Hole(String),
}

/// Divides a template into literal text and holes; blanks within the braces do not count.
pub(super) fn spans(template: &str) -> Vec<Span> {
    divided(template, &holes(template, trimmed_name))
}

/// Divides a template into literal text and holes as GitHub Models has them: `{{ x }}` with blanks is text.
pub(super) fn exact_spans(template: &str) -> Vec<Span> {
    divided(template, &holes(template, exact_name))
}

fn divided(template: &str, holes: &[Hole<'_>]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    for hole in holes {
        if hole.range.start > from {
            spans.push(Span::Literal(template[from..hole.range.start].to_owned()));
        }
        spans.push(Span::Hole(hole.name.to_owned()));
        from = hole.range.end;
    }
    if from < template.len() {
        spans.push(Span::Literal(template[from..].to_owned()));
    }
    spans
}

fn trimmed_name(text: &str) -> Option<&str> {
    let name = text.trim();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    plain.then_some(name)
}

/// A name as an author means one where any text may be a name: no blanks at its edges, no logic of other languages.
pub(super) fn exact_name(text: &str) -> Option<&str> {
    let logic = text.starts_with(['#', '/', '^', '!', '>', '&', '=', '%']);
    let odd = text.contains(['{', '}', '\n', '"', '|', '(']) || text.trim() != text;
    (!text.is_empty() && !logic && !odd).then_some(text)
}

/// The uses of a template's holes, `offset` bytes further on.
pub(super) fn found(holes: &[Hole<'_>], offset: usize) -> Vec<Found> {
    let uses = holes.iter().map(|hole| Found {
        name: hole.name.to_owned(),
        range: hole.range.start + offset..hole.range.end + offset,
        placement: Placement::Always,
        purpose: Purpose::Printed,
        optional: false,
    });
    uses.collect()
}

/// Puts values in; `print` appends one, and a hole without a value stays as it is written.
pub(super) fn fill(
    template: &str,
    holes: &[Hole<'_>],
    variables: &Map<String, Value>,
    budget: &mut Budget,
    print: impl Fn(&Value, &mut String),
) -> Result<String, PromptError> {
    let mut text = String::new();
    let mut from = 0;
    for hole in holes {
        let Some(value) = variables.get(hole.name) else { continue };
        let before = text.len();
        text.push_str(&template[from..hole.range.start]);
        print(value, &mut text);
        budget.write(text.len() - before).map_err(PromptError::new)?;
        from = hole.range.end;
    }
    text.push_str(&template[from..]);
    Ok(text)
}

pub(super) fn parse(name: &str, text: &str) -> Prompt {
    let mut prompt = Prompt::new(name, PromptFormat::Text);
    let layout = Layout { uses: found(&holes(text, trimmed_name), 0), ..Layout::default() };
    (prompt.uses, prompt.sections) = layout.place(text, 0, &Role::User);
    prompt.variables = variable::merge(Vec::new(), &layout.uses);
    text.clone_into(&mut prompt.template);
    prompt
}

/// The white space around the file is an editor's; that of a value is kept. Text stands as it is, null is nothing, any
/// other value is JSON.
pub(super) fn render_text(
    prompt: &Prompt,
    variables: &Map<String, Value>,
    inputs: &Inputs,
) -> Result<Vec<Message>, PromptError> {
    let template = prompt.template.trim();
    let print = |value: &Value, text: &mut String| match value {
        Value::String(value) => text.push_str(value),
        Value::Null => {}
        value => text.push_str(&value.to_string()),
    };
    let text = fill(template, &holes(template, trimmed_name), variables, &mut Budget::default(), print)?;
    let mut messages = inputs.history.clone();
    messages.push(Message::text(Role::User, text));
    Ok(messages)
}
