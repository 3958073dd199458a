//! The provider itself: requests out, answers in.

use std::sync::Arc;

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, ProviderError};
use super::super::key::Environment;
use super::super::keyed::Keyed;
use super::super::openai::ChatWire;
use super::super::recorded::ToolNames;
use super::super::remote::{Assembly, Connection, Refusal, Wire};
use super::super::request::{Prepared, Request};
use super::super::{EmbeddingEndpoint, Provider};
use super::{parameters, reply, stream};
use crate::domain::provider::ProviderSettings;

/// The maker's own address.
const MAKER: &str = "https://api.openai.com/v1";

/// A provider of kind `openai-responses`.
pub(in crate::providers) struct Responses {
    connection: Connection,
}

impl Responses {
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

impl Keyed for Responses {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &ResponsesWire
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        Ok(parameters::body(request, names, dropped)?.into())
    }

    fn path(&self, _: &Prepared) -> String {
        "/responses".to_owned()
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }
}
