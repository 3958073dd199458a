//! Rows of runs and their results.

use serde::{Deserialize, Serialize};

use super::super::SentRequest;
use crate::domain::money::Money;
use crate::domain::run::{Run, RunResult, RunStatus};
use crate::domain::time::Timestamp;

/// A run with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// As it was planned.
    pub run: Run,
    /// How it stands.
    pub status: RunStatus,
    /// Results so far.
    pub results: u64,
    /// Of them answered.
    pub ok: u64,
    /// Of them failed or incomplete.
    pub failed: u64,
    /// Of them sent and never heard of again.
    pub unknown: u64,
    /// Of them served from the cache.
    pub from_cache: u64,
    /// What they cost so far, reservations of unknown ones included; `None` where none is known.
    pub cost_usd: Option<Money>,
}

/// A result with the request that was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredResult {
    /// The answer.
    pub result: RunResult,
    /// The hash by which the cache finds it; empty for requests that are not cached.
    #[serde(default)]
    pub request_hash: String,
    /// The request as sent, without secrets.
    pub request: SentRequest,
    /// When the answer was complete.
    pub created_at: Timestamp,
}

/// A run and its results so far, as replayed from a journal or read from the index.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSnapshot {
    /// The run's row.
    pub row: RunRow,
    /// Its results in order.
    pub results: Vec<StoredResult>,
}
