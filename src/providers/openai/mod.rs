//! OpenAI's chat completions, and the servers that speak them: vLLM, llama.cpp, Ollama, LM Studio, TGI and others.
//!
//! Formats: the OpenAI API reference and the request and response types of vLLM, Ollama, llama.cpp and TGI.

mod batch;
mod chat;
mod messages;
mod parameters;
mod provider;
mod refusal;
mod reply;
mod stream;

pub(super) use chat::ChatWire;
pub(super) use parameters::{Dialect, body};
pub(super) use provider::{OpenAi, list_models};
pub(super) use reply::model_ids;
