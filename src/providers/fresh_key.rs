//! A provider whose key comes from a command: when the key is refused, the command is run again.
//!
//! Tokens of cloud makers are good for about an hour; a run, or a workbench left open, may last longer. A refused call costs
//! nothing and has no answer, so it is asked once more with the new key.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use super::answer::Answer;
use super::batch::BatchEndpoint;
use super::error::{CallError, CallErrorKind, ProviderError};
use super::request::{Prepared, Request};
use super::{EmbeddingEndpoint, OnEvent, Provider, RerankEndpoint};

type Remake = dyn Fn() -> Result<Arc<dyn Provider>, ProviderError> + Send + Sync;

/// A provider that is made anew when its key is refused.
pub(super) struct FreshKey {
    name: String,
    origin: String,
    /// As it was first made: what hands out references asks it.
    first: Arc<dyn Provider>,
    current: Mutex<Arc<dyn Provider>>,
    remake: Arc<Remake>,
    /// Held while the command runs: calls that are refused together wait for one new key.
    renewing: tokio::sync::Mutex<()>,
}

impl FreshKey {
    /// Wraps what was made; `remake` runs the command and makes it again.
    pub(super) fn new(
        made: Arc<dyn Provider>,
        remake: impl Fn() -> Result<Arc<dyn Provider>, ProviderError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: made.name().to_owned(),
            origin: made.origin().to_owned(),
            first: Arc::clone(&made),
            current: Mutex::new(made),
            remake: Arc::new(remake),
            renewing: tokio::sync::Mutex::new(()),
        }
    }

    fn current(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The provider with a newer key than the one that was refused; `None` where the command gives none.
    async fn renewed(&self, refused: &Arc<dyn Provider>) -> Option<Arc<dyn Provider>> {
        let _alone = self.renewing.lock().await;
        let current = self.current();
        if !Arc::ptr_eq(&current, refused) {
            return Some(current);
        }
        let remake = Arc::clone(&self.remake);
        let made = tokio::task::spawn_blocking(move || remake()).await.ok()?.ok()?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&made);
        Some(made)
    }
}

impl Provider for FreshKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn origin(&self) -> &str {
        &self.origin
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        self.current().prepare(request)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let asked = self.current();
            let refused = match asked.call(prepared, &mut *on_event).await {
                Err(error) if error.kind == CallErrorKind::Unauthorized => error,
                answered => return answered,
            };
            match self.renewed(&asked).await {
                Some(fresh) => fresh.call(prepared, on_event).await,
                None => Err(refused),
            }
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async move {
            let asked = self.current();
            let refused = match asked.models().await {
                Err(error) if error.kind == CallErrorKind::Unauthorized => error,
                answered => return answered,
            };
            match self.renewed(&asked).await {
                Some(fresh) => fresh.models().await,
                None => Err(refused),
            }
        })
    }

    /// With the first key: a batch endpoint is not made anew.
    fn batches(&self) -> Option<&dyn BatchEndpoint> {
        self.first.batches()
    }

    /// With the first key, as batches.
    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        self.first.embeddings()
    }

    /// With the first key, as batches.
    fn reranking(&self) -> Option<&dyn RerankEndpoint> {
        self.first.reranking()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::header;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::domain::provider::{KeySource, ProviderKind, ProviderSettings};
    use crate::providers::testing::request;
    use crate::providers::{CallErrorKind, Environment, Providers};

    /// A provider whose command prints `key-1`, `key-2` and so on, and how often it has run.
    fn provider(dir: &std::path::Path, base: &str) -> (Providers, impl Fn() -> usize + use<>) {
        let (script, count) = (dir.join("key.sh"), dir.join("count"));
        let at = count.display();
        std::fs::write(&script, format!("echo x >> '{at}'\necho key-$(grep -c x '{at}')\n")).unwrap();
        let settings = ProviderSettings {
            base_url: Some(base.to_owned()),
            key: Some(KeySource::Command(format!("sh '{}'", script.display()))),
            ..ProviderSettings::new("p", ProviderKind::OpenAi)
        };
        let runs = move || std::fs::read_to_string(&count).map_or(0, |text| text.lines().count());
        (Providers::new(vec![settings], Environment::of([])), runs)
    }

    async fn taking(key: &str) -> MockServer {
        let server = MockServer::start().await;
        let answer = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]});
        let bearer = format!("Bearer {key}");
        Mock::given(header("authorization", bearer.as_str()))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .mount(&server)
            .await;
        let refusal = ResponseTemplate::new(401).set_body_json(json!({"error": {"message": "expired"}}));
        Mock::given(wiremock::matchers::any()).respond_with(refusal).with_priority(9).mount(&server).await;
        server
    }

    #[tokio::test]
    async fn a_refused_key_is_fetched_anew_and_the_call_asked_once_more() {
        let (dir, server) = (tempfile::tempdir().unwrap(), taking("key-2").await);
        let (providers, runs) = provider(dir.path(), &server.uri());
        let provider = providers.get("p").unwrap();
        let prepared = provider.prepare(&request(json!({}))).unwrap();
        for _ in 0..2 {
            assert_eq!(provider.call(&prepared, &mut |_| ()).await.unwrap().text, "Hi");
        }
        assert_eq!(runs(), 2);
        assert_eq!(server.received_requests().await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn calls_refused_together_share_one_new_key() {
        let (dir, server) = (tempfile::tempdir().unwrap(), taking("key-2").await);
        let (providers, runs) = provider(dir.path(), &server.uri());
        let provider = providers.get("p").unwrap();
        let prepared = provider.prepare(&request(json!({}))).unwrap();
        let calls = (0..8).map(|_| async { provider.call(&prepared, &mut |_| ()).await.map(|answer| answer.text) });
        let answers = futures_util::future::join_all(calls).await;
        assert!(answers.iter().all(|answer| answer.as_deref().ok() == Some("Hi")), "{answers:?}");
        assert_eq!(runs(), 2);
    }

    #[tokio::test]
    async fn a_key_that_is_refused_again_is_refused() {
        let (dir, server) = (tempfile::tempdir().unwrap(), taking("another").await);
        let (providers, runs) = provider(dir.path(), &server.uri());
        let provider = providers.get("p").unwrap();
        let prepared = provider.prepare(&request(json!({}))).unwrap();
        let error = provider.call(&prepared, &mut |_| ()).await.unwrap_err();
        assert_eq!((error.kind, runs()), (CallErrorKind::Unauthorized, 2));
    }
}
