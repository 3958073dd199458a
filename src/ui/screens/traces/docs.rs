//! What the tabs of a trace show of a span.

use serde_json::Value;

use super::show;
use crate::domain::chunk::Chunk;
use crate::domain::message::{Message, Part, Role as Speaker};
use crate::domain::span::{Cost, Span, SpanStatus};
use crate::domain::untrusted::escape_json;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::text_view::Doc;

/// A tab of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What was sent and answered.
    Messages,
    /// Retrieved chunks.
    Chunks,
    /// Tools, and calls of them.
    Tools,
    /// Feedback, notes, evaluations.
    Scores,
    /// Everything else that was recorded.
    Attributes,
    /// The whole span as JSON.
    Raw,
}

impl Tab {
    /// Every tab, in order.
    pub const ALL: [Self; 6] = [Self::Messages, Self::Chunks, Self::Tools, Self::Scores, Self::Attributes, Self::Raw];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Chunks => "Chunks",
            Self::Tools => "Tools",
            Self::Scores => "Scores",
            Self::Attributes => "Attributes",
            Self::Raw => "Raw",
        }
    }

    /// The tab after it, round.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The tab before it, round.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }

    /// How many things it shows of a span, where that is a number to tell.
    pub fn count(self, span: &Span) -> Option<usize> {
        let count = match self {
            Self::Messages => span.input_messages.len() + span.output_messages.len(),
            Self::Chunks => span.chunks.len(),
            Self::Tools => span.tool_calls.len(),
            Self::Scores => span.scores.len(),
            Self::Attributes => span.attributes.len(),
            Self::Raw => 0,
        };
        (count > 0).then_some(count)
    }
}

/// What a tab shows of a span; chunks and scores of the whole trace where the span has none of its own.
pub fn of(tab: Tab, span: &Span, all: &[Span]) -> Doc {
    let mut doc = Doc::default();
    match tab {
        Tab::Messages => messages(span, &mut doc),
        Tab::Chunks => chunks(span, all, &mut doc),
        Tab::Tools => tools(span, &mut doc),
        Tab::Scores => scores(span, all, &mut doc),
        Tab::Attributes => attributes(span, &mut doc),
        Tab::Raw => {
            let value = serde_json::to_value(span).unwrap_or_default();
            json(&value, &mut doc);
        }
    }
    if doc.is_empty() {
        doc.own(vec![Piece::own(format!("No {} on this span.", tab.title().to_lowercase()), Role::Dim)]);
    }
    doc
}

fn messages(span: &Span, doc: &mut Doc) {
    if span.status == SpanStatus::Error {
        let what = span.status_message.as_deref().or(span.error_type.as_deref()).unwrap_or("failed");
        doc.foreign(&format!("error: {what}"), Role::Bad).blank();
    }
    for message in &span.input_messages {
        self::message(message, doc);
    }
    if span.input_messages.is_empty()
        && let Some(input) = &span.input_text
    {
        heading("input", doc);
        doc.foreign(input, Role::Text).blank();
    }
    if !span.output_messages.is_empty() {
        doc.own(vec![Piece::own("── answer ──", Role::Accent)]);
    }
    for message in &span.output_messages {
        self::message(message, doc);
    }
    if span.output_messages.is_empty()
        && let Some(output) = &span.output_text
    {
        heading("output", doc);
        doc.foreign(output, Role::Text);
    }
}

fn heading(text: &str, doc: &mut Doc) {
    doc.own(text::foreign(text, Role::Heading));
}

fn message(message: &Message, doc: &mut Doc) {
    let mut title = message.role.as_str().to_owned();
    if let Some(name) = &message.name {
        title = format!("{title} · {name}");
    }
    heading(&title, doc);
    let role = if message.role == Speaker::System { Role::Dim } else { Role::Text };
    for part in &message.parts {
        match part {
            Part::Text { text } => {
                doc.foreign(text, role);
            }
            Part::Reasoning { text } if text.is_empty() => {
                doc.own(vec![Piece::own("(reasoning, withheld by the provider)", Role::Dim)]);
            }
            Part::Reasoning { text } => {
                doc.own(vec![Piece::own("reasoning", Role::Dim)]).foreign(text, Role::Dim);
            }
            Part::ToolCall(call) => {
                doc.own(text::foreign(&format!("calls {}", call.name), Role::Accent));
                json(&call.arguments, doc);
            }
            Part::ToolResult { result, .. } => match result {
                Value::String(text) => {
                    doc.foreign(text, Role::Text);
                }
                other => json(other, doc),
            },
            Part::Other { value } => json(value, doc),
        }
    }
    doc.blank();
}

fn chunks(span: &Span, all: &[Span], doc: &mut Doc) {
    let of_trace = || all.iter().flat_map(|span| span.chunks.iter());
    let own: Vec<&Chunk> = if span.chunks.is_empty() { of_trace().collect() } else { span.chunks.iter().collect() };
    if span.chunks.is_empty() && !own.is_empty() {
        doc.own(vec![Piece::own("None on this span; these are the chunks of the whole trace.", Role::Dim)]).blank();
    }
    for chunk in own {
        let mut title = vec![Piece::own(format!("{:>3}  ", chunk.rank), Role::Dim)];
        title.extend(text::foreign(chunk.document_id.as_deref().unwrap_or("—"), Role::Heading));
        if let Some(score) = chunk.score {
            title.push(Piece::own(format!("  score {score:.4}"), Role::Dim));
        }
        title.push(Piece::own(format!("  {}", chunk.role.as_str()), Role::Dim));
        doc.own(title);
        match &chunk.content {
            Some(content) => doc.foreign(content, Role::Text),
            None => doc.own(vec![Piece::own("the text was not recorded", Role::Dim)]),
        };
        if !chunk.metadata.is_empty() {
            json(&Value::Object(chunk.metadata.clone()), doc);
        }
        doc.blank();
    }
}

