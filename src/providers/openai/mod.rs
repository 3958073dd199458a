//! OpenAI's chat completions, and the servers that speak them: vLLM, llama.cpp, Ollama, LM Studio, TGI and others.
//!
//! Formats: the OpenAI API reference and the request and response types of vLLM, Ollama, llama.cpp and TGI.

mod failure;
mod messages;
mod parameters;
mod provider;
mod reply;
mod stream;
mod tools;

pub(super) use provider::{OpenAi, list_models};
