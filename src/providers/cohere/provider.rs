//! The provider itself: requests out, answers in.

use std::sync::Arc;

use serde_json::Value;

use super::super::answer::Answer;
use super::super::error::{CallError, ProviderError};
use super::super::key::Environment;
use super::super::keyed::Keyed;
use super::super::recorded::ToolNames;
use super::super::remote::{Assembly, Connection, Refusal, Wire};
use super::super::request::{Prepared, Request};
use super::super::{EmbeddingEndpoint, Provider, RerankEndpoint};
use super::{parameters, reply, stream};
use crate::domain::provider::ProviderSettings;

/// The maker's own address.
const MAKER: &str = "https://api.cohere.com";

/// A provider of kind `cohere`.
pub(in crate::providers) struct Cohere {
    connection: Connection,
}

impl Cohere {
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
pub(super) struct CohereWire;

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

impl Keyed for Cohere {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &CohereWire
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        Ok(parameters::body(request, names, dropped)?.into())
    }

    fn path(&self, _: &Prepared) -> String {
        "/v2/chat".to_owned()
    }

    fn models_path(&self) -> String {
        "/v1/models?endpoint=chat&page_size=1000".to_owned()
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }

    fn ordering(&self) -> Option<&dyn RerankEndpoint> {
        Some(self)
    }
}
