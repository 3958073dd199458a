//! How a provider's answers are read: its own part of an exchange.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind};
use super::failure::Refusal;
use crate::http::SseEvent;

/// How a streamed answer is divided into events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Sse,
    /// AWS's binary event stream: each event comes to the assembly with its type as name and its payload as data.
    AwsEventStream,
}

/// A provider's own way to speak.
pub trait Wire: Sync {
    /// The header that holds the provider's id of a request.
    fn request_id(&self) -> &'static str;

    /// Reads an answer that came at once.
    fn whole(&self, body: &Value) -> Result<Answer, CallError>;

    /// Something to put a streamed answer together with.
    fn assembly(&self) -> Box<dyn Assembly>;

    /// Reads what the provider says of a failure; `status` is 0 where it came inside a stream.
    fn refusal(&self, status: u16, body: &Value) -> Refusal;

    /// How streamed answers are divided into events.
    fn framing(&self) -> Framing {
        Framing::Sse
    }

    /// The header that names the kind of a failure, where the provider has one.
    fn failure_header(&self) -> Option<&'static str> {
        None
    }

    /// Reads a failure that is named beside its body: in a header, or as an exception inside a stream (`status` 0).
    fn named_refusal(&self, status: u16, _name: &str, body: &Value) -> Refusal {
        self.refusal(status, body)
    }
}

/// An answer while it is put together.
pub trait Assembly: Send {
    /// Takes the next event. An error that the event reports is returned.
    fn take(&mut self, event: &SseEvent, on_event: OnEvent<'_>) -> Result<(), CallError>;

    /// Whether the answer has come to its end.
    fn is_complete(&self) -> bool;

    /// The answer, or as much of it as came.
    fn finish(self: Box<Self>) -> Answer;
}

/// The JSON of an event of a stream.
pub fn event_json(event: &SseEvent) -> Result<Value, CallError> {
    serde_json::from_str(event.data.trim())
        .map_err(|_| CallError::new(CallErrorKind::Malformed, "an event of the stream is not JSON"))
}
