//! The parts of a prompt that can be left out one by one.

use std::ops::Range;

use crate::domain::message::{Message, Part, Role};
use crate::domain::message_edit::MessageEdit;
use crate::domain::run::Case;

/// Words of a section that stand for it where it has no heading.
const LABEL_WORDS: usize = 6;

/// What a part of a prompt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// A whole system message.
    System,
    /// A section of a message: below a heading of Markdown, or a paragraph where there are no headings.
    Section,
    /// An exchange that stands in the prompt's template: an example.
    Example,
    /// An exchange before the question that is not known to be an example.
    History,
    /// A request for a tool with what it answered.
    ToolUse,
}

impl PartKind {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Section => "section",
            Self::Example => "example",
            Self::History => "history",
            Self::ToolUse => "tool_use",
        }
    }
}

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptPart {
    /// What it is.
    pub kind: PartKind,
    /// Its heading or first words. It may hold foreign text.
    pub label: String,
    /// What leaves it out.
    pub edits: Vec<MessageEdit>,
}

/// The parts of a case's messages, in order and without overlap.
///
/// System messages and the last message of the user fall into sections; the section that holds the question is no part,
/// since without it nothing is asked. The messages between are exchanges: what the user said with what was answered, or a
/// request for tools with their results. An exchange is an example where the recorded template holds it, else history:
/// nothing else in a recording tells them apart.
pub fn prompt_parts(case: &Case) -> Vec<PromptPart> {
    let last_user = case.messages.iter().rposition(|message| message.role == Role::User);
    let mut parts = Vec::new();
    let mut exchange: Vec<usize> = Vec::new();
    for (place, message) in case.messages.iter().enumerate() {
        let ends = message.role == Role::System || message.role == Role::User || Some(place) == last_user;
        if ends || (message.role == Role::Assistant && message.tool_calls().next().is_some()) {
            parts.extend(taken(&mut exchange, case));
        }
        if message.role == Role::System {
            parts.extend(system(place, message));
        } else if Some(place) == last_user {
            parts.extend(sections_but(place, message, &case.question));
        } else {
            exchange.push(place);
        }
    }
    parts.extend(taken(&mut exchange, case));
    parts
}

/// An exchange that is complete.
fn taken(exchange: &mut Vec<usize>, case: &Case) -> Option<PromptPart> {
    let places = std::mem::take(exchange);
    let first = &case.messages[*places.first()?];
    let in_template = |place: &usize| {
        let text = folded(&case.messages[*place].content());
        let template = case.prompt.template.as_deref().map(folded);
        !text.is_empty() && template.is_some_and(|template| template.contains(&text))
    };
    let kind = if places.iter().any(|place| case.messages[*place].tool_calls().next().is_some()) {
        PartKind::ToolUse
    } else if places.iter().all(in_template) {
        PartKind::Example
    } else {
        PartKind::History
    };
    let tool = first.tool_calls().next().map(|call| call.name.clone());
    let label = tool.unwrap_or_else(|| first_words(&first.content()));
    let drop = |message: usize| MessageEdit::Drop { message, what: format!("{} `{label}`", kind_word(kind)) };
    Some(PromptPart { kind, edits: places.iter().copied().map(drop).collect(), label })
}

const fn kind_word(kind: PartKind) -> &'static str {
    match kind {
        PartKind::System => "system message",
        PartKind::Section => "section",
        PartKind::Example => "example",
        PartKind::History => "exchange",
        PartKind::ToolUse => "use of tool",
    }
}

fn system(place: usize, message: &Message) -> Vec<PromptPart> {
    let sections = sections_of(place, message);
    if sections.len() > 1 {
        return sections.into_iter().map(|(part, _)| part).collect();
    }
    let label = first_words(&message.content());
    let edits = vec![MessageEdit::Drop { message: place, what: kind_word(PartKind::System).to_owned() }];
    vec![PromptPart { kind: PartKind::System, label, edits }]
}

/// The sections of a message but the one with the question: the last that holds its text, else the last.
fn sections_but(place: usize, message: &Message, question: &str) -> Vec<PromptPart> {
    let mut sections = sections_of(place, message);
    let question = folded(question);
    let holds = sections.iter().rposition(|(_, text)| !question.is_empty() && folded(text).contains(&question));
    if !sections.is_empty() {
        sections.remove(holds.unwrap_or(sections.len() - 1));
    }
    sections.into_iter().map(|(part, _)| part).collect()
}

