//! Vertex AI, with a token of a command's kind and with the machine's own credentials.

use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::span::Usage;
use hindcast::providers::{CallErrorKind, Delivery, Environment, Providers, Request};
use serde_json::{Value, json};

use super::bench::request;
use super::dialect::{Ability, Asked, Dialect, Frames, KEY, Refused, Script};
use super::double::{Double, Received, Reply};
use super::{anthropic, conform, gemini};

struct Vertex;

const PATH: &str = "/v1/projects/my-project/locations/europe-west4/publishers/google/models/model-1";

impl Dialect for Vertex {
    fn name(&self) -> &'static str {
        "vertex"
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::Vertex
    }

    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(base.to_owned()),
            key: Some(KeySource::Env("TEST_KEY".to_owned())),
            region: Some("europe-west4".to_owned()),
            project: Some("my-project".to_owned()),
            ..ProviderSettings::new("p", self.kind())
        }
    }

    fn lacks(&self) -> &'static [Ability] {
        gemini::LACKS
    }

    fn finish_words(&self) -> &'static [(&'static str, &'static str)] {
        gemini::FINISH_WORDS
    }

    fn full_usage(&self) -> Usage {
        gemini::full_usage()
    }

    fn check(&self, request: &Received) -> Result<(), String> {
        let known = [format!("{PATH}:generateContent"), format!("{PATH}:streamGenerateContent?alt=sse")];
        match (known.contains(&request.path), request.header("authorization")) {
            (true, Some(value)) if value == format!("Bearer {KEY}") => Ok(()),
            (false, _) => Err(format!("not at {PATH}")),
            (_, value) => Err(format!("authorization is {value:?}")),
        }
    }

    fn wants_stream(&self, request: &Received) -> bool {
        request.path.ends_with(":streamGenerateContent?alt=sse")
    }

    fn plain(&self, script: &Script) -> Reply {
        gemini::plain(script)
    }

    fn frames(&self, script: &Script) -> Frames {
        gemini::frames(script)
    }

    fn refusal(&self, why: Refused, words: &str) -> Option<Reply> {
        match why {
            Refused::Authentication => {
                let error = json!({"code": 401, "message": words, "status": "UNAUTHENTICATED"});
                Some(Reply::json(401, &json!({"error": error})))
            }
            other => Some(gemini::refusal(other, words)),
        }
    }

    fn error_frame(&self, words: &str) -> Vec<u8> {
        gemini::error_frame(words)
    }

    fn models(&self, ids: &[&str]) -> Reply {
        let models: Vec<Value> =
            ids.iter().map(|id| json!({"name": format!("publishers/google/models/{id}")})).collect();
        Reply::json(200, &json!({"publisherModels": models}))
    }

    fn read(&self, request: &Received) -> Asked {
        gemini::read(request)
    }
}

#[tokio::test]
async fn vertex() {
    conform(&Vertex).await;
}

/// A machine in Google's cloud hands out tokens at its metadata service: here the double is both that and the API.
async fn in_the_cloud(api: Reply) -> (Double, Providers) {
    let double = Double::start(move |request| {
        if request.path.starts_with("/computeMetadata/") {
            let token = json!({"access_token": KEY, "expires_in": 3599, "token_type": "Bearer"});
            return Reply::json(200, &token);
        }
        api.clone()
    })
    .await;
    let host = double.base.strip_prefix("http://").unwrap();
    let environment = Environment::of([("GCE_METADATA_HOST", host), ("GOOGLE_CLOUD_PROJECT", "my-project")]);
    let settings = ProviderSettings {
        base_url: Some(double.base.clone()),
        region: Some("europe-west4".to_owned()),
        ..ProviderSettings::new("p", ProviderKind::Vertex)
    };
    (double, Providers::new(vec![settings], environment))
}

#[tokio::test]
async fn the_machines_own_credentials_are_used_and_kept() {
    let script = super::bench::hello(&Vertex);
    let (double, providers) = in_the_cloud(gemini::plain(&script)).await;
    let provider = providers.get("p").unwrap();
    let prepared = provider.prepare(&request(&Vertex)).unwrap();
    for _ in 0..2 {
        assert_eq!(provider.call(&prepared, &mut |_| ()).await.unwrap().text, "Hello.");
    }
    let received = double.received();
    let (tokens, calls): (Vec<_>, Vec<_>) =
        received.into_iter().partition(|request| request.path.starts_with("/computeMetadata/"));
    assert_eq!((tokens.len(), calls.len()), (1, 2));
    assert!(tokens.iter().all(|request| request.header("metadata-flavor") == Some("Google")));
    assert!(calls.iter().all(|call| Vertex.check(call).is_ok()));
}

#[tokio::test]
async fn a_fetched_token_is_never_in_the_words() {
    let reply = Vertex.refusal(Refused::Authentication, &format!("bad token {KEY}")).unwrap();
    let (_double, providers) = in_the_cloud(reply).await;
    let provider = providers.get("p").unwrap();
    let prepared = provider.prepare(&request(&Vertex)).unwrap();
    let error = provider.call(&prepared, &mut |_| ()).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Unauthorized);
    assert!(error.message.contains("bad token") && !error.message.contains(KEY), "{}", error.message);
}

#[tokio::test]
async fn models_of_anthropic_are_asked_in_their_own_words() {
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
        "content": [{"type": "text", "text": "Hello."}], "stop_reason": "end_turn", "usage": {"input_tokens": 9,
        "output_tokens": 2}});
    let double = Double::start(move |_| Reply::json(200, &answer)).await;
    let provider = Vertex.providers(&double.base).get("p").unwrap();
    for (delivery, method) in [(Delivery::Whole, "rawPredict"), (Delivery::Streamed, "streamRawPredict")] {
        let asking = Request { model: "claude-sonnet-4-5@20250929".to_owned(), delivery, ..request(&Vertex) };
        let prepared = provider.prepare(&asking).unwrap();
        assert_eq!(provider.call(&prepared, &mut |_| ()).await.unwrap().text, "Hello.");
        let received = double.received();
        let last = received.last().unwrap();
        let path = "/v1/projects/my-project/locations/europe-west4/publishers/anthropic/models";
        assert_eq!(last.path, format!("{path}/claude-sonnet-4-5%4020250929:{method}"));
        let body = last.json();
        assert_eq!((&body["anthropic_version"], body.get("model")), (&json!("vertex-2023-10-16"), None));
        assert_eq!(anthropic::read(&body).is_streamed, Some(delivery == Delivery::Streamed));
    }
}

#[tokio::test]
async fn a_project_is_asked_for() {
    let providers = Providers::new(vec![ProviderSettings::new("p", ProviderKind::Vertex)], Environment::of([]));
    let error = providers.get("p").err().unwrap().to_string();
    assert!(error.contains("project") && error.contains("GOOGLE_CLOUD_PROJECT"), "{error}");
}
