//! Content that was recorded apart from its span and joins it whenever both are there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::{SpanId, TraceId};
use super::message::Message;
use super::score::Score;
use super::span::{Span, ToolExecution, Usage};
use super::time::Timestamp;

/// What log records, or spans that carry somebody else's feedback, say about one span.
///
/// It may come before its span, after it or without it, in another file, and twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpanPatch {
    /// The trace of the span.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// When the first of it was recorded: the order in which parts are put together.
    pub recorded_at: Timestamp,
    /// Messages sent to the model, in order.
    pub input_messages: Vec<Message>,
    /// Messages the model answered with, in order.
    pub output_messages: Vec<Message>,
    /// Tool definitions as recorded: a JSON array.
    pub tools: Option<Value>,
    /// Why the model stopped.
    pub finish_reason: Option<String>,
    /// Token counts.
    pub usage: Usage,
    /// The class of a failure.
    pub error_type: Option<String>,
    /// Scores of the span or its trace.
    pub scores: Vec<Score>,
}

impl SpanPatch {
    /// A patch that says nothing yet.
    pub fn new(trace_id: TraceId, span_id: SpanId) -> Self {
        Self {
            trace_id,
            span_id,
            recorded_at: Timestamp::default(),
            input_messages: Vec::new(),
            output_messages: Vec::new(),
            tools: None,
            finish_reason: None,
            usage: Usage::default(),
            error_type: None,
            scores: Vec::new(),
        }
    }

    /// Whether it adds nothing to any span.
    pub fn is_empty(&self) -> bool {
        self.input_messages.is_empty()
            && self.output_messages.is_empty()
            && self.tools.is_none()
            && self.finish_reason.is_none()
            && self.usage == Usage::default()
            && self.error_type.is_none()
            && self.scores.is_empty()
    }

    /// Puts a later part of the same span's content behind this one.
    pub fn merge(&mut self, later: Self) {
        let whole_again = self.input_messages == later.input_messages && self.output_messages == later.output_messages;
        if !whole_again {
            self.input_messages.extend(later.input_messages);
            self.output_messages.extend(later.output_messages);
        }
        fill(&mut self.tools, later.tools.as_ref());
        fill(&mut self.finish_reason, later.finish_reason.as_ref());
        fill(&mut self.error_type, later.error_type.as_ref());
        fill_usage(&mut self.usage, later.usage);
        for score in later.scores {
            if !self.scores.contains(&score) {
                self.scores.push(score);
            }
        }
    }

    /// Fills in what the span lacks. What the span says itself stays, so that a patch applied twice changes nothing.
    pub fn apply_to(&self, span: &mut Span) {
        if span.input_messages.is_empty() && !self.input_messages.is_empty() {
            span.input_messages.clone_from(&self.input_messages);
            let last = span.last_user_text().or_else(|| span.input_messages.last().map(Message::content));
            span.input_text = last.filter(|text| !text.is_empty()).or_else(|| span.input_text.take());
        }
        if span.output_messages.is_empty() && !self.output_messages.is_empty() {
            span.output_messages.clone_from(&self.output_messages);
            let answer = joined_content(&span.output_messages);
            span.output_text = Some(answer).filter(|text| !text.is_empty()).or_else(|| span.output_text.take());
            if span.tool_calls.is_empty() {
                span.tool_calls = asked_for(&span.output_messages);
            }
        }
        fill(&mut span.tools, self.tools.as_ref());
        fill(&mut span.finish_reason, self.finish_reason.as_ref());
        fill(&mut span.error_type, self.error_type.as_ref());
        fill_usage(&mut span.usage, self.usage);
        for score in &self.scores {
            if !span.scores.contains(score) {
                span.scores.push(score.clone());
            }
        }
    }
}

/// The contents of the messages that have any, joined by line breaks.
pub fn joined_content(messages: &[Message]) -> String {
    let contents: Vec<String> = messages.iter().map(Message::content).filter(|text| !text.is_empty()).collect();
    contents.join("\n")
}

/// The tool calls asked for in the messages, in order.
pub fn asked_for(messages: &[Message]) -> Vec<ToolExecution> {
    messages
        .iter()
        .flat_map(Message::tool_calls)
        .map(|call| ToolExecution {
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            result: None,
            error: None,
            duration_ns: None,
        })
        .collect()
}

fn fill_usage(slot: &mut Usage, value: Usage) {
    slot.input = slot.input.or(value.input);
    slot.output = slot.output.or(value.output);
    slot.cached_input = slot.cached_input.or(value.cached_input);
    slot.cache_write = slot.cache_write.or(value.cache_write);
    slot.reasoning = slot.reasoning.or(value.reasoning);
}

fn fill<T: Clone>(slot: &mut Option<T>, value: Option<&T>) {
    if slot.is_none() {
        *slot = value.cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SourceId;
    use crate::domain::message::Role;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_patch_fills_gaps_and_changes_nothing_the_second_time() {
        let mut span = Span::new("t".into(), "s".into(), Timestamp::from_nanos(1), SourceId::from("src"));
        span.finish_reason = Some("length".into());
        let mut patch = SpanPatch::new("t".into(), "s".into());
        patch.input_messages = vec![Message::text(Role::System, "Be brief."), Message::text(Role::User, "Hi")];
        patch.output_messages = vec![Message::text(Role::Assistant, "Hello.")];
        patch.finish_reason = Some("stop".into());
        patch.apply_to(&mut span);
        assert_eq!(span.input_text.as_deref(), Some("Hi"));
        assert_eq!(span.output_text.as_deref(), Some("Hello."));
        assert_eq!(span.finish_reason.as_deref(), Some("length"));
        let once = span.clone();
        patch.apply_to(&mut span);
        assert_eq!(span, once);
    }
}
