//! Reads a streamed answer of generateContent: every event is a part of one. Calls come whole.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::CallError;
use super::super::remote::{Assembly, event_json};
use super::refusal;
use super::reply::{self, Piece};
use crate::http::SseEvent;

/// An answer while it is put together.
#[derive(Default)]
pub(super) struct Building {
    answer: Answer,
}

impl Assembly for Building {
    fn is_complete(&self) -> bool {
        self.answer.finish_reason.is_some()
    }

    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError> {
        let data = event_json(event)?;
        if data.get("error").is_some_and(Value::is_object) {
            return Err(refusal::read(0, &data).into());
        }
        reply::refused(&data)?;
        for piece in reply::pieces(&data) {
            match piece {
                Piece::Text(text) => {
                    self.answer.text.push_str(text);
                    on_event(StreamEvent::Text(text.to_owned()));
                }
                Piece::Thought(text) => {
                    self.answer.reasoning.push_str(text);
                    on_event(StreamEvent::Reasoning(text.to_owned()));
                }
                Piece::Call(call) => {
                    let text = format!("{}{}", call.name, call.arguments);
                    on_event(StreamEvent::Tool { index: self.answer.tool_calls.len(), text });
                    self.answer.tool_calls.push(call);
                }
            }
        }
        reply::head(&data, &mut self.answer);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Answer {
        reply::finished(self.answer)
    }
}
