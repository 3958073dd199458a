//! Reads a streamed answer of Messages: named events, each block between its start and its stop.

use serde_json::{Map, Value};

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
    /// The counts so far: each event replaces those that it names.
    usage: Map<String, Value>,
    done: bool,
}

impl Assembly for Building {
    fn is_complete(&self) -> bool {
        self.done || self.answer.finish_reason.is_some()
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let data = event_json(event)?;
        let kind = data.get("type").and_then(Value::as_str).unwrap_or(&event.name);
        match kind {
            "message_start" => self.start(data.get("message").unwrap_or(&Value::Null)),
            "content_block_start" => self.block(&data, on_event),
            "content_block_delta" => self.delta(&data, on_event),
            "message_delta" => self.end(&data),
            "message_stop" => self.done = true,
            "error" => return Err(refusal::read(0, &data).into()),
            // Pings, the ends of blocks, and what later versions add.
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Answer {
        self.answer.tool_calls = self.calls.finish();
        self.answer.usage = reply::usage(&self.usage);
        self.answer
    }
}

impl Building {
    fn start(&mut self, message: &Value) {
        let text = |field: &str| message.get(field).and_then(Value::as_str).map(str::to_owned);
        self.answer.model = text("model");
        self.answer.request_id = text("id");
        self.count(message);
    }

    fn count(&mut self, holder: &Value) {
        let counts = holder.get("usage").and_then(Value::as_object).into_iter().flatten();
        self.usage
            .extend(counts.filter(|(_, count)| !count.is_null()).map(|(name, count)| (name.clone(), count.clone())));
    }

    /// A block begins; compatible servers put the whole block here.
    fn block(&mut self, data: &Value, on_event: OnEvent<'_>) {
        let index = data.get("index").and_then(Value::as_u64);
        let block = data.get("content_block").unwrap_or(&Value::Null);
        let text = |field: &str| block.get(field).and_then(Value::as_str).unwrap_or("");
        match text("type") {
            "text" => self.text(text("text"), on_event),
            "thinking" => self.thinking(text("thinking"), on_event),
            "tool_use" => {
                let input = block.get("input").filter(|input| input.as_object().is_some_and(|map| !map.is_empty()));
                let arguments = input.map(ToString::to_string).unwrap_or_default();
                self.tool(index, block.get("id").and_then(Value::as_str), [text("name"), &arguments], on_event);
            }
            _ => {}
        }
    }

    fn delta(&mut self, data: &Value, on_event: OnEvent<'_>) {
        let index = data.get("index").and_then(Value::as_u64);
        let delta = data.get("delta").unwrap_or(&Value::Null);
        let text = |field: &str| delta.get(field).and_then(Value::as_str).unwrap_or("");
        match text("type") {
            "text_delta" => self.text(text("text"), on_event),
            "thinking_delta" => self.thinking(text("thinking"), on_event),
            // Arguments of a tool that runs at the provider belong to no call that began here.
            "input_json_delta" if self.calls.has(index) => {
                self.tool(index, None, ["", text("partial_json")], on_event);
            }
            // Signatures are worth nothing to anybody else; citations are no part of the text.
            _ => {}
        }
    }

    fn text(&mut self, more: &str, on_event: OnEvent<'_>) {
        if !more.is_empty() {
            self.answer.text.push_str(more);
            on_event(StreamEvent::Text(more.to_owned()));
        }
    }

    fn thinking(&mut self, more: &str, on_event: OnEvent<'_>) {
        if !more.is_empty() {
            self.answer.reasoning.push_str(more);
            on_event(StreamEvent::Reasoning(more.to_owned()));
        }
    }

    fn tool(&mut self, index: Option<u64>, id: Option<&str>, words: [&str; 2], on_event: OnEvent<'_>) {
        let [name, arguments] = words;
        let place = self.calls.add(index, id, name, arguments);
        on_event(StreamEvent::Tool { index: place, text: format!("{name}{arguments}") });
    }

    fn end(&mut self, data: &Value) {
        self.count(data);
        let delta = data.get("delta").unwrap_or(&Value::Null);
        if let Some(reason) = delta.get("stop_reason").and_then(Value::as_str) {
            self.answer.finish_reason = Some(reply::finish_reason(reason));
        }
        if let Some(words) = delta.get("stop_details").and_then(reply::explanation) {
            self.answer.refusal = Some(words);
        }
    }
}
