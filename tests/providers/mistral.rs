//! Mistral's chat completions.

use hindcast::domain::provider::ProviderKind;
use hindcast::domain::span::Usage;
use serde_json::{Value, json};

use super::dialect::{Ability, Asked, Dialect, Frames, Refused, Said, Script, sse};
use super::double::{Received, Reply};
use super::{chat, conform};

struct Mistral;

impl Dialect for Mistral {
    fn name(&self) -> &'static str {
        "mistral"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Mistral
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::Budget]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        &[("stop", "stop"), ("length", "length"), ("model_length", "length"), ("tool_calls", "tool_calls")]
    }

    fn full_usage(&self) -> Usage {
        Usage { input: Some(100), output: Some(40), cached_input: Some(30), ..Usage::default() }
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        chat::bearer(request, "/chat/completions")?;
        let odd = |id: &Option<String>| id.as_ref().is_some_and(|id| id.len() != 9);
        let wrong = self.read(request).said.into_iter().any(|(_, said)| match said {
            Said::Call { id, .. } | Said::Result { id, .. } => odd(&id),
            _ => false,
        });
        if wrong { Err("an id of a call is not of nine letters".to_owned()) } else { Ok(()) }
    }

    fn plain(&self, script: &Script) -> Reply {
        let mut message = json!({"content": script.text(), "tool_calls": null, "prefix": false});
        if !script.reasoning().is_empty() {
            let thinking = json!({"type": "thinking", "thinking": [{"type": "text", "text": script.reasoning()}]});
            message["content"] = json!([thinking, {"type": "text", "text": script.text()}]);
        }
        Reply::json(200, &chat::plain(script, message))
    }

    fn frames(&self, script: &Script) -> Frames {
        let mut frames = chat::frames(
            script,
            |text| json!({"content": text}),
            |text| json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}),
        );
        // Usage comes with the last event that has a choice.
        let mut last = json!({"id": "m1", "model": script.model, "choices": [{"index": 0, "delta": {"content": ""},
            "finish_reason": script.finish}]});
        if script.usage != Usage::default() {
            last["usage"] = chat::usage(&script.usage);
        }
        frames.end = vec![sse(&last), b"data: [DONE]\n\n".to_vec()];
        frames
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let object = |status: u16, kind: &str| {
            let body = json!({"object": "error", "message": words, "type": kind, "param": null, "code": "3000"});
            Reply::json(status, &body)
        };
        Some(match why {
            Refused::Authentication => Reply::json(401, &json!({"detail": words})),
            Refused::Permission => object(403, "forbidden"),
            Refused::NoSuchModel => object(404, "invalid_model"),
            Refused::RateLimit => object(429, "rate_limited").with_header("retry-after", "7"),
            Refused::Invalid => {
                let detail: Value = json!([{"loc": ["body", "messages", 0], "msg": words, "type": "value_error"}]);
                Reply::json(422, &json!({"detail": detail}))
            }
            Refused::Overloaded => object(503, "unavailable"),
            Refused::Server => object(500, "internal"),
            Refused::Quota | Refused::TooLong | Refused::Filtered => return None,
        })
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        sse(&json!({"object": "error", "message": words, "type": "overloaded", "code": 503}))
    }

    fn models(&self, ids: &[&str]) -> Reply {
        chat::models(ids)
    }

    fn read(&self, request: &Received) -> Asked {
        chat::read(request, "max_tokens", "random_seed")
    }
}

#[tokio::test]
async fn mistral() {
    conform(&Mistral).await;
}
