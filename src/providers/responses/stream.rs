//! Reads a streamed answer of Responses.
//!
//! The last event carries the whole response, and that counts. What the pieces said is used where it holds less: some servers
//! leave its output empty.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::CallError;
use super::super::openai::ChatWire;
use super::super::remote::{Assembly, Wire, arguments, event_json};
use super::reply;
use crate::domain::message::ToolCall;
use crate::http::SseEvent;

/// An answer while it is put together.
#[derive(Default)]
pub(super) struct Building {
    answer: Answer,
    calls: BTreeMap<u64, Call>,
    done: bool,
}

/// A call while it is put together.
#[derive(Default)]
struct Call {
    id: Option<String>,
    name: String,
    arguments: String,
    is_custom: bool,
}

impl Assembly for Building {
    fn is_complete(&self) -> bool {
        self.done
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let data = event.data.trim();
        if data == "[DONE]" {
            // Servers that only imitate the API may end so, and without the last event of the typed protocol.
            self.done |= !self.answer.is_empty() || !self.calls.is_empty();
        }
        if self.done || data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        let event_body = event_json(event)?;
        let kind = event_body.get("type").and_then(Value::as_str).unwrap_or(&event.name).to_owned();
        match kind.as_str() {
            "response.completed" | "response.incomplete" | "response.failed" => self.end(&event_body),
            "error" => Err(ChatWire.refusal(0, &event_body).into()),
            _ if event_body.get("error").is_some_and(|error| !error.is_null()) => {
                Err(ChatWire.refusal(0, &event_body).into())
            }
            _ => {
                self.piece(&kind, &event_body, on_event);
                Ok(())
            }
        }
    }

    fn finish(mut self: Box<Self>) -> Answer {
        self.merge_calls();
        self.answer
    }
}

impl Building {
    fn piece(&mut self, kind: &str, event: &Value, on_event: OnEvent<'_>) {
        let delta = event.get("delta").and_then(Value::as_str).unwrap_or("");
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => {
                let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
                self.answer.model = self.answer.model.take().or_else(|| text("/response/model"));
                self.answer.request_id = self.answer.request_id.take().or_else(|| text("/response/id"));
            }
            "response.output_text.delta" if !delta.is_empty() => {
                self.answer.text.push_str(delta);
                on_event(StreamEvent::Text(delta.to_owned()));
            }
            "response.refusal.delta" if !delta.is_empty() => {
                self.answer.refusal.get_or_insert_default().push_str(delta);
                on_event(StreamEvent::Text(delta.to_owned()));
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" if !delta.is_empty() => {
                self.answer.reasoning.push_str(delta);
                on_event(StreamEvent::Reasoning(delta.to_owned()));
            }
            "response.reasoning_summary_part.added" if !self.answer.reasoning.is_empty() => {
                self.answer.reasoning.push_str("\n\n");
            }
            "response.output_item.added" => self.begin_call(event, on_event),
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.more_of_call(event, delta, on_event);
            }
            "response.output_item.done" => self.end_call(event),
            _ => {}
        }
    }

    fn begin_call(&mut self, event: &Value, on_event: OnEvent<'_>) {
        let Some((place, item)) = call_item(event) else { return };
        let call = self.calls.entry(place).or_default();
        call.is_custom = item.get("type").is_some_and(|kind| kind == "custom_tool_call");
        let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
        call.id = Some(text("call_id")).filter(|id| !id.is_empty());
        call.name = text("name");
        let name = call.name.clone();
        on_event(StreamEvent::Tool { index: self.index_of(place), text: name });
    }

    fn more_of_call(&mut self, event: &Value, delta: &str, on_event: OnEvent<'_>) {
        let place = event.get("output_index").and_then(Value::as_u64).unwrap_or(0);
        self.calls.entry(place).or_default().arguments.push_str(delta);
        on_event(StreamEvent::Tool { index: self.index_of(place), text: delta.to_owned() });
    }

    /// The finished item says all of a call once more.
    fn end_call(&mut self, event: &Value) {
        let Some((place, item)) = call_item(event) else { return };
        let Some(whole) = reply::call(item) else { return };
        let call = self.calls.entry(place).or_default();
        call.id = whole.id;
        call.name = whole.name;
        let said = ["arguments", "input"].iter().find_map(|field| item.get(*field).and_then(Value::as_str));
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            said.clone_into(&mut call.arguments);
        }
    }

    /// Which call of the answer stands at a place of the output, from 0.
    fn index_of(&self, place: u64) -> usize {
        self.calls.range(..place).count()
    }

    fn end(&mut self, event: &Value) -> Result<(), CallError> {
        self.merge_calls();
        let response = event.get("response").unwrap_or(event);
        let whole = match reply::read(response) {
            Ok(whole) => whole,
            // The pieces that came are kept by the reader of the stream.
            Err(mut error) => {
                match error.partial.take() {
                    Some(partial) if self.answer.is_empty() => self.answer = *partial,
                    _ => self.answer.usage = response.get("usage").map(reply::usage).unwrap_or_default(),
                }
                return Err(error);
            }
        };
        let streamed = std::mem::replace(&mut self.answer, whole);
        let answer = &mut self.answer;
        if answer.text.is_empty() {
            answer.text = streamed.text;
        }
        if answer.reasoning.is_empty() {
            answer.reasoning = streamed.reasoning;
        }
        answer.refusal = answer.refusal.take().or(streamed.refusal);
        answer.model = answer.model.take().or(streamed.model);
        if answer.tool_calls.is_empty() && !streamed.tool_calls.is_empty() {
            answer.tool_calls = streamed.tool_calls;
            answer.finish_reason = Some(reply::finish_reason(response, true));
        }
        self.done = true;
        Ok(())
    }

    fn merge_calls(&mut self) {
        let calls = std::mem::take(&mut self.calls).into_values().map(|call| ToolCall {
            id: call.id,
            name: call.name,
            arguments: if call.is_custom { Value::String(call.arguments) } else { arguments(&call.arguments) },
        });
        self.answer.tool_calls.extend(calls);
    }
}

/// The place and the item of an event about a call.
fn call_item(event: &Value) -> Option<(u64, &Value)> {
    let item = event.get("item")?;
    let is_call = matches!(item.get("type")?.as_str()?, "function_call" | "custom_tool_call");
    is_call.then(|| (event.get("output_index").and_then(Value::as_u64).unwrap_or(0), item))
}
