//! Reads a streamed answer of Cohere.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::CallError;
use super::super::remote::{Assembly, CallPieces, event_json};
use super::reply;
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
        self.done
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let data = event.data.trim();
        if data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        let body = event_json(event)?;
        let kind = body.get("type").and_then(Value::as_str).unwrap_or(&event.name).to_owned();
        match kind.as_str() {
            "message-start" => self.answer.request_id = body.get("id").and_then(Value::as_str).map(str::to_owned),
            "content-start" | "content-delta" => {
                self.content(body.pointer("/delta/message/content").unwrap_or(&Value::Null), on_event);
            }
            "tool-plan-delta" => {
                let plan = body.pointer("/delta/message/tool_plan").and_then(Value::as_str).unwrap_or("");
                self.reasoning(plan, on_event);
            }
            "tool-call-start" | "tool-call-delta" => self.call(&body, on_event),
            "message-end" => return self.end(body.get("delta").unwrap_or(&body)),
            "" | "error" if body.get("message").is_some_and(Value::is_string) => {
                return Err(reply::refusal(0, &body).into());
            }
            // Citations have no place in an answer; ends and debugging say nothing new.
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
    fn content(&mut self, content: &Value, on_event: OnEvent<'_>) {
        let said = |field: &str| content.get(field).and_then(Value::as_str).unwrap_or("");
        self.reasoning(said("thinking"), on_event);
        let text = said("text");
        if !text.is_empty() {
            self.answer.text.push_str(text);
            on_event(StreamEvent::Text(text.to_owned()));
        }
    }

    fn reasoning(&mut self, more: &str, on_event: OnEvent<'_>) {
        if !more.is_empty() {
            self.answer.reasoning.push_str(more);
            on_event(StreamEvent::Reasoning(more.to_owned()));
        }
    }

    /// A piece of a call: one object, where whole answers have a list.
    fn call(&mut self, body: &Value, on_event: OnEvent<'_>) {
        let said = body.pointer("/delta/message/tool_calls").unwrap_or(&Value::Null);
        let call = said.get(0).unwrap_or(said);
        let text = |at: &str| call.pointer(at).and_then(Value::as_str).unwrap_or("");
        let (name, arguments) = (text("/function/name"), text("/function/arguments"));
        let index = body.get("index").and_then(Value::as_u64);
        let place = self.calls.add(index, call.get("id").and_then(Value::as_str), name, arguments);
        on_event(StreamEvent::Tool { index: place, text: format!("{name}{arguments}") });
    }

    fn end(&mut self, end: &Value) -> Result<(), CallError> {
        self.answer.usage = end.get("usage").map(reply::usage).unwrap_or_default();
        self.answer.finish_reason = reply::finish(end)?;
        self.done = true;
        Ok(())
    }
}
