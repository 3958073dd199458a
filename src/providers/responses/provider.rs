//! The provider itself: requests out, answers in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, ProviderError};
use super::super::key::Environment;
use super::super::openai::{ChatWire, model_ids};
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Assembly, Connection, Refusal, Wire};
use super::super::request::{Prepared, Request};
use super::super::{EmbeddingEndpoint, OnEvent, Provider};
use super::{parameters, reply, stream};
use crate::domain::provider::ProviderSettings;

/// The maker's own address.
const MAKER: &str = "https://api.openai.com/v1";

/// A provider of kind `openai-responses`.
pub(in crate::providers) struct Responses {
    connection: Connection,
}

impl Responses {
    /// Where it is.
    pub(in crate::providers) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes one from its settings.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self { connection: Connection::new(settings, environment, MAKER)? }))
    }
}

/// Responses as a wire; its failures are those of chat completions.
pub(super) struct ResponsesWire;

impl Wire for ResponsesWire {
    fn request_id(&self) -> &'static str {
        ChatWire.request_id()
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        reply::read(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        Box::new(stream::Building::default())
    }

    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        ChatWire.refusal(status, body)
    }
}

impl Provider for Responses {
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
            self.connection.ask(&ResponsesWire, "/responses", &headers, prepared, on_event).await
        })
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async { self.connection.list(&ResponsesWire, "/models", &self.connection.bearer(), model_ids).await })
    }
}
