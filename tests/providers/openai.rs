//! OpenAI's chat completions, as a compatible server speaks them.

use hindcast::domain::provider::{ProviderKind, ProviderSettings};
use serde_json::json;

use super::dialect::{Ability, Asked, Dialect, Frames, Refused, Script, sse};
use super::double::{Received, Reply};
use super::{chat, conform};

struct OpenAi;

impl Dialect for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::OpenAi
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(format!("{base}/v1")),
            key: Some(hindcast::domain::provider::KeySource::Env("TEST_KEY".to_owned())),
            ..ProviderSettings::new("p", self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::Budget]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        chat::FINISH_WORDS
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        chat::bearer(request, "/v1/chat/completions")
    }

    fn plain(&self, script: &Script) -> Reply {
        Reply::json(200, &chat::plain(script, chat::message(script)))
    }

    fn frames(&self, script: &Script) -> Frames {
        chat::frames(script, |text| json!({"content": text}), |text| json!({"reasoning": text}))
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        Some(chat::refusal(why, words))
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        sse(&json!({"error": {"message": words, "type": "server_error", "code": "overloaded"}}))
    }

    fn models(&self, ids: &[&str]) -> Reply {
        chat::models(ids)
    }

    fn read(&self, request: &Received) -> Asked {
        chat::read(request, "max_tokens", "seed")
    }
}

#[tokio::test]
async fn openai() {
    conform(&OpenAi).await;
}
