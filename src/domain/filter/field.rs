//! The fields of the filter language.

use super::ast::Field;

/// Whether a field, outside `span(…)`, is a fact of the whole trace or of any of its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A fact of the trace; inside `span(…)` the span's own.
    Trace,
    /// A fact of a span; a trace passes when one of its spans does.
    Span,
}

/// What help and completion say about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldHelp {
    /// The name as typed; `score.` and `attr.` are followed by a name or key.
    pub name: &'static str,
    /// Whose fact it is outside `span(…)`.
    pub scope: Scope,
    /// What it means, in one line.
    pub help: &'static str,
    /// A condition that uses it.
    pub example: &'static str,
}

const fn field(name: &'static str, scope: Scope, help: &'static str, example: &'static str) -> FieldHelp {
    FieldHelp { name, scope, help, example }
}

/// Every field, in the order of the help.
pub const FIELDS: [FieldHelp; 26] = [
    field("id", Scope::Span, "id of the trace or of a span; the beginning is enough", "id:4bf92f35"),
    field("model", Scope::Span, "model that answered, or the one asked for", "model:gpt-4*"),
    field("provider", Scope::Span, "provider of a model call", "provider:anthropic"),
    field("kind", Scope::Span, "kind of a span: llm, retriever, tool, …", "kind:retriever"),
    field("name", Scope::Span, "name of a span", "name:\"answer question\""),
    field("status", Scope::Trace, "status of the root span: ok, error, unset", "status:error"),
    field("prompt", Scope::Span, "name of the prompt", "prompt:support/answer"),
    field("version", Scope::Span, "version of the prompt as recorded", "version:v3"),
    field("session", Scope::Span, "conversation", "session:c-1042"),
    field("user", Scope::Span, "end user", "user:u_88"),
    field("tenant", Scope::Span, "customer", "tenant:acme"),
    field("tag", Scope::Span, "one of the tags", "tag:beta"),
    field("env", Scope::Span, "deployment environment", "env:production"),
    field("cost", Scope::Trace, "cost in US dollars: of the trace, all its model calls", "cost>$0.01"),
    field("tokens", Scope::Trace, "input and output tokens: of the trace, of all its model calls", "tokens>8000"),
    field("input_tokens", Scope::Trace, "input tokens: of the trace, of all its model calls", "input_tokens>=4000"),
    field("output_tokens", Scope::Trace, "output tokens: of the trace, of all its model calls", "output_tokens<50"),
    field("latency", Scope::Trace, "duration: of the trace, from its first start to its last end", "latency>2s"),
    field("ttft", Scope::Span, "time to the first piece of an answer", "ttft>800ms"),
    field("time", Scope::Trace, "start: of the trace, its first", "time:2026-11-20..2026-11-23"),
    field(
        "since",
        Scope::Trace,
        "started at this time or later; 24h and 7d count back from the newest data",
        "since:24h",
    ),
    field("until", Scope::Trace, "started at this time or before; a day is taken whole", "until:2026-11-23T14:05Z"),
    field("has", Scope::Span, "has error, chunks, tools, feedback or unsupported", "has:error"),
    field("cause", Scope::Span, "why an answer is wrong: made_up, contradicted, retrieval_missed, …", "cause:made_up"),
    field("score.", Scope::Span, "score by name: its number or its label", "score.correctness<0.5"),
    field("attr.", Scope::Span, "recorded attribute by key", "attr.http.status_code>=500"),
];

impl Field {
    /// The field's name as typed, without the name or key of `score.` and `attr.`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Kind => "kind",
            Self::Name => "name",
            Self::Status => "status",
            Self::Prompt => "prompt",
            Self::Version => "version",
            Self::Session => "session",
            Self::User => "user",
            Self::Tenant => "tenant",
            Self::Tag => "tag",
            Self::Env => "env",
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::Latency => "latency",
            Self::Ttft => "ttft",
            Self::Time => "time",
            Self::Cause => "cause",
            Self::Score(_) => "score.",
            Self::Attr(_) => "attr.",
        }
    }

    /// Whether the field is a fact of the trace or of any span, outside `span(…)`.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::Status
            | Self::Cost
            | Self::Tokens
            | Self::InputTokens
            | Self::OutputTokens
            | Self::Latency
            | Self::Time => Scope::Trace,
            _ => Scope::Span,
        }
    }

    /// The field of a plain name, in any case; `since`, `until` and `has` are no fields of their own.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        const PLAIN: [Field; 21] = [
            Field::Id,
            Field::Model,
            Field::Provider,
            Field::Kind,
            Field::Name,
            Field::Status,
            Field::Prompt,
            Field::Version,
            Field::Session,
            Field::User,
            Field::Tenant,
            Field::Tag,
            Field::Env,
            Field::Cost,
            Field::Tokens,
            Field::InputTokens,
            Field::OutputTokens,
            Field::Latency,
            Field::Ttft,
            Field::Time,
            Field::Cause,
        ];
        PLAIN.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }
}

/// The known word nearest to a mistyped one, by Damerau-Levenshtein distance of at most a third of its length.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.chars().take(64).flat_map(char::to_lowercase).collect();
    let limit = (typed.len() / 3).max(1);
    known
        .into_iter()
        .map(|word| (distance(&typed, &word.chars().collect::<Vec<_>>()), word))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
