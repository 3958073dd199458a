//! The provider itself: requests out, answers in.

use std::sync::Arc;

use serde_json::Value;

use super::super::batch::BatchEndpoint;
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::Environment;
use super::super::keyed::Keyed;
use super::super::recorded::ToolNames;
use super::super::remote::{Connection, Wire};
use super::super::request::{Prepared, Request};
use super::super::{EmbeddingEndpoint, Provider, RerankEndpoint};
use super::chat::ChatWire;
use super::parameters::{Dialect, body};
use super::reply::model_ids;
use crate::domain::provider::{ProviderKind, ProviderSettings};
use crate::http::{Header, HttpSettings};

/// The port on which Ollama listens where nobody says another.
const OLLAMA_PORT: u16 = 11434;
/// The maker's own address.
const MAKER: &str = "https://api.openai.com/v1";

/// A provider of kind `openai`.
pub(in crate::providers) struct OpenAi {
    pub(super) connection: Connection,
    dialect: Dialect,
}

impl OpenAi {
    /// Makes one from its settings.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self::with_http(settings, environment, HttpSettings::default())?))
    }

    pub(super) fn with_http(
        settings: &ProviderSettings,
        environment: &Environment,
        http: HttpSettings,
    ) -> Result<Self, ProviderError> {
        let connection = Connection::with_http(settings, environment, MAKER, http)?;
        let dialect = match (connection.host(), connection.port()) {
            ("api.openai.com", _) => Dialect::Maker,
            ("ollama.com", _) | (_, OLLAMA_PORT) => Dialect::Ollama,
            _ if settings.name == "ollama" => Dialect::Ollama,
            _ => Dialect::Compatible,
        };
        Ok(Self { connection, dialect })
    }
}

impl Keyed for OpenAi {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &ChatWire
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        Ok(body(request, self.dialect, names, dropped)?.into())
    }

    fn path(&self, _: &Prepared) -> String {
        "/chat/completions".to_owned()
    }

    fn batching(&self) -> Option<&dyn BatchEndpoint> {
        Some(self)
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }

    fn ordering(&self) -> Option<&dyn RerankEndpoint> {
        Some(self)
    }
}

async fn list(connection: &Connection, headers: Vec<Header<'_>>) -> Result<Vec<String>, CallError> {
    connection.list(&ChatWire, "/models", &headers, model_ids).await
}

/// The ids that `GET /models` lists at an address that needs no key.
pub(in crate::providers) async fn list_models(base_url: &str, http: HttpSettings) -> Result<Vec<String>, CallError> {
    let settings = ProviderSettings {
        base_url: Some(base_url.to_owned()),
        ..ProviderSettings::new("found", ProviderKind::OpenAi)
    };
    let connection = Connection::with_http(&settings, &Environment::of([]), MAKER, http)
        .map_err(|error| CallError::new(CallErrorKind::NotAllowed, error.to_string()))?;
    list(&connection, Vec::new()).await
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
