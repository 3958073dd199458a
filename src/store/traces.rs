//! The list of traces.

use super::rows::{PageKey, SortDirection, TracePage, TraceRow, TraceSortField};
use super::{Result, Store};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;

/// Which traces, in which order, from where.
#[derive(Clone, Debug, Default)]
pub struct TracesQuery {
    /// What the list is sorted by.
    pub sort: TraceSortField,
    /// Which end comes first.
    pub direction: SortDirection,
    /// Begin after this place.
    pub after: Option<PageKey>,
    /// At most this many rows.
    pub limit: usize,
}

impl Store {
    /// One page of the list. While a text is searched, `found` gets the rows of the page as they are found, newest first.
    pub fn traces_page(
        &self,
        _query: &TracesQuery,
        _cancel: &Cancel,
        _found: &mut dyn FnMut(&[TraceRow]),
    ) -> Result<TracePage> {
        Ok(TracePage::default())
    }

    /// How many traces match.
    pub fn traces_count(&self, _query: &TracesQuery, _cancel: &Cancel) -> Result<u64> {
        Ok(0)
    }

    /// The ids of all matching traces, newest first, at most `limit`.
    pub fn trace_ids(&self, _query: &TracesQuery, _cancel: &Cancel) -> Result<Vec<TraceId>> {
        Ok(Vec::new())
    }

    /// The values of a field that occur, most frequent first, for completion: `model`, `session`, `user`, `tag`, ….
    pub fn field_values(&self, _field: &str, _prefix: &str, _limit: usize, _cancel: &Cancel) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
