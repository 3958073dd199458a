//! Cohere's chat, version 2 of its API.
//!
//! What the model plans before it asks for tools (`tool_plan`) and what it thinks are kept apart from the answer, as is every
//! citation object: an answer has no place for them, and they are not put into its text. Source: the request, response and
//! event types of the package `cohere`, 7.3.1.

mod messages;
mod parameters;
mod provider;
mod reply;
mod stream;

pub(super) use provider::Cohere;
