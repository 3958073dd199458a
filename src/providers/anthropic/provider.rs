//! The provider itself: requests out, answers in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::batch::BatchEndpoint;
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::Environment;
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::Connection;
use super::super::request::{Prepared, Request};
use super::super::{OnEvent, Provider};
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

    /// The version, and the key where there is one.
    pub(super) fn headers(&self) -> Vec<Header<'_>> {
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
}

impl Provider for Anthropic {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn origin(&self) -> &str {
        self.connection.origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let names = ToolNames::of(request, NameRule::Plain);
        let mut dropped = Vec::new();
        let mut whole = Map::new();
        whole.insert("model".to_owned(), Value::String(request.model.clone()));
        whole.extend(body(request, &names, &mut dropped)?);
        Prepared::remote(request, &whole.into(), dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let path = format!("{}/messages", self.prefix);
            self.connection.ask(&MessagesWire, &path, &self.headers(), prepared, on_event).await
        })
    }

    fn batches(&self) -> Option<&dyn BatchEndpoint> {
        Some(self)
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let path = format!("{}/models?limit=1000", self.prefix);
            let body = self.connection.get(&MessagesWire, &path, &self.headers()).await?;
            let list = body.get("data").and_then(Value::as_array);
            let list = list.ok_or_else(|| CallError::new(CallErrorKind::Malformed, "the answer lists no models"))?;
            Ok(list.iter().filter_map(|model| Some(model.get("id")?.as_str()?.to_owned())).collect())
        })
    }
}
