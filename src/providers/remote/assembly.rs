//! How a provider's answers are read: its own part of an exchange.

use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::Answer;
use super::super::error::CallError;
use super::failure::Refusal;
use crate::http::SseEvent;

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
