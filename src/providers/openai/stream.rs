//! Reads a streamed answer of chat completions.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::{CallError, CallErrorKind};
use super::{failure, reply};
use crate::domain::message::ToolCall;
use crate::http::{HttpResponse, Sse, SseEvent};

/// Reads events until the end of the stream.
///
/// The answer is complete when a finish reason or `[DONE]` came; a stream that ends before is cut. What came so far is
/// in the error.
pub(super) async fn read(response: &mut HttpResponse, on_event: OnEvent<'_>) -> Result<Answer, CallError> {
    let mut sse = Sse::default();
    let mut building = Building::default();
    let mut broken = None;
    loop {
        let mut failed = None;
        let ended = match response.piece().await {
            Ok(Some(piece)) => {
                let fed = sse.feed(piece.as_ref(), |event| take(&mut building, &event, on_event, &mut failed));
                broken = fed.err().map(|error| CallError::new(CallErrorKind::Malformed, error.to_string()));
                false
            }
            Ok(None) => {
                let fed = sse.finish(|event| take(&mut building, &event, on_event, &mut failed));
                broken = fed.err().map(|error| CallError::new(CallErrorKind::Malformed, error.to_string()));
                true
            }
            // Once the answer is complete, how the connection ends does not matter.
            Err(_) if building.complete() => true,
            Err(error) => {
                broken = Some(error.into());
                true
            }
        };
        broken = failed.or(broken);
        if ended || broken.is_some() {
            break;
        }
    }
    building.end(broken)
}

fn take(building: &mut Building, event: &SseEvent, on_event: OnEvent<'_>, failed: &mut Option<CallError>) {
    if failed.is_none()
        && let Err(error) = building.take(event, on_event)
    {
        *failed = Some(error);
    }
}

/// An answer while it is put together.
#[derive(Default)]
struct Building {
    answer: Answer,
    calls: Vec<PartialCall>,
    done: bool,
}

#[derive(Default)]
struct PartialCall {
    /// The index the server gives the call, where it gives one.
    index: Option<u64>,
    id: Option<String>,
    name: String,
    arguments: String,
}

impl Building {
    fn complete(&self) -> bool {
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
        let chunk: Value = serde_json::from_str(data)
            .map_err(|_| CallError::new(CallErrorKind::Malformed, "an event of the stream is not JSON"))?;
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            return Err(failure::from_body(200, error, &chunk));
        }
        if event.name == "error" || chunk.get("object").and_then(Value::as_str) == Some("error") {
            return Err(failure::from_body(200, &chunk, &chunk));
        }
        if let Some(usage) = chunk.get("usage").filter(|usage| usage.is_object()) {
            self.answer.usage = reply::usage(usage);
        }
        let text = |field: &str| chunk.get(field).and_then(Value::as_str).map(str::to_owned);
        if self.answer.model.is_none() {
            self.answer.model = text("model");
            self.answer.request_id = text("id");
        }
        let Some(choice) = chunk.pointer("/choices/0") else { return Ok(()) };
        // The last event of some servers carries the whole message instead of a delta.
        let delta = choice.get("delta").unwrap_or(&Value::Null);
        self.delta(delta, on_event);
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
            self.answer.finish_reason = Some(reply::finish_reason(reason));
        }
        Ok(())
    }

    fn delta(&mut self, delta: &Value, on_event: OnEvent<'_>) {
        if let Some(more) = reply::reasoning(delta) {
            self.answer.reasoning.push_str(more);
            on_event(StreamEvent::Reasoning(more.to_owned()));
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
        let place = match index {
            Some(_) => self.calls.iter().position(|call| call.index == index),
            None if id.is_some() => self.calls.iter().position(|call| call.id.as_deref() == id),
            None if name.is_empty() => self.calls.len().checked_sub(1),
            None => None,
        };
        let place = place.unwrap_or_else(|| {
            self.calls.push(PartialCall { index, ..PartialCall::default() });
            self.calls.len() - 1
        });
        let Some(call) = self.calls.get_mut(place) else { return };
        if call.id.is_none() {
            call.id = id.map(str::to_owned);
        }
        call.name.push_str(name);
        let arguments = match piece.pointer("/function/arguments") {
            Some(Value::String(more)) => more.clone(),
            Some(whole @ Value::Object(_)) => whole.to_string(),
            _ => text("/custom/input").to_owned(),
        };
        call.arguments.push_str(&arguments);
        on_event(StreamEvent::Tool { index: place, text: format!("{name}{arguments}") });
    }

    fn end(mut self, broken: Option<CallError>) -> Result<Answer, CallError> {
        self.answer.tool_calls = std::mem::take(&mut self.calls)
            .into_iter()
            .map(|call| ToolCall { id: call.id, name: call.name, arguments: reply::arguments(&call.arguments) })
            .collect();
        let complete = self.complete();
        match broken {
            None if complete => Ok(self.answer),
            None if self.answer.is_empty() => {
                Err(CallError::new(CallErrorKind::NoAnswer, "the stream ended before the answer began"))
            }
            None => {
                Err(CallError::new(CallErrorKind::Cut, "the stream ended before the answer did")
                    .with_partial(self.answer))
            }
            Some(error) if self.answer.is_empty() => Err(error),
            Some(error) => {
                // Whatever went wrong, an answer had begun: it is not asked again by itself.
                let kind = if error.kind.may_retry() { CallErrorKind::Cut } else { error.kind };
                Err(CallError { kind, ..error }.with_partial(self.answer))
            }
        }
    }
}