fn sections_of(place: usize, message: &Message) -> Vec<(PromptPart, String)> {
    let texts = message.parts.iter().enumerate().filter_map(|(part, text)| match text {
        Part::Text { text } => Some((part, text)),
        _ => None,
    });
    let mut sections = Vec::new();
    for (part, text) in texts {
        for bytes in cut(text) {
            let piece = &text[bytes.clone()];
            let label = first_words(piece.trim_start().trim_start_matches('#'));
            let start = text[..bytes.start].chars().count();
            let end = start + piece.chars().count();
            let what = format!("section `{label}`");
            let edits = vec![MessageEdit::Cut { message: place, part, start, end, what }];
            sections.push((PromptPart { kind: PartKind::Section, label, edits }, piece.to_owned()));
        }
    }
    sections
}

/// Where the sections of a text stand, in bytes, with the blank lines after them: from heading to heading, or paragraphs
/// where there is none; fenced code stays whole.
fn cut(text: &str) -> Vec<Range<usize>> {
    let heading = |line: &str| {
        let marks = line.len() - line.trim_start_matches('#').len();
        (1..=6).contains(&marks) && line[marks..].starts_with(' ')
    };
    let mut fenced = false;
    let mut lines: Vec<(usize, &str, bool)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        lines.push((at, line, fenced));
        fenced ^= fence;
        at += line.len();
    }
    let by_headings = lines.iter().any(|(_, line, fenced)| !fenced && heading(line));
    let mut starts: Vec<usize> = Vec::new();
    let mut after_blank = true;
    for (at, line, fenced) in &lines {
        let blank = line.trim().is_empty();
        let begins = if by_headings { heading(line) || starts.is_empty() } else { after_blank };
        if !fenced && !blank && begins {
            starts.push(*at);
        }
        after_blank = blank;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

fn first_words(text: &str) -> String {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let more = if words.len() > LABEL_WORDS { "…" } else { "" };
    words[..words.len().min(LABEL_WORDS)].join(" ") + more
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message_edit::edit_whole_messages;

    fn case(messages: Vec<Message>) -> Case {
        Case {
            trace_id: "trace".into(),
            span_id: "span".into(),
            provider: None,
            model: None,
            messages,
            parameters: serde_json::Map::new(),
            tools: None,
            prompt: crate::domain::span::PromptRef::default(),
            chunks: Vec::new(),
            question: "How long is it kept?".into(),
            answer: None,
            answer_tool_calls: Vec::new(),
            usage: crate::domain::span::Usage::default(),
            cost: crate::domain::span::Cost::Unknown,
            duration_ns: None,
            ttft_ns: None,
            finish_reason: None,
        }
    }

    fn told(case: &Case) -> Vec<String> {
        prompt_parts(case).into_iter().map(|part| format!("{} {}", part.kind.as_str(), part.label)).collect()
    }

    #[test]
    fn sections_examples_and_history_are_told_apart() {
        let mut case = case(vec![
            Message::text(Role::System, "# Rules\nBe short.\n\nBe kind.\n# Tone\nWarm."),
            Message::text(Role::User, "Hi"),
            Message::text(Role::Assistant, "Hello!"),
            Message::text(Role::User, "And you, how are you doing today?"),
            Message::text(Role::Assistant, "Fine."),
            Message::text(Role::User, "Sources:\n[1] Kept for 3 days.\n\nQuestion: How long is it\nkept?\n\nAnswer:"),
        ]);
        case.prompt.template = Some("user: Hi\nassistant: Hello!".into());
        assert_eq!(
            told(&case),
            [
                "section Rules",
                "section Tone",
                "example Hi",
                "history And you, how are you doing…",
                "section Sources:",
                "section Answer:"
            ]
        );
    }

    #[test]
    fn a_part_that_is_left_out_leaves_the_rest() {
        let case = case(vec![
            Message::text(Role::System, "Be short."),
            Message::text(Role::User, "Größe: 3.\n\nHow long is it kept?\n"),
        ]);
        let parts = prompt_parts(&case);
        assert_eq!(parts.iter().map(|part| part.kind).collect::<Vec<_>>(), [PartKind::System, PartKind::Section]);
        let mut messages = case.messages.clone();
        edit_whole_messages(&mut messages, &parts[1].edits).unwrap();
        assert_eq!(messages[1].content(), "How long is it kept?\n");
        edit_whole_messages(&mut messages, &parts[0].edits).unwrap();
        assert_eq!(messages.len(), 1);
    }

    #[test]
    fn fenced_code_stays_whole() {
        let text = "One.\n\n```\n# no heading\n\nx\n```\n\nTwo.";
        let cut: Vec<&str> = cut(text).into_iter().map(|bytes| &text[bytes]).collect();
        assert_eq!(cut, ["One.\n\n", "```\n# no heading\n\nx\n```\n\n", "Two."]);
    }
}
