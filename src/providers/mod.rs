//! Models: where they are, what they can do, and how to ask them.

mod answer;
mod anthropic;
mod azure;
mod batch;
mod bedrock;
mod builtin;
mod cohere;
mod credentials;
mod discover;
mod embedding;
mod error;
mod fresh_key;
mod gemini;
mod key;
mod keyed;
mod mistral;
mod openai;
mod recorded;
mod registry;
mod remote;
mod replaced;
mod request;
mod reranking;
mod responses;
#[cfg(test)]
mod testing;
mod vertex;

use futures_util::future::BoxFuture;

pub use answer::{Answer, StreamEvent};
pub use batch::{BatchAnswer, BatchEndpoint, BatchItem, BatchProgress, BatchSize, Fits, OnAnswer};
pub use discover::{Discovered, LOOPBACK_SERVERS, discover};
pub use embedding::{Embedded, EmbeddingEndpoint, TextSide};
pub use error::{CallError, CallErrorKind, ProviderError};
pub use key::Environment;
pub use registry::{KindEntry, ProviderInfo, Providers, REGISTRY, Reach};
pub use request::{Abilities, Delivery, LocalInput, Prepared, Request, Support};
pub use reranking::{RerankEndpoint, Reranked};

/// Takes the pieces of an answer as they come.
pub type OnEvent<'a> = &'a mut (dyn FnMut(StreamEvent) + Send);

/// A place that answers.
pub trait Provider: Send + Sync {
    /// Its name in model ids.
    fn name(&self) -> &str;

    /// Where requests go: scheme, host and port, or `this machine` for the built-in models.
    fn origin(&self) -> &str;

    /// Puts a request into the provider's form; says what of it is left out.
    fn prepare(&self, request: &Request) -> Result<Prepared, ProviderError>;

    /// Sends it once. Never retries: the caller counts attempts and money.
    fn call<'a>(&'a self, prepared: &'a Prepared, on_event: OnEvent<'a>) -> BoxFuture<'a, Result<Answer, CallError>>;

    /// Its batch endpoint, where it has one.
    fn batches(&self) -> Option<&dyn BatchEndpoint> {
        None
    }

    /// Its embeddings endpoint, where it has one that is spoken here.
    fn embeddings(&self) -> Option<&dyn EmbeddingEndpoint> {
        None
    }

    /// Its rerank endpoint, where it has one that is spoken here.
    fn reranking(&self) -> Option<&dyn RerankEndpoint> {
        None
    }

    /// The models it offers.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, CallError>>;
}
