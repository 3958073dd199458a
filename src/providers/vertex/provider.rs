//! The provider itself: requests out, answers in.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::anthropic::{self, MessagesWire};
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::gemini::{self, GenerateWire};
use super::super::key::Environment;
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Connection, Wire, path_segment};
use super::super::request::{Delivery, Prepared, Request};
use super::super::{OnEvent, Provider};
use super::access::{Access, clean, header};
use crate::domain::provider::ProviderSettings;

/// The version of Anthropic's API, which stands in the body here.
const ANTHROPIC_VERSION: &str = "vertex-2023-10-16";
/// Variables that name the project, in the order of Google's own clients.
const PROJECT: [&str; 2] = ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"];
/// Variables that name the region.
const REGION: [&str; 2] = ["GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"];

/// A provider of kind `vertex`.
pub(in crate::providers) struct Vertex {
    connection: Connection,
    access: Access,
    /// What stands between the base address and `/projects` or `/publishers`.
    version: &'static str,
    /// `projects/PROJECT/locations/REGION`, percent-encoded.
    place: String,
}

/// Whose model is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Publisher {
    Google,
    Anthropic,
}

impl Publisher {
    /// Which names of tools its models take.
    const fn names(self) -> NameRule {
        match self {
            Self::Google => NameRule::Dotted,
            Self::Anthropic => NameRule::Plain,
        }
    }

    /// The maker and the name of a model that is written with its maker (`anthropic/claude-…`) or without.
    fn of(model: &str) -> Result<(Self, &str), ProviderError> {
        match model.split_once('/') {
            Some(("google" | "models", name)) => Ok((Self::Google, name)),
            Some(("anthropic", name)) => Ok((Self::Anthropic, name)),
            Some((other, _)) => Err(ProviderError::NotSendable(format!(
                "models of {} on Vertex AI speak an interface of their own: only those of google and anthropic are asked",
                other.chars().take(40).collect::<String>()
            ))),
            None if model.starts_with("claude") => Ok((Self::Anthropic, model)),
            None => Ok((Self::Google, model)),
        }
    }
}

/// The address of a region: `global`, a part of the world (`us`, `eu`), or one data centre's.
fn host(region: &str) -> String {
    match region {
        "global" => "https://aiplatform.googleapis.com".to_owned(),
        "us" | "eu" => format!("https://aiplatform.{region}.rep.googleapis.com"),
        _ => format!("https://{region}-aiplatform.googleapis.com"),
    }
}

impl Vertex {
    /// Makes one from its settings. Project and region come from the settings, else from Google's usual variables; the region
    /// is `global` where nobody says.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let wrong = |reason: &str| ProviderError::Settings { name: settings.name.clone(), reason: reason.to_owned() };
        let named = |names: [&str; 2]| names.into_iter().find_map(|name| environment.text(name));
        let project = settings.project.clone().or_else(|| named(PROJECT));
        let project = project.ok_or_else(|| {
            wrong("Vertex AI needs a project: set project in hindcast.toml or the variable GOOGLE_CLOUD_PROJECT")
        })?;
        let region = settings.region.clone().or_else(|| named(REGION)).unwrap_or_else(|| "global".to_owned());
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(wrong("the region may hold letters, digits and hyphens only, such as europe-west4"));
        }
        let own = host(&region);
        let base = settings.base_url.as_deref().unwrap_or(&own).trim_end_matches('/');
        let version = if base.ends_with("/v1") || base.ends_with("/v1beta1") { "" } else { "/v1" };
        let connection = Connection::new(settings, environment, &own)?;
        let access = Access::new(&connection, environment);
        let place = format!("projects/{}/locations/{}", path_segment(&project), path_segment(&region));
        Ok(Arc::new(Self { connection, access, version, place }))
    }

    fn path(&self, model: &str, delivery: Delivery) -> Result<(String, &'static dyn Wire), ProviderError> {
        let (publisher, name) = Publisher::of(model)?;
        let (maker, method, wire): (_, _, &dyn Wire) = match (publisher, delivery) {
            (Publisher::Google, delivery) => ("google", gemini::method(delivery), &GenerateWire),
            (Publisher::Anthropic, Delivery::Whole) => ("anthropic", ":rawPredict", &MessagesWire),
            (Publisher::Anthropic, Delivery::Streamed) => ("anthropic", ":streamRawPredict", &MessagesWire),
        };
        let (version, place) = (self.version, &self.place);
        Ok((format!("{version}/{place}/publishers/{maker}/models/{}{method}", path_segment(name)), wire))
    }
}

impl Provider for Vertex {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn origin(&self) -> &str {
        self.connection.origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let publisher = Publisher::of(&request.model)?.0;
        let names = ToolNames::of(request, publisher.names());
        let mut dropped = Vec::new();
        let body = match publisher {
            Publisher::Google => gemini::body(request, &names, &mut dropped)?,
            Publisher::Anthropic => {
                let mut body = Map::new();
                body.insert("anthropic_version".to_owned(), Value::String(ANTHROPIC_VERSION.to_owned()));
                body.extend(anthropic::body(request, &names, &mut dropped)?);
                body.into()
            }
        };
        Prepared::remote(request, &body, dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let (path, wire) = self
                .path(&prepared.model, prepared.delivery)
                .map_err(|error| CallError::new(CallErrorKind::Invalid, error.to_string()))?;
            let token = self.access.token().await?;
            let headers: Vec<_> = header(&self.connection, token.as_ref()).into_iter().collect();
            let asked = self.connection.ask(wire, &path, &headers, prepared, on_event).await;
            asked.map_err(|error| clean(error, token.as_ref()))
        })
    }

    /// The models of Google that Vertex offers anywhere; which of them the project and region have is not told.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let token = self.access.token().await?;
            let headers: Vec<_> = header(&self.connection, token.as_ref()).into_iter().collect();
            // The list is a part of the preview version alone.
            let version = if self.version.is_empty() { "" } else { "/v1beta1" };
            let path = format!("{version}/publishers/google/models?pageSize=1000");
            let ids = |body: &Value| gemini::ids(body, "publisherModels");
            let listed = self.connection.list(&GenerateWire, &path, &headers, ids).await;
            listed.map_err(|error| clean(error, token.as_ref()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_regions() {
        assert_eq!(host("global"), "https://aiplatform.googleapis.com");
        assert_eq!(host("eu"), "https://aiplatform.eu.rep.googleapis.com");
        assert_eq!(host("europe-west4"), "https://europe-west4-aiplatform.googleapis.com");
    }

    #[test]
    fn makers_of_models() {
        let of = |model| Publisher::of(model).map_err(|error| error.to_string());
        assert_eq!(of("gemini-2.5-pro"), Ok((Publisher::Google, "gemini-2.5-pro")));
        assert_eq!(of("claude-sonnet-4-5@20250929"), Ok((Publisher::Anthropic, "claude-sonnet-4-5@20250929")));
        assert_eq!(of("google/gemini-3-pro"), Ok((Publisher::Google, "gemini-3-pro")));
        assert!(of("meta/llama-4").unwrap_err().contains("meta"));
    }
}
