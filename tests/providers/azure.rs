//! Azure OpenAI, in both forms of its addresses, with a key and with a token.

use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::providers::Environment;
use serde_json::{Value, json};

use super::dialect::{Ability, Asked, Dialect, Frames, KEY, Refused, Script, sse};
use super::double::{Received, Reply};
use super::{chat, conform};

/// A form of its addresses.
enum Azure {
    /// With a dated version and a key.
    Dated,
    /// Without a version.
    Undated,
}

impl Dialect for Azure {
    fn name(&self) -> &'static str {
        match self {
            Self::Dated => "azure, dated",
            Self::Undated => "azure, v1",
        }
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Azure
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(base.to_owned()),
            key: Some(KeySource::Env("TEST_KEY".to_owned())),
            api_version: matches!(self, Self::Dated).then(|| "2024-10-21".to_owned()),
            ..ProviderSettings::new("p", self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        &[Ability::Budget, Ability::TopK, Ability::Reasoning]
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        chat::FINISH_WORDS
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        let path = match self {
            Self::Dated => "/openai/deployments/model-1/chat/completions?api-version=2024-10-21",
            Self::Undated => "/openai/v1/chat/completions",
        };
        match (request.path == path, request.header("api-key")) {
            (true, Some(KEY)) => Ok(()),
            (false, _) => Err(format!("not at {path}")),
            (_, key) => Err(format!("api-key is {key:?}")),
        }
    }

    fn plain(&self, script: &Script) -> Reply {
        let mut body = chat::plain(script, chat::message(script));
        let safe = json!({"hate": {"filtered": false, "severity": "safe"}});
        body["prompt_filter_results"] = json!([{"prompt_index": 0, "content_filter_results": safe}]);
        body["choices"][0]["content_filter_results"] = safe;
        Reply::json(200, &body)
    }

    fn frames(&self, script: &Script) -> Frames {
        let mut frames = chat::frames(script, |text| json!({"content": text}), |text| json!({"reasoning": text}));
        let first = json!({"choices": [], "id": "", "model": "", "object": "", "created": 0,
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]});
        frames.body.insert(0, sse(&first));
        frames
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        let error = |status: u16, error: Value| Some(Reply::json(status, &json!({"error": error})));
        match why {
            Refused::Authentication => error(401, json!({"code": "401", "message": words})),
            Refused::NoSuchModel => error(404, json!({"code": "DeploymentNotFound", "message": words})),
            Refused::Filtered => error(
                400,
                json!({"message": words, "type": null, "param": "prompt", "code": "content_filter", "status": 400,
                    "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}}),
            ),
            Refused::RateLimit => {
                let reply = error(429, json!({"code": "429", "message": words}))?;
                Some(reply.with_header("retry-after-ms", "7000").with_header("retry-after", "8"))
            }
            other => Some(chat::refusal(other, words)),
        }
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        sse(&json!({"error": {"message": words, "type": "server_error", "code": "overloaded"}}))
    }

    fn models(&self, ids: &[&str]) -> Reply {
        chat::models(ids)
    }

    fn read(&self, request: &Received) -> Asked {
        chat::read(request, "max_completion_tokens", "seed")
    }
}

#[tokio::test]
async fn dated() {
    conform(&Azure::Dated).await;
}

#[tokio::test]
async fn undated() {
    conform(&Azure::Undated).await;
}

#[tokio::test]
async fn a_token_goes_as_a_bearer_token() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
    let double = super::double::Double::start(|_| chat::models(&["m"])).await;
    let environment = Environment::of([("TEST_KEY", token)]);
    let providers = hindcast::providers::Providers::new(vec![Azure::Undated.settings(&double.base)], environment);
    providers.get("p").unwrap().models().await.unwrap();
    let received = double.received();
    assert_eq!(received[0].header("authorization"), Some(format!("Bearer {token}").as_str()));
    assert_eq!(received[0].header("api-key"), None);
}
