//! Providers that a key in a header lets in: what each says of itself, and what is alike of all.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::answer::Answer;
use super::batch::BatchEndpoint;
use super::embedding::EmbeddingEndpoint;
use super::error::{CallError, ProviderError};
use super::openai::model_ids;
use super::recorded::{NameRule, ToolNames};
use super::remote::{Connection, Wire};
use super::request::{Prepared, Request};
use super::reranking::RerankEndpoint;
use super::{OnEvent, Provider};
use crate::http::Header;

/// What such a provider says of itself.
pub(super) trait Keyed: Send + Sync {
    /// Where it is.
    fn connection(&self) -> &Connection;

    /// How its answers and failures are read.
    fn wire(&self) -> &'static dyn Wire;

    /// What lets requests in.
    fn headers(&self) -> Vec<Header<'_>> {
        self.connection().bearer()
    }

    /// Which names tools may have.
    fn tool_names(&self) -> NameRule {
        NameRule::Plain
    }

    /// A request in its form; what of it is left out is added to `dropped`.
    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError>;

    /// Where a request goes.
    fn path(&self, prepared: &Prepared) -> String;

    /// Where its models are listed.
    fn models_path(&self) -> String {
        "/models".to_owned()
    }

    /// The models of that list; `None` where it is none.
    fn listed(&self, list: &Value) -> Option<Vec<String>> {
        model_ids(list)
    }

    /// See [`Provider::batches`].
    fn batching(&self) -> Option<&dyn BatchEndpoint> {
        None
    }

    /// See [`Provider::embeddings`].
    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        None
    }

    /// See [`Provider::reranking`].
    fn ordering(&self) -> Option<&dyn RerankEndpoint> {
        None
    }
}

/// Posts a JSON document beside chat, and reads the one that comes back.
pub(super) async fn post(of: &impl Keyed, path: &str, body: &Value) -> Result<Value, CallError> {
    of.connection().post(of.wire(), path, &of.headers(), body.to_string().into_bytes()).await
}

impl<P: Keyed> Provider for P {
    fn name(&self) -> &str {
        self.connection().name()
    }

    fn origin(&self) -> &str {
        self.connection().origin()
    }

    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError> {
        let names = ToolNames::of(request, self.tool_names());
        let mut dropped = Vec::new();
        let body = self.body(request, &names, &mut dropped)?;
        Prepared::remote(request, &body, dropped, names)
    }

    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let path = self.path(prepared);
            self.connection().ask(self.wire(), &path, &self.headers(), prepared, on_event).await
        })
    }

    fn batches(&self) -> Option<&dyn BatchEndpoint> {
        self.batching()
    }

    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        self.embedding()
    }

    fn reranking(&self) -> Option<&dyn RerankEndpoint> {
        self.ordering()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>> {
        Box::pin(async {
            let list = |body: &Value| self.listed(body);
            self.connection().list(self.wire(), &self.models_path(), &self.headers(), list).await
        })
    }
}
