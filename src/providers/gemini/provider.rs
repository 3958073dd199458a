//! Gemini at Google AI Studio.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::Environment;
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Connection, path_segment};
use super::super::request::{Delivery, Prepared, Request};
use super::super::{EmbeddingEndpoint, OnEvent, Provider};
use super::body::body;
use super::wire::GenerateWire;
use crate::domain::provider::ProviderSettings;
use crate::http::{Header, HeaderText};

/// The maker's own address.
const MAKER: &str = "https://generativelanguage.googleapis.com/v1";

/// A provider of kind `gemini`.
pub(in crate::providers) struct Gemini {
    connection: Connection,
}

impl Gemini {
    /// Where it is.
    pub(in crate::providers) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes one from its settings; `base_url` ends with the API's version (`/v1beta` has fields that `/v1` has not).
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self { connection: Connection::new(settings, environment, MAKER)? }))
    }

    /// The key in the header that this API wants it in.
    pub(in crate::providers) fn headers(&self) -> Vec<Header<'_>> {
        let key = self.connection.key();
        key.map(|key| Header { name: "x-goog-api-key", value: HeaderText::Secret(key) }).into_iter().collect()
    }
}

/// The path of a call below the path of its model.
pub fn method(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Whole => ":generateContent",
        Delivery::Streamed => ":streamGenerateContent?alt=sse",
    }
}

/// The ids of a list of models whose names are paths.
pub fn ids(body: &Value, field: &str) -> Result<Vec<String>, CallError> {
    let list = body.get(field).and_then(Value::as_array);
    let list = list.ok_or_else(|| CallError::new(CallErrorKind::Malformed, "the answer lists no models"))?;
    let id = |model: &Value| Some(model.get("name")?.as_str()?.rsplit('/').next()?.to_owned());
    Ok(list.iter().filter_map(id).collect())
}

impl Provider for Gemini {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn origin(&self) -> &str {
        self.connection.origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let names = ToolNames::of(request, NameRule::Dotted);
        let mut dropped = Vec::new();
        let body = body(request, &names, &mut dropped)?;
        Prepared::remote(request, &body, dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            // Tuned models are named by their whole path, others may be.
            let model = match prepared.model.split_once('/') {
                Some((folder @ ("models" | "tunedModels"), name)) => format!("{folder}/{}", path_segment(name)),
                _ => format!("models/{}", path_segment(&prepared.model)),
            };
            let path = format!("/{model}{}", method(prepared.delivery));
            self.connection.ask(&GenerateWire, &path, &self.headers(), prepared, on_event).await
        })
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let body = self.connection.get(&GenerateWire, "/models?pageSize=1000", &self.headers()).await?;
            ids(&body, "models")
        })
    }
}
