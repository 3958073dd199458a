//! Servers that speak OpenAI's chat completions in their own way: vLLM, TGI, Ollama, llama.cpp, LM Studio, `OpenRouter`, `LiteLLM`.
//!
//! After their protocol files and types, as the reference of provider APIs has them (section 10).

use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::span::Usage;
use serde_json::{Value, json};

use super::dialect::{Ability, Asked, Dialect, Frames, Piece, Refused, Script, halves, sse};
use super::double::{Received, Reply};
use super::{chat, conform};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Vllm,
    Tgi,
    Ollama,
    LlamaCpp,
    LmStudio,
    OpenRouter,
    LiteLlm,
}

/// How a server streams calls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    /// In fragments under an index of their own.
    Fragments,
    /// Each whole, and each numbered 0.
    AllZero,
    /// In fragments without an index.
    Unnumbered,
}

impl Server {
    const fn calls(self) -> Calls {
        match self {
            Self::Ollama => Calls::AllZero,
            Self::Tgi | Self::LmStudio => Calls::Unnumbered,
            _ => Calls::Fragments,
        }
    }

    /// The field of its reasoning.
    const fn reasoning(self) -> &'static str {
        match self {
            Self::LlamaCpp | Self::LmStudio | Self::LiteLlm => "reasoning_content",
            _ => "reasoning",
        }
    }

    /// What every one of its answers has besides.
    fn extras(self, body: &mut Value) {
        match self {
            Self::Vllm => {
                body["choices"][0]["stop_reason"] = Value::Null;
                body["prompt_logprobs"] = Value::Null;
            }
            // No id, and no model worth the name.
            Self::Tgi => body["id"] = json!(""),
            Self::Ollama => body["system_fingerprint"] = json!("fp_ollama"),
            Self::LlamaCpp => body["timings"] = json!({"cache_n": 0, "prompt_n": 9, "prompt_ms": 20.5}),
            Self::LmStudio => drop(body.as_object_mut().unwrap().remove("id")),
            Self::OpenRouter => {
                body["provider"] = json!("Somebody");
                if let Some(choice) = body["choices"].get_mut(0) {
                    choice["native_finish_reason"] = choice["finish_reason"].clone();
                }
            }
            Self::LiteLlm => body["service_tier"] = Value::Null,
        }
    }

    fn delta(self, script: &Script, delta: &Value, finish: Option<&str>) -> Vec<u8> {
        let mut body = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": script.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
        self.extras(&mut body);
        if self == Self::Vllm && script.usage.input.is_some() {
            // `continuous_usage_stats`: counts so far on every event.
            body["usage"] = json!({"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101});
        }
        sse(&body)
    }

    fn call_frames(self, script: &Script, place: usize, (id, name, arguments): (&str, &str, &Value)) -> Vec<Vec<u8>> {
        let text = arguments.to_string();
        let delta = |call: Value| self.delta(script, &json!({"content": null, "tool_calls": [call]}), None);
        if self.calls() == Calls::AllZero {
            let function = json!({"name": name, "arguments": text});
            return vec![delta(json!({"index": 0, "id": id, "type": "function", "function": function}))];
        }
        let numbered = |mut call: Value| {
            if self.calls() == Calls::Fragments {
                call["index"] = json!(place);
            }
            delta(call)
        };
        let open = json!({"id": id, "type": "function", "function": {"name": name, "arguments": ""}});
        let more = halves(&text).map(|half| numbered(json!({"function": {"arguments": half}})));
        [vec![numbered(open)], more.to_vec()].concat()
    }
}

impl Dialect for Server {
    fn name(&self) -> &'static str {
        match self {
            Self::Vllm => "vllm",
            Self::Tgi => "tgi",
            Self::Ollama => "ollama",
            Self::LlamaCpp => "llama.cpp",
            Self::LmStudio => "lm studio",
            Self::OpenRouter => "openrouter",
            Self::LiteLlm => "litellm",
        }
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::OpenAi
    }

    fn provider(&self) -> &'static str {
        // Ollama is known by its port, or by this name.
        if *self == Self::Ollama { "ollama" } else { "p" }
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(format!("{base}/v1")),
            key: Some(KeySource::Env("TEST_KEY".to_owned())),
            ..ProviderSettings::new(self.provider(), self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        match self {
            Self::Ollama => &[
                Ability::Budget,
                Ability::TopK,
                Ability::ParallelSwitch,
                Ability::NamedChoice,
                Ability::NoneChoice,
                Ability::RequiredChoice,
            ],
            _ => &[Ability::Budget],
        }
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Tgi => &[
                ("stop", "stop"),
                ("eos_token", "stop"),
                ("stop_sequence", "stop"),
                ("length", "length"),
                ("tool_calls", "tool_calls"),
            ],
            Self::Ollama => &[("stop", "stop"), ("length", "length"), ("tool_calls", "tool_calls")],
            _ => chat::FINISH_WORDS,
        }
    }

    fn full_usage(&self) -> Usage {
        let counted = Usage { input: Some(100), output: Some(40), ..Usage::default() };
        match self {
            Self::Tgi | Self::Ollama => counted,
            Self::Vllm | Self::LlamaCpp => Usage { cached_input: Some(30), ..counted },
            Self::LmStudio => Usage { reasoning: Some(15), ..counted },
            Self::OpenRouter | Self::LiteLlm => Usage { cached_input: Some(30), reasoning: Some(15), ..counted },
        }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        chat::bearer(request, "/v1/chat/completions")
    }

    fn plain(&self, script: &Script) -> Reply {
        let mut message = chat::message(script);
        if let Some(reasoning) = message.as_object_mut().unwrap().remove("reasoning") {
            message[self.reasoning()] = reasoning;
        }
        let mut body = chat::plain(script, message);
        if *self == Self::Vllm && script.calls().is_empty() {
            body["choices"][0]["message"]["tool_calls"] = json!([]);
        }
        for call in body["choices"][0]["message"]["tool_calls"].as_array_mut().into_iter().flatten() {
            if *self == Self::Tgi {
                let text = call["function"]["arguments"].as_str().unwrap().to_owned();
                call["function"]["arguments"] = serde_json::from_str(&text).unwrap();
            }
        }
        self.extras(&mut body);
        Reply::json(200, &body)
    }

    fn frames(&self, script: &Script) -> Frames {
        let comment = b": OPENROUTER PROCESSING\n\n".to_vec();
        let mut body = if *self == Self::OpenRouter { vec![comment.clone(), comment] } else { Vec::new() };
        body.push(self.delta(script, &json!({"role": "assistant", "content": ""}), None));
        let mut calls = 0;
        for piece in &script.pieces {
            match piece {
                Piece::Text(text) => body.push(self.delta(script, &json!({"content": text}), None)),
                Piece::Reasoning(text) => {
                    let field = self.reasoning();
                    body.push(self.delta(script, &json!({"content": null, field: text}), None));
                }
                Piece::Call { id, name, arguments } => {
                    body.extend(self.call_frames(script, calls, (id, name, arguments)));
                    calls += 1;
                }
            }
        }
        let mut end = vec![self.delta(script, &json!({"content": ""}), Some(script.finish))];
        let usage = chat::usage(&script.usage);
        if !usage.is_null() {
            end.push(sse(&json!({"id": "chatcmpl-1", "model": script.model, "choices": [], "usage": usage})));
        }
        end.push(b"data: [DONE]\n\n".to_vec());
        Frames { body, end }
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let (status, kind) = match why {
            Refused::Authentication => (401, "authentication"),
            Refused::Permission => (403, "permission"),
            Refused::NoSuchModel => (404, "NotFoundError"),
            Refused::RateLimit => (429, "overloaded"),
            Refused::TooLong => (400, "BadRequestError"),
            Refused::Overloaded => (503, "overloaded"),
            Refused::Invalid => (if *self == Self::Tgi { 422 } else { 400 }, "validation"),
            Refused::Server => (500, "generation"),
            Refused::Quota if *self == Self::LiteLlm => (400, "budget_exceeded"),
            Refused::Filtered if *self == Self::OpenRouter => (403, "moderation"),
            Refused::Quota | Refused::Filtered => return None,
        };
        let words = match (self, why) {
            (Self::Vllm, Refused::TooLong) => format!("This model's maximum context length is 8 tokens. {words}"),
            (Self::Tgi, Refused::TooLong) => {
                format!("`inputs` tokens + `max_new_tokens` must be <= 8. {words}")
            }
            (Self::LlamaCpp, Refused::TooLong) => {
                format!("the request exceeds the available context size, try increasing it: {words}")
            }
            (Self::LmStudio, Refused::TooLong) => {
                format!("The model is loaded with context length of only 8 tokens. {words}")
            }
            (Self::LiteLlm, Refused::TooLong) => format!("litellm.ContextWindowExceededError: {words}"),
            (Self::Ollama, Refused::TooLong) => return None,
            _ => words.to_owned(),
        };
        let reply = match self {
            Self::Tgi => Reply::json(status, &json!({"error": words, "error_type": kind})),
            Self::LmStudio => Reply::json(status, &json!({"error": words})),
            Self::Ollama => {
                let error = json!({"message": words, "type": "api_error", "param": null, "code": null});
                Reply::json(status, &json!({"error": error}))
            }
            Self::LiteLlm => {
                let error = json!({"message": words, "type": kind, "param": "None", "code": status.to_string()});
                Reply::json(status, &json!({"error": error}))
            }
            Self::OpenRouter => {
                let metadata = if why == Refused::Filtered { json!({"reasons": ["violence"]}) } else { json!({}) };
                let code = if why == Refused::TooLong { json!("context_length_exceeded") } else { json!(status) };
                let error = json!({"message": words, "code": code, "metadata": metadata});
                // Once a provider behind it was asked, failures come inside of an answer of status 200.
                let sent = if why == Refused::Server { 200 } else { status };
                Reply::json(sent, &json!({"error": error, "user_id": "u"}))
            }
            Self::Vllm | Self::LlamaCpp => {
                let error = json!({"message": words, "type": kind, "param": null, "code": status});
                Reply::json(status, &json!({"error": error}))
            }
        };
        Some(if why == Refused::RateLimit { reply.with_header("retry-after", "7") } else { reply })
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        match self {
            Self::Tgi => {
                let body = json!({"error": words, "error_type": "overloaded"});
                format!("event:error\ndata:{body}\n\n").into_bytes()
            }
            Self::OpenRouter => sse(&json!({"id": "gen-1", "error": {"code": 503, "message": words},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]})),
            Self::LiteLlm => sse(&json!({"error": {"message": words, "type": "None", "code": "503"}})),
            _ => sse(&json!({"error": {"message": words, "type": "unavailable", "code": 503}})),
        }
    }

    fn models(&self, ids: &[&str]) -> Reply {
        chat::models(ids)
    }

    fn read(&self, request: &Received) -> Asked {
        chat::read(request, "max_tokens", "seed")
    }
}

#[tokio::test]
async fn vllm() {
    conform(&Server::Vllm).await;
}

#[tokio::test]
async fn tgi() {
    conform(&Server::Tgi).await;
}

#[tokio::test]
async fn ollama() {
    conform(&Server::Ollama).await;
}

#[tokio::test]
async fn llama_cpp() {
    conform(&Server::LlamaCpp).await;
}

#[tokio::test]
async fn lm_studio() {
    conform(&Server::LmStudio).await;
}

#[tokio::test]
async fn openrouter() {
    conform(&Server::OpenRouter).await;
}

#[tokio::test]
async fn litellm() {
    conform(&Server::LiteLlm).await;
}
