//! Gemini at Google AI Studio.

use std::sync::Arc;

use serde_json::Value;

use super::super::error::ProviderError;
use super::super::key::Environment;
use super::super::keyed::Keyed;
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Connection, Wire, path_segment};
use super::super::request::{Delivery, Prepared, Request};
use super::super::{EmbeddingEndpoint, Provider};
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
    /// Makes one from its settings; `base_url` ends with the API's version (`/v1beta` has fields that `/v1` has not).
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self { connection: Connection::new(settings, environment, MAKER)? }))
    }
}

/// The path of a call below the path of its model.
pub fn method(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Whole => ":generateContent",
        Delivery::Streamed => ":streamGenerateContent?alt=sse",
    }
}

/// The ids of a list of models whose names are paths; `None` where it is none.
pub fn ids(body: &Value, field: &str) -> Option<Vec<String>> {
    let list = body.get(field)?.as_array()?;
    let id = |model: &Value| Some(model.get("name")?.as_str()?.rsplit('/').next()?.to_owned());
    Some(list.iter().filter_map(id).collect())
}

impl Keyed for Gemini {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &GenerateWire
    }

    /// The key in the header that this API wants it in.
    fn headers(&self) -> Vec<Header<'_>> {
        let key = self.connection.key();
        key.map(|key| Header { name: "x-goog-api-key", value: HeaderText::Secret(key) }).into_iter().collect()
    }

    fn tool_names(&self) -> NameRule {
        NameRule::Dotted
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        body(request, names, dropped)
    }

    fn path(&self, prepared: &Prepared) -> String {
        // Tuned models are named by their whole path, others may be.
        let model = match prepared.model.split_once('/') {
            Some((folder @ ("models" | "tunedModels"), name)) => format!("{folder}/{}", path_segment(name)),
            _ => format!("models/{}", path_segment(&prepared.model)),
        };
        format!("/{model}{}", method(prepared.delivery))
    }

    fn models_path(&self) -> String {
        "/models?pageSize=1000".to_owned()
    }

    fn listed(&self, list: &Value) -> Option<Vec<String>> {
        ids(list, "models")
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }
}
