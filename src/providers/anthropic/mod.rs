//! Anthropic's Messages.
//!
//! Formats: the request and response types of the package `anthropic`, 2.12.0, at the API's version 2023-06-01, which still
//! takes the recorded sampling parameters.

mod batch;
mod body;
mod content;
mod provider;
mod refusal;
mod reply;
mod stream;
mod wire;

pub(super) use body::body;
pub(super) use provider::Anthropic;
pub(super) use wire::MessagesWire;
