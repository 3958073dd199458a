//! Reads a streamed answer.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::CallError;
use super::super::remote::{Assembly, CallPieces, event_json};
use super::reply;
use crate::http::SseEvent;

/// An answer while it is put together. Usage comes after the stop reason, so that reading goes on to the end.
#[derive(Default)]
pub(super) struct Building {
    answer: Answer,
    calls: CallPieces,
}

impl Assembly for Building {
    fn is_complete(&self) -> bool {
        self.answer.finish_reason.is_some()
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let body = event_json(event)?;
        match event.name.as_str() {
            "contentBlockStart" => self.start(&body, on_event),
            "contentBlockDelta" => self.delta(&body, on_event),
            "messageStop" => {
                self.answer.finish_reason = body.get("stopReason").and_then(Value::as_str).map(reply::finish_reason);
            }
            "metadata" => {
                self.answer.usage = body.get("usage").map(reply::usage).unwrap_or_default();
                self.answer.model = reply::invoked_model(&body);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Answer {
        self.answer.tool_calls = self.calls.finish();
        self.answer
    }
}

impl Building {
    /// Texts have no start of their own.
    fn start(&mut self, body: &Value, on_event: OnEvent<'_>) {
        let text = |path: &str| body.pointer(path).and_then(Value::as_str);
        if let Some(name) = text("/start/toolUse/name") {
            let index = self.calls.add(block(body), text("/start/toolUse/toolUseId"), name, "");
            on_event(StreamEvent::Tool { index, text: name.to_owned() });
        }
    }

    fn delta(&mut self, body: &Value, on_event: OnEvent<'_>) {
        let text = |path: &str| body.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(more) = text("/delta/text") {
            self.answer.text.push_str(more);
            on_event(StreamEvent::Text(more.to_owned()));
        }
        if let Some(more) = text("/delta/reasoningContent/text") {
            self.answer.reasoning.push_str(more);
            on_event(StreamEvent::Reasoning(more.to_owned()));
        }
        if let Some(more) = text("/delta/toolUse/input") {
            let index = self.calls.add(block(body), None, "", more);
            on_event(StreamEvent::Tool { index, text: more.to_owned() });
        }
    }
}

/// The block that a piece belongs to.
fn block(body: &Value) -> Option<u64> {
    body.get("contentBlockIndex").and_then(Value::as_u64)
}
