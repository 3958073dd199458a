//! The provider itself: requests out, answers in.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::super::Provider;
use super::super::batch::BatchEndpoint;
use super::super::error::ProviderError;
use super::super::key::Environment;
use super::super::keyed::Keyed;
use super::super::recorded::ToolNames;
use super::super::remote::{Connection, Wire};
use super::super::request::{Prepared, Request};
use super::body::body;
use super::wire::MessagesWire;
use crate::domain::provider::ProviderSettings;
use crate::http::{Header, HeaderText};

/// The maker's own address.
const MAKER: &str = "https://api.anthropic.com";
/// The version of the API: the last one that takes sampling parameters.
const VERSION: &str = "2023-06-01";
/// How tokens of a subscription begin; they go as bearer tokens and never in the header of keys.
const TOKEN: &str = "sk-ant-oat";

/// A provider of kind `anthropic`.
pub(in crate::providers) struct Anthropic {
    pub(super) connection: Connection,
    /// What stands between the base address and `/messages`: servers and gateways are named with `/v1` and without.
    pub(super) prefix: &'static str,
    is_token: bool,
}

impl Anthropic {
    /// Makes one from its settings.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let base = settings.base_url.as_deref().unwrap_or(MAKER).trim_end_matches('/');
        let prefix = if base.ends_with("/v1") { "" } else { "/v1" };
        let connection = Connection::new(settings, environment, MAKER)?;
        let is_token = connection.key_looks_like_a_token()
            || connection.key().is_some_and(|key| key.expose_secret().starts_with(TOKEN));
        Ok(Arc::new(Self { connection, prefix, is_token }))
    }
}

impl Keyed for Anthropic {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &MessagesWire
    }

    /// The version, and the key where there is one.
    fn headers(&self) -> Vec<Header<'_>> {
        let mut headers = vec![Header { name: "anthropic-version", value: HeaderText::Plain(VERSION) }];
        headers.extend(self.connection.key().map(|key| {
            if self.is_token {
                Header { name: "authorization", value: HeaderText::Bearer(key) }
            } else {
                Header { name: "x-api-key", value: HeaderText::Secret(key) }
            }
        }));
        headers
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        let mut whole = Map::new();
        whole.insert("model".to_owned(), Value::String(request.model.clone()));
        whole.extend(body(request, names, dropped)?);
        Ok(whole.into())
    }

    fn path(&self, _: &Prepared) -> String {
        format!("{}/messages", self.prefix)
    }

    fn models_path(&self) -> String {
        format!("{}/models?limit=1000", self.prefix)
    }

    fn batching(&self) -> Option<&dyn BatchEndpoint> {
        Some(self)
    }
}
