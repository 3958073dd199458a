//! The provider itself: requests out, answers in.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::http::Method;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;

use super::super::answer::Answer;
use super::super::credentials::{AwsCredentials, SignedHeaders, aws_region};
use super::super::error::{CallError, ProviderError};
use super::super::key::{Environment, redact};
use super::super::recorded::{NameRule, ToolNames};
use super::super::remote::{Connection, path_segment};
use super::super::request::{Delivery, Prepared, Request};
use super::super::{OnEvent, Provider};
use super::body::body;
use super::wire::ConverseWire;
use crate::domain::provider::{KeySource, ProviderSettings};
use crate::http::{Header, HeaderText};

/// The variable of a Bedrock key, which goes as a bearer token.
pub(in crate::providers) const KEY_VARIABLE: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// A provider of kind `bedrock`.
pub(in crate::providers) struct Bedrock {
    connection: Connection,
    /// Where models are listed.
    listing: Connection,
    /// What signs requests; `None` where a key does.
    signing: Option<AwsCredentials>,
}

impl Bedrock {
    /// Makes one from its settings: with a key, else with AWS's credential chain, which is asked at the first call.
    pub(in crate::providers) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let mut settings = settings.clone();
        if settings.key.is_none() && settings.base_url.is_none() && environment.has(KEY_VARIABLE) {
            settings.key = Some(KeySource::Env(KEY_VARIABLE.to_owned()));
        }
        let region = settings.region.clone().or_else(|| aws_region(environment));
        let missing = || ProviderError::Settings {
            name: settings.name.clone(),
            reason: "Bedrock needs a region: set region = \"us-east-1\" in hindcast.toml, or AWS_REGION".to_owned(),
        };
        let signing = match (&settings.key, &region) {
            (Some(_), _) => None,
            (None, Some(region)) => Some(AwsCredentials::new("bedrock", region, environment)),
            (None, None) => return Err(missing()),
        };
        let address = |host: &str| {
            let region = region.as_deref().unwrap_or_default();
            let ending = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            format!("https://{host}.{region}.{ending}")
        };
        if settings.base_url.is_none() && region.is_none() {
            return Err(missing());
        }
        let connection = Connection::new(&settings, environment, &address("bedrock-runtime"))?;
        let listing = match &settings.base_url {
            Some(own) => connection.beside(own)?,
            None => connection.beside(&address("bedrock"))?,
        };
        Ok(Arc::new(Self { connection, listing, signing }))
    }

    /// What lets a request in: a signature over it, or the key.
    async fn admission(&self, method: Method, url: &str, body: &[u8]) -> Result<Admission, CallError> {
        match (&self.signing, self.connection.key()) {
            (Some(signing), _) => Ok(Admission::Signed(signing.sign(method, url, body).await?)),
            (None, Some(key)) => Ok(Admission::Key(key.clone())),
            (None, None) => Ok(Admission::Nothing),
        }
    }

    async fn ask(&self, prepared: &Prepared, on_event: OnEvent<'_>) -> Result<Answer, CallError> {
        let action = if prepared.delivery == Delivery::Streamed { "converse-stream" } else { "converse" };
        let path = format!("/model/{}/{action}", path_segment(&prepared.model));
        let admission = self.admission(Method::POST, &self.connection.url(&path), &prepared.body).await?;
        let asked = self.connection.ask(&ConverseWire, &path, &admission.headers(), prepared, on_event).await;
        asked.map_err(|error| admission.clean(error))
    }

    async fn list(&self, path: &str) -> Result<Value, CallError> {
        let admission = self.admission(Method::GET, &self.listing.url(path), b"").await?;
        let got = self.listing.get(&ConverseWire, path, &admission.headers()).await;
        got.map_err(|error| admission.clean(error))
    }
}

/// What lets a request in.
enum Admission {
    Signed(SignedHeaders),
    Key(SecretString),
    Nothing,
}

impl Admission {
    fn headers(&self) -> Vec<Header<'_>> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Key(key) => vec![Header { name: "authorization", value: HeaderText::Bearer(key) }],
            Self::Signed(signed) => {
                let mut headers = vec![
                    Header { name: "authorization", value: HeaderText::Secret(&signed.authorization) },
                    Header { name: "x-amz-date", value: HeaderText::Plain(&signed.date) },
                    Header { name: "x-amz-content-sha256", value: HeaderText::Plain(&signed.content) },
                ];
                if let Some(token) = &signed.token {
                    headers.push(Header { name: "x-amz-security-token", value: HeaderText::Secret(token) });
                }
                headers
            }
        }
    }

    /// Takes the token of temporary credentials out of what is said.
    fn clean(&self, mut error: CallError) -> CallError {
        if let Self::Signed(signed) = self {
            error.message = redact(&error.message, signed.token.as_ref());
        }
        error
    }
}

impl Provider for Bedrock {
    fn name(&self) -> &str {
        self.connection.name()
    }

    fn origin(&self) -> &str {
        self.connection.origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let names = ToolNames::of(request, NameRule::Plain);
        let mut dropped = Vec::new();
        let body = body(request, &names, &mut dropped)?;
        Prepared::remote(request, &body, dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(self.ask(prepared, on_event))
    }

    /// Models, and the profiles through which most newer ones are asked; a key that may not list the profiles lists models.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let models = self.list("/foundation-models?byOutputModality=TEXT").await?;
            let profiles = self.list("/inference-profiles?maxResults=1000").await.unwrap_or_default();
            let lists = [
                (&models, "modelSummaries", "modelId"),
                (&profiles, "inferenceProfileSummaries", "inferenceProfileId"),
            ];
            let ids: BTreeSet<String> = lists
                .into_iter()
                .flat_map(|(body, list, id)| {
                    let rows = body.get(list).and_then(Value::as_array).into_iter().flatten();
                    rows.filter_map(move |row| row.get(id)?.as_str().map(str::to_owned))
                })
                .collect();
            Ok(ids.into_iter().collect())
        })
    }
}
