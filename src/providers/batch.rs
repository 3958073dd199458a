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

/// How much goes into a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSize {
    /// Requests.
    pub requests: usize,
    /// Bytes of their bodies.
    pub bytes: usize,
}

impl BatchSize {
    /// Takes a request of so many bytes in, where it fits into the limits. The first fits always: a request alone that is
    /// too large is for the provider to refuse.
    #[must_use]
    pub fn take(&mut self, bytes: usize, most: Self) -> Fits {
        let fits = self.requests < most.requests && self.bytes.saturating_add(bytes) <= most.bytes;
        if !fits && self.requests > 0 {
            return Fits::No;
        }
        self.requests += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        Fits::Yes
    }
}

/// Whether a request goes into a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// It is in.
    Yes,
    /// It is for the next batch.
    No,
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
    /// The most that goes into one batch.
    fn most(&self) -> BatchSize;

    /// Hands requests over; gives the provider's id of the batch. After an error that may be billed, the batch may be there.
    fn submit<'a>(&'a self, items: &'a [BatchItem<'a>]) -> BoxFuture<'a, Result<String, CallError>>;

    /// How a batch stands.
    fn progress<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<BatchProgress, CallError>>;

    /// Reads the answers of a batch that is over. Requests without one (expired, cancelled) may be missing.
    fn collect<'a>(&'a self, batch: &'a str, on_answer: OnAnswer<'a>) -> BoxFuture<'a, Result<(), CallError>>;

    /// Asks the provider to stop; what was answered before is billed.
    fn cancel<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<(), CallError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes of the batches that requests of these lengths make.
    fn batches(lengths: &[usize], most: BatchSize) -> Vec<usize> {
        let mut sizes = vec![BatchSize { requests: 0, bytes: 0 }];
        for length in lengths {
            if sizes.last_mut().unwrap().take(*length, most) == Fits::No {
                let mut next = BatchSize { requests: 0, bytes: 0 };
                assert_eq!(next.take(*length, most), Fits::Yes);
                sizes.push(next);
            }
        }
        sizes.iter().map(|size| size.requests).collect()
    }

    #[test]
    fn neither_limit_is_passed_and_a_giant_goes_alone() {
        let most = BatchSize { requests: 3, bytes: 100 };
        assert_eq!(batches(&[1; 7], most), [3, 3, 1]);
        assert_eq!(batches(&[50, 50, 1, 99], most), [2, 2]);
        assert_eq!(batches(&[10, 500, 10], most), [1, 1, 1]);
        assert_eq!(batches(&[500, 10, usize::MAX], most), [1, 1, 1]);
    }
}
