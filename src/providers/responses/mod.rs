//! OpenAI's Responses: items instead of messages, flat tools, named events.
//!
//! Nothing is kept at the provider: every request says `store: false` and carries all of its input. What a recording left at
//! the provider (a conversation, a stored prompt, a file, an item that is only referred to) is refused with the reason.
//! Source: the request, response and event types of the package `openai`, 3.54.0.

mod input;
mod parameters;
mod provider;
mod reply;
mod stream;

pub(super) use provider::Responses;
