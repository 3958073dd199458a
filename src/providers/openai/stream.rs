//! Reads a streamed answer of chat completions.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::CallError;
use super::super::remote::{Assembly, CallPieces, event_json};
use super::{refusal, reply};
use crate::http::SseEvent;

/// An answer while it is put together.
#[derive(Default)]
pub(super) struct Building {
    answer: Answer,
    calls: CallPieces,
    done: bool,
}

impl Assembly for Building {
    fn is_complete(&self) -> bool {
        self.done || self.answer.finish_reason.is_some()
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let data = event.data.trim();
        if data == "[DONE]" {
            self.done = true;
        }
        if self.done || data.is_empty() {
            return Ok(());
        }
        let chunk = event_json(event)?;
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            return Err(refusal::read(0, error, &chunk).into());
        }
        if event.name == "error" || chunk.get("object").and_then(Value::as_str) == Some("error") {
            return Err(refusal::read(0, &chunk, &chunk).into());
        }
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.answer.usage = reply::usage(usage);
        }
        // Azure's first event has neither.
        self.answer.model = self.answer.model.take().or_else(|| reply::text(&chunk, "model"));
        self.answer.request_id = self.answer.request_id.take().or_else(|| reply::text(&chunk, "id"));
        let Some(choice) = chunk.pointer("/choices/0") else { return Ok(()) };
        if let Some(error) = choice.get("error").filter(|error| !error.is_null()) {
            return Err(refusal::read(0, error, choice).into());
        }
        // The last event of some servers carries the whole message instead of a delta.
        let delta = choice.get("delta").unwrap_or(&Value::Null);
        self.delta(delta, on_event);
        self.answer.finish_reason = reply::finish_reason(choice).or(self.answer.finish_reason.take());
        match reply::failure(&self.answer) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> Answer {
        self.answer.tool_calls = self.calls.finish();
        self.answer
    }
}

impl Building {
    fn delta(&mut self, delta: &Value, on_event: OnEvent<'_>) {
        let more = reply::reasoning(delta);
        if !more.is_empty() {
            self.answer.reasoning.push_str(&more);
            on_event(StreamEvent::Reasoning(more));
        }
        let more = reply::content(delta.get("content"));
        if !more.is_empty() {
            self.answer.text.push_str(&more);
            on_event(StreamEvent::Text(more));
        }
        if let Some(more) = delta.get("refusal").and_then(Value::as_str).filter(|more| !more.is_empty()) {
            self.answer.refusal.get_or_insert_default().push_str(more);
            on_event(StreamEvent::Text(more.to_owned()));
        }
        for call in delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            self.tool_call(call, on_event);
        }
        if let Some(function) = delta.get("function_call").filter(|call| call.is_object()) {
            let call = serde_json::json!({"index": 0, "function": function});
            self.tool_call(&call, on_event);
        }
    }

    /// A piece of a call: joined by the server's index; without one, an id begins a new call.
    fn tool_call(&mut self, piece: &Value, on_event: OnEvent<'_>) {
        let index = piece.get("index").and_then(Value::as_u64);
        let id = piece.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let text = |field: &str| piece.pointer(field).and_then(Value::as_str).unwrap_or("");
        let name = if text("/function/name").is_empty() { text("/custom/name") } else { text("/function/name") };
        let arguments = match piece.pointer("/function/arguments") {
            Some(Value::String(more)) => more.clone(),
            Some(whole @ Value::Object(_)) => whole.to_string(),
            _ => text("/custom/input").to_owned(),
        };
        let place = self.calls.add(index, id, name, &arguments);
        on_event(StreamEvent::Tool { index: place, text: format!("{name}{arguments}") });
    }
}
