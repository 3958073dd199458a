//! The provider itself: requests out, answers in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::super::answer::{Answer, StreamEvent};
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::{Environment, read_key, redact};
use super::super::request::{Delivery, Prepared, Request};
use super::super::{OnEvent, Provider};
use super::{failure, messages, parameters, reply, stream, tools};
use crate::domain::provider::ProviderSettings;
use crate::http::{HttpClient, HttpRequest, HttpResponse, HttpSettings, PlainHttp};

/// The maker's own address.
const MAKER: &str = "https://api.openai.com/v1";
/// The largest error body that is read.
const ERROR_LIMIT: usize = 64 << 10;

/// Whose flavour of the API a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::providers) enum Dialect {
    /// OpenAI's own.
    Maker,
    /// A compatible server's: older names, more sampling parameters.
    Compatible,
}

/// A provider of kind `openai`.
pub(in crate::providers) struct OpenAi {
    name: String,
    client: HttpClient,
    origin: String,
    key: Option<SecretString>,
    dialect: Dialect,
}

impl OpenAi {
    /// Makes one from its settings.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let http = HttpSettings {
            plain_http: if settings.allow_http { PlainHttp::Anywhere } else { PlainHttp::LoopbackOnly },
            ..HttpSettings::default()
        };
        Ok(Arc::new(Self::with_http(settings, environment, http)?))
    }

    fn with_http(
        settings: &ProviderSettings,
        environment: &Environment,
        http: HttpSettings,
    ) -> Result<Self, ProviderError> {
        let base = settings.base_url.as_deref().unwrap_or(MAKER);
        let client = HttpClient::new(base, http)
            .map_err(|error| ProviderError::Settings { name: settings.name.clone(), reason: error.to_string() })?;
        let origin = client.origin().to_string();
        let dialect = if client.origin().host == "api.openai.com" { Dialect::Maker } else { Dialect::Compatible };
        Ok(Self { name: settings.name.clone(), origin, key: read_key(settings, environment)?, client, dialect })
    }

    async fn ask(&self, prepared: &Prepared, on_event: OnEvent<'_>) -> Result<Answer, CallError> {
        let request =
            HttpRequest { path: "/chat/completions", body: Some(prepared.body.clone()), bearer: self.key.as_ref() };
        let mut response = self.client.send(request).await?;
        if response.status() != 200 {
            return Err(failure::read(&mut response, ERROR_LIMIT).await);
        }
        let request_id = response.header("x-request-id").map(str::to_owned);
        let streamed = prepared.delivery == Delivery::Streamed
            && response.header("content-type").is_none_or(|kind| !kind.contains("application/json"));
        let mut answer = if streamed {
            stream::read(&mut response, on_event).await?
        } else {
            let answer = whole(&mut response).await?;
            if !answer.text.is_empty() {
                on_event(StreamEvent::Text(answer.text.clone()));
            }
            answer
        };
        answer.request_id = request_id.or(answer.request_id);
        Ok(answer)
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn origin(&self) -> &str {
        &self.origin
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let mut dropped = Vec::new();
        let mut body = Map::new();
        body.insert("model".to_owned(), Value::String(request.model.clone()));
        body.insert("messages".to_owned(), messages::to_wire(&request.messages, &mut dropped)?);
        let tools = tools::to_wire(request.tools.as_ref(), &mut dropped);
        parameters::add(&mut body, request, self.dialect, tools.is_some(), &mut dropped);
        if let Some(tools) = tools {
            body.insert("tools".to_owned(), tools);
        }
        if request.delivery == Delivery::Streamed {
            body.insert("stream".to_owned(), Value::Bool(true));
            body.insert("stream_options".to_owned(), serde_json::json!({"include_usage": true}));
        }
        let body = serde_json::to_vec(&body).map_err(|error| ProviderError::NotSendable(error.to_string()))?;
        Ok(Prepared { model: request.model.clone(), body, dropped, delivery: request.delivery, local: None })
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            self.ask(prepared, on_event).await.map_err(|mut error| {
                error.message = redact(&error.message, self.key.as_ref());
                error
            })
        })
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            list_models(&self.client, self.key.as_ref()).await.map_err(|mut error| {
                error.message = redact(&error.message, self.key.as_ref());
                error
            })
        })
    }
}

/// Reads an answer that comes at once.
async fn whole(response: &mut HttpResponse) -> Result<Answer, CallError> {
    let bytes = response.whole(usize::MAX).await?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|_| not_json())?;
    if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
        return Err(failure::from_body(200, error, &body));
    }
    reply::read(&body)
}

fn not_json() -> CallError {
    CallError::new(CallErrorKind::Malformed, "the answer is not JSON: is this the address of an OpenAI-compatible API?")
}

/// The ids that `GET /models` lists.
pub(in crate::providers) async fn list_models(
    client: &HttpClient,
    key: Option<&SecretString>,
) -> Result<Vec<String>, CallError> {
    let mut response = client.send(HttpRequest { path: "/models", body: None, bearer: key }).await?;
    if response.status() != 200 {
        return Err(failure::read(&mut response, ERROR_LIMIT).await);
    }
    let bytes = response.whole(8 << 20).await?;
    let body: Value = serde_json::from_slice(&bytes).map_err(|_| not_json())?;
    let list = body.get("data").or_else(|| body.get("models")).unwrap_or(&body).as_array().ok_or_else(not_json)?;
    let id =
        |model: &Value| ["id", "name", "model"].iter().find_map(|field| Some(model.get(*field)?.as_str()?.to_owned()));
    Ok(list.iter().filter_map(id).collect())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
