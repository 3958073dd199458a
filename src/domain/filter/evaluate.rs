//! What a filter means, evaluated on a trace in memory.
//!
//! - A condition on a span fact holds for a trace when it holds on one of its spans; inside `span(…)` all conditions
//!   look at one and the same span. A `span(…)` within a `span(…)` looks at that span again.
//! - A trace fact is taken of the whole trace outside `span(…)`, and is the span's own inside: status (of the trace: its
//!   root's), cost and tokens (of the trace: the sums over its `llm` and `embedding` spans, each call once; unknown where
//!   none is known),
//!   latency (of the trace: from its first start to its last end), time (of the trace: its first start).
//! - The root is the earliest span without parent, else the earliest whose parent is not recorded.
//! - What is not known passes no test, so that the negation of the test holds.
//! - Text and patterns ignore case, letter by letter.

use std::collections::HashSet;

use serde_json::Value;

use super::ast::{Condition, Expr, Field, Filter, Has, Number, Pattern, Test};
use crate::domain::ids::SpanId;
use crate::domain::money::Money;
use crate::domain::score::{NOTE, Score, ScoreSource};
use crate::domain::span::{Span, SpanKind, SpanStatus};
use crate::domain::time::Timestamp;

/// A trace as a filter sees it.
#[derive(Clone, Copy, Debug)]
pub struct TraceFacts<'a> {
    /// Every span of the trace.
    pub spans: &'a [Span],
    /// Scores of the trace and its spans that are not recorded on the spans themselves.
    pub scores: &'a [Score],
    /// Spans that repeat the usage of another span's call, as some wrappers do; they are in no total of the trace.
    pub repeated: &'a [SpanId],
}

/// Whether a trace matches; `has:unsupported` holds nowhere, since only the index knows what grounding said.
pub fn matches(filter: &Filter, trace: TraceFacts<'_>) -> bool {
    holds(&filter.expr, trace, View::Trace)
}

/// What conditions look at: the whole trace, or one span of it.
#[derive(Clone, Copy)]
enum View<'a> {
    Trace,
    Span(&'a Span),
}

impl<'a> View<'a> {
    fn spans(self, trace: TraceFacts<'a>) -> &'a [Span] {
        match self {
            Self::Trace => trace.spans,
            Self::Span(span) => std::slice::from_ref(span),
        }
    }
}

fn holds(expr: &Expr, trace: TraceFacts<'_>, view: View<'_>) -> bool {
    match expr {
        Expr::All => true,
        Expr::And(parts) => parts.iter().all(|part| holds(part, trace, view)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, trace, view)),
        Expr::Not(inner) => !holds(inner, trace, view),
        Expr::Text(text) => view.spans(trace).iter().any(|span| has_text(span, &fold(text))),
        Expr::Is(condition) => is(condition, trace, view),
        Expr::Has(has) => self::has(*has, trace, view),
        Expr::Span(inner) => match view {
            View::Trace => trace.spans.iter().any(|span| holds(inner, trace, View::Span(span))),
            View::Span(_) => holds(inner, trace, view),
        },
    }
}

fn has_text(span: &Span, folded: &str) -> bool {
    let chunks = span.chunks.iter().filter_map(|chunk| chunk.content.as_deref());
    [span.input_text.as_deref(), span.output_text.as_deref()]
        .into_iter()
        .flatten()
        .chain(chunks)
        .any(|text| fold(text).contains(folded))
}

fn has(has: Has, trace: TraceFacts<'_>, view: View<'_>) -> bool {
    let any = |test: fn(&Span) -> bool| view.spans(trace).iter().any(test);
    match has {
        Has::Error => any(|span| span.status == SpanStatus::Error),
        Has::Chunks => any(|span| !span.chunks.is_empty()),
        Has::Tools => any(|span| span.kind == SpanKind::Tool || !span.tool_calls.is_empty()),
        Has::Feedback => scores(trace, view).any(|score| {
            score.name != NOTE && matches!(score.source, ScoreSource::User | ScoreSource::Human | ScoreSource::Api)
        }),
        Has::Unsupported => false,
    }
}

/// The scores of the recorded answer: every one of the trace, or those of one span.
fn scores<'a>(trace: TraceFacts<'a>, view: View<'a>) -> impl Iterator<Item = &'a Score> {
    let of_span = match view {
        View::Trace => None,
        View::Span(span) => Some(&span.span_id),
    };
    view.spans(trace)
        .iter()
        .flat_map(|span| &span.scores)
        .chain(trace.scores.iter().filter(move |score| of_span.is_none() || score.span_id.as_ref() == of_span))
        .filter(|score| score.result_id.is_none())
}