fn tools(span: &Span, doc: &mut Doc) {
    for call in &span.tool_calls {
        heading(&call.name, doc);
        json(&call.arguments, doc);
        if let Some(result) = &call.result {
            doc.own(vec![Piece::own("result", Role::Dim)]).foreign(result, Role::Text);
        }
        if let Some(error) = &call.error {
            doc.foreign(&format!("error: {error}"), Role::Bad);
        }
        if let Some(duration) = call.duration_ns {
            doc.own(vec![Piece::own(format!("{} ms", show::millis(Some(duration))), Role::Dim)]);
        }
        doc.blank();
    }
    if let Some(definitions) = &span.tools {
        doc.own(vec![Piece::own("definitions", Role::Dim)]);
        json(definitions, doc);
    }
}

fn scores(span: &Span, all: &[Span], doc: &mut Doc) {
    let own = if span.scores.is_empty() {
        all.iter().flat_map(|span| &span.scores).collect()
    } else {
        span.scores.iter().collect::<Vec<_>>()
    };
    for score in own {
        let mut line = text::foreign(&score.name, Role::Heading);
        let value = score.value.map_or_else(String::new, |value| format!("  {value}"));
        line.push(Piece::own(value, Role::Text));
        if let Some(label) = &score.label {
            line.push(Piece::own("  ", Role::Text));
            line.extend(text::foreign(label, Role::Text));
        }
        line.push(Piece::own(format!("  by {}  {}", score.source.as_str(), score.created_at.to_rfc3339()), Role::Dim));
        doc.own(line);
        if let Some(why) = &score.explanation {
            doc.foreign(why, Role::Text);
        }
        doc.blank();
    }
}

fn attributes(span: &Span, doc: &mut Doc) {
    let mut fact = |name: &str, value: Option<String>| {
        let Some(value) = value else { return };
        let mut line = vec![Piece::own(format!("{name:<18} "), Role::Dim)];
        line.extend(text::foreign(&value, Role::Text));
        doc.own(line);
    };
    let tokens = |count: Option<u64>| count.map(|count| show::count(Some(count)));
    fact("span id", Some(span.span_id.as_str().to_owned()));
    fact("kind", Some(span.kind.as_str().to_owned()));
    fact("started", Some(span.started_at.to_rfc3339()));
    fact("duration", span.duration_ns().map(|nanos| format!("{} ms", show::millis(Some(nanos)))));
    fact("first piece after", span.ttft_ns.map(|nanos| format!("{} ms", show::millis(Some(nanos)))));
    fact("provider", span.provider.clone());
    fact("model asked", span.request_model.clone());
    fact("model answered", span.response_model.clone());
    fact("finish reason", span.finish_reason.clone());
    fact("input tokens", tokens(span.usage.input));
    fact("  from cache", tokens(span.usage.cached_input));
    fact("output tokens", tokens(span.usage.output));
    fact("  reasoning", tokens(span.usage.reasoning));
    fact(
        "cost",
        match span.cost {
            Cost::Unknown => None,
            cost => Some(format!("${} ({})", cost.amount().unwrap_or_default(), cost.source())),
        },
    );
    fact("prompt", span.prompt.name.clone());
    fact("prompt version", span.prompt.version.clone());
    fact("session", span.session_id.as_ref().map(|id| id.as_str().to_owned()));
    fact("user", span.user_id.clone());
    fact("tenant", span.tenant_id.clone());
    fact("environment", span.environment.clone());
    fact("tags", (!span.tags.is_empty()).then(|| span.tags.join(", ")));
    for (title, map) in [("parameters", &span.parameters), ("attributes", &span.attributes)] {
        if !map.is_empty() {
            doc.blank();
            heading(title, doc);
            json(&Value::Object(map.clone()), doc);
        }
    }
}

/// Adds JSON, indented, with names, strings and numbers told apart.
fn json(value: &Value, doc: &mut Doc) {
    let pretty = escape_json(&format!("{value:#}"));
    for line in pretty.lines() {
        let trimmed = line.trim_start();
        let indent = " ".repeat(line.len() - trimmed.len());
        let (name, rest) = match trimmed.split_once("\": ") {
            Some((name, rest)) if name.starts_with('"') => (format!("{name}\": "), rest),
            _ => (String::new(), trimmed),
        };
        if rest.len() > 2_000 {
            doc.own(vec![Piece::own(indent, Role::Text), Piece::own(name, Role::CodeKey)]);
            doc.foreign(rest, Role::CodeString);
            continue;
        }
        let role = match rest.as_bytes().first() {
            Some(b'"') => Role::CodeString,
            Some(b'0'..=b'9' | b'-' | b't' | b'f' | b'n') => Role::CodeNumber,
            _ => Role::Text,
        };
        let mut pieces = vec![Piece::own(indent, Role::Text)];
        pieces.extend(text::foreign(&name, Role::CodeKey));
        pieces.extend(text::foreign(rest, role));
        doc.own(pieces);
    }
}
