//! Batch endpoints: many requests handed over together, answered within a day, at half the price.

use futures_util::future::BoxFuture;

use super::answer::Answer;
use super::error::CallError;
use super::request::Prepared;

/// A request of a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchItem<'a> {
    /// Our id of it, which its answer carries: letters, digits, `_` and `-`, at most 64.
    pub id: &'a str,
    /// The request.
    pub prepared: &'a Prepared,
}

/// How a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchProgress {
    /// Whether it is over: answered, expired, cancelled or refused as a whole.
    pub over: bool,
    /// Requests that have their answer or failed.
    pub done: u64,
    /// All of its requests.
    pub total: u64,
}

/// What became of one request of a batch.
#[derive(Clone, Debug)]
pub struct BatchAnswer {
    /// Our id of the request.
    pub id: String,
    /// The answer, or why there is none.
    pub outcome: Result<Answer, CallError>,
}

/// Takes the answers of a batch as they are read.
pub type OnAnswer<'a> = &'a mut (dyn FnMut(BatchAnswer) + Send);

/// A provider's batch endpoint.
pub trait BatchEndpoint: Send + Sync {
    /// The most requests of one batch.
    fn most_requests(&self) -> usize;

    /// The most bytes of one batch.
    fn most_bytes(&self) -> usize;

    /// Hands requests over; gives the provider's id of the batch. After an error that may be billed, the batch may be there.
    fn submit<'a>(&'a self, items: &'a [BatchItem<'a>]) -> BoxFuture<'a, Result<String, CallError>>;

    /// How a batch stands.
    fn progress<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<BatchProgress, CallError>>;

    /// Reads the answers of a batch that is over. Requests without one (expired, cancelled) may be missing.
    fn collect<'a>(&'a self, batch: &'a str, on_answer: OnAnswer<'a>) -> BoxFuture<'a, Result<(), CallError>>;

    /// Asks the provider to stop; what was answered before is billed.
    fn cancel<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<(), CallError>>;
}