fn is(condition: &Condition, trace: TraceFacts<'_>, view: View<'_>) -> bool {
    let spans = view.spans(trace);
    let test = &condition.test;
    let any_text = |texts: &dyn Fn(&Span) -> Vec<Option<&str>>| {
        spans.iter().any(|span| texts(span).into_iter().flatten().any(|text| passes_text(test, text)))
    };
    match &condition.field {
        Field::Id => {
            spans.iter().any(|span| passes_id(test, span.trace_id.as_str()) || passes_id(test, span.span_id.as_str()))
        }
        Field::Model => any_text(&|span| vec![span.response_model.as_deref(), span.request_model.as_deref()]),
        Field::Provider => any_text(&|span| vec![span.provider.as_deref()]),
        Field::Kind => any_text(&|span| vec![Some(span.kind.as_str())]),
        Field::Name => any_text(&|span| vec![Some(span.name.as_str())]),
        Field::Status => root(spans).is_some_and(|span| passes_text(test, span.status.as_str())),
        Field::Prompt => any_text(&|span| vec![span.prompt.name.as_deref()]),
        Field::Version => any_text(&|span| vec![span.prompt.version.as_deref()]),
        Field::Session => any_text(&|span| vec![span.session_id.as_ref().map(AsRef::as_ref)]),
        Field::User => any_text(&|span| vec![span.user_id.as_deref()]),
        Field::Tenant => any_text(&|span| vec![span.tenant_id.as_deref()]),
        Field::Tag => any_text(&|span| span.tags.iter().map(|tag| Some(tag.as_str())).collect()),
        Field::Env => any_text(&|span| vec![span.environment.as_deref()]),
        Field::Cost => passes(test, cost(trace, view).map(Number::Usd)),
        Field::Tokens => passes(test, tokens(trace, view, |span| span.usage.total())),
        Field::InputTokens => passes(test, tokens(trace, view, |span| span.usage.input)),
        Field::OutputTokens => passes(test, tokens(trace, view, |span| span.usage.output)),
        Field::Latency => passes(test, latency(spans)),
        Field::Ttft => spans.iter().any(|span| passes(test, span.ttft_ns.map(|ns| Number::Millis(ns as f64 / 1e6)))),
        // Only the index knows what grounding found.
        Field::Cause => false,
        Field::Time => passes(test, started(spans).map(Number::At)),
        Field::Score(name) => scores(trace, view).filter(|score| &score.name == name).any(|score| {
            passes(test, score.value.map(Number::Plain))
                || score.label.as_deref().is_some_and(|label| passes_text(test, label))
        }),
        Field::Attr(key) => {
            spans.iter().any(|span| span.attributes.get(key).is_some_and(|value| passes_value(test, value)))
        }
    }
}

fn root(spans: &[Span]) -> Option<&Span> {
    let known: HashSet<&str> = spans.iter().map(|span| span.span_id.as_str()).collect();
    spans
        .iter()
        .filter(|span| span.parent_id.as_ref().is_none_or(|parent| !known.contains(parent.as_str())))
        .min_by_key(|span| (span.parent_id.is_some(), span.started_at))
        .or(spans.first())
}

/// The spans whose usage counts: each call of the trace once, or the one span looked at.
fn counted<'a>(trace: TraceFacts<'a>, view: View<'a>) -> impl Iterator<Item = &'a Span> {
    let own = matches!(view, View::Span(_));
    view.spans(trace)
        .iter()
        .filter(move |span| own || (span.kind.counts_usage() && !trace.repeated.contains(&span.span_id)))
}

fn cost(trace: TraceFacts<'_>, view: View<'_>) -> Option<Money> {
    counted(trace, view).filter_map(|span| span.cost.amount()).reduce(|sum, amount| sum + amount)
}

fn tokens(trace: TraceFacts<'_>, view: View<'_>, count: fn(&Span) -> Option<u64>) -> Option<Number> {
    let sum = counted(trace, view).filter_map(count).reduce(u64::saturating_add)?;
    Some(Number::Plain(sum as f64))
}

fn started(spans: &[Span]) -> Option<Timestamp> {
    spans.iter().map(|span| span.started_at).min()
}

fn latency(spans: &[Span]) -> Option<Number> {
    let end = spans.iter().filter_map(|span| span.ended_at).max()?;
    Some(Number::Millis(end.since(started(spans)?) as f64 / 1e6))
}

fn passes(test: &Test, value: Option<Number>) -> bool {
    let Some(value) = value else { return false };
    match test {
        Test::Equals(_) => false,
        Test::Compare { op, value: bound } => value.partial_cmp(bound).is_some_and(|ordering| op.admits(ordering)),
        Test::Range { low, high } => value >= *low && value <= *high,
    }
}

fn passes_value(test: &Test, value: &Value) -> bool {
    match (test, value) {
        (_, Value::Null) => false,
        (Test::Equals(_), Value::String(content)) => passes_text(test, content),
        (Test::Equals(_), Value::Array(items)) => {
            items.iter().any(|item| passes_value(test, item)) || passes_text(test, &value.to_string())
        }
        (Test::Equals(_), other) => passes_text(test, &other.to_string()),
        (_, Value::Number(number)) => passes(test, number.as_f64().map(Number::Plain)),
        (_, Value::String(content)) => {
            passes(test, content.trim().parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Plain))
        }
        _ => false,
    }
}

fn passes_text(wanted: &Test, text: &str) -> bool {
    match wanted {
        Test::Equals(Pattern::Literal(literal)) => fold(text) == fold(literal),
        Test::Equals(Pattern::Glob(glob)) => glob_matches(&fold(glob), &fold(text)),
        Test::Compare { .. } | Test::Range { .. } => false,
    }
}

fn passes_id(test: &Test, id: &str) -> bool {
    match test {
        Test::Equals(Pattern::Literal(prefix)) => fold(id).starts_with(&fold(prefix)),
        _ => passes_text(test, id),
    }
}

/// Lower case letter by letter, without the rules that look at a letter's neighbours: what SQL's `lower` does.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(|c| c.to_lowercase().take(1)).collect()
}

/// Whether a text as a whole is what a glob describes; `*` stands for any run of characters.
pub fn glob_matches(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
