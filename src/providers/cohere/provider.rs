//! The provider itself: requests out, answers in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, ProviderError};
use super::super::key::Environment;
use super::super::openai::model_ids;
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Assembly, Connection, Refusal, Wire};
use super::super::request::{Prepared, Request};
use super::super::{EmbeddingEndpoint, OnEvent, Provider, RerankEndpoint};
use super::{parameters, reply, stream};
use crate::domain::provider::ProviderSettings;

/// The maker's own address.
const MAKER: &str = "https://api.cohere.com";

/// A provider of kind `cohere`.
pub(in crate::providers) struct Cohere {
    connection: Connection,
}

impl Cohere {
    /// Where it is.
    pub(in crate::providers) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes one from its settings: `base_url` is the address with or without the version at its end.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let bare = |url: &String| {
            let url = url.trim_end_matches('/');
            url.strip_suffix("/v2").or_else(|| url.strip_suffix("/v1")).unwrap_or(url).to_owned()
        };
        // Chat and the list of models are of two versions.
        let settings = ProviderSettings { base_url: settings.base_url.as_ref().map(bare), ..settings.clone() };
        Ok(Arc::new(Self { connection: Connection::new(&settings, environment, MAKER)? }))
    }
}

/// Cohere's chat as a wire.
pub(in crate::providers) struct CohereWire;

impl Wire for CohereWire {
    /// The reference names no header; this one comes with every answer where there is one at all.
    fn request_id(&self) -> &'static str {
        "x-request-id"
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        reply::read(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        Box::new(stream::Building::default())
    }

    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        reply::refusal(status, body)
    }
}

impl Provider for Cohere {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn origin(&self) -> &str {
        self.connection.origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let names = ToolNames::of(request, NameRule::Plain);
        let mut dropped = Vec::new();
        let body = parameters::body(request, &names, &mut dropped)?;
        Prepared::remote(request, &body.into(), dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let headers = self.connection.bearer();
            self.connection.ask(&CohereWire, "/v2/chat", &headers, prepared, on_event).await
        })
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }

    fn reranking(&self) -> Option<&dyn RerankEndpoint> {
        Some(self)
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let path = "/v1/models?endpoint=chat&page_size=1000";
            self.connection.list(&CohereWire, path, &self.connection.bearer(), model_ids).await
        })
    }
}
