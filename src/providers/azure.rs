//! Azure OpenAI: chat completions at deployments, in both forms of its addresses.
//!
//! With an `api_version` the form of the dated versions: `/openai/deployments/{model}/chat/completions?api-version=…`, where
//! the model is the deployment's name. Without one, the form that names no version: `/openai/v1/chat/completions`, with the
//! deployment's name in the body. A key goes in `api-key`; a token of Entra ID, which usually comes from a command,
//! goes as a bearer token. Source: Azure OpenAI REST API reference, and the request classes of OpenAI's own client for Azure.

use std::sync::Arc;

use serde_json::Value;

use super::error::ProviderError;
use super::key::Environment;
use super::keyed::Keyed;
use super::openai::{ChatWire, Dialect, body};
use super::recorded::ToolNames;
use super::remote::{Connection, Wire, path_segment};
use super::request::{Prepared, Request};
use super::{EmbeddingEndpoint, Provider};
use crate::domain::provider::ProviderSettings;
use crate::http::{Header, HeaderText};

/// A provider of kind `azure`.
pub(super) struct Azure {
    connection: Connection,
    /// The dated version of the API; `None` is the form without one.
    api_version: Option<String>,
    /// What of the base address stands before `/deployments` or `/chat`.
    prefix: &'static str,
    is_token: bool,
}

impl Azure {
    /// Makes one from its settings: `base_url` is the resource's address, with or without `/openai/v1`.
    pub(super) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let Some(base) = settings.base_url.as_deref().map(|url| url.trim_end_matches('/')) else {
            return Err(ProviderError::Settings {
                name: settings.name.clone(),
                reason: "Azure needs base_url, such as https://RESOURCE.openai.azure.com".to_owned(),
            });
        };
        let prefix = match (&settings.api_version, base) {
            (_, base) if base.ends_with("/openai") || base.ends_with("/openai/v1") => "",
            (Some(_), _) => "/openai",
            (None, _) => "/openai/v1",
        };
        let connection = Connection::new(settings, environment, base)?;
        let is_token = connection.key_looks_like_a_token();
        Ok(Arc::new(Self { connection, api_version: settings.api_version.clone(), prefix, is_token }))
    }

    /// The path of an operation, such as `embeddings`, of a deployment.
    pub(super) fn path_of(&self, model: &str, operation: &str) -> String {
        match &self.api_version {
            Some(version) => format!(
                "{}/deployments/{}/{operation}?api-version={}",
                self.prefix,
                path_segment(model),
                path_segment(version)
            ),
            None => format!("{}/{operation}", self.prefix),
        }
    }
}

impl Keyed for Azure {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &ChatWire
    }

    /// The key, or the token, in the header that it goes in.
    fn headers(&self) -> Vec<Header<'_>> {
        let key = self.connection.key();
        let header = |key| {
            if self.is_token {
                Header { name: "authorization", value: HeaderText::Bearer(key) }
            } else {
                Header { name: "api-key", value: HeaderText::Secret(key) }
            }
        };
        key.map(header).into_iter().collect()
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        Ok(body(request, Dialect::Maker, names, dropped)?.into())
    }

    fn path(&self, prepared: &Prepared) -> String {
        self.path_of(&prepared.model, "chat/completions")
    }

    fn models_path(&self) -> String {
        match &self.api_version {
            Some(version) => format!("{}/models?api-version={}", self.prefix, path_segment(version)),
            None => format!("{}/models", self.prefix),
        }
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }
}
