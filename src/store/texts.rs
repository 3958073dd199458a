//! The whole texts of traces, where the list has only their beginnings.

use std::collections::BTreeMap;

use duckdb::params_from_iter;

use super::{Result, Store, TraceRow};
use crate::domain::cancel::Cancel;

/// Ids in one statement.
const BATCH: usize = 500;

/// The whole input and output of a trace.
pub type TraceTexts = (Option<String>, Option<String>);

impl Store {
    /// The whole input and output of each trace, in their order; nothing where there is no such trace.
    pub fn trace_texts(&self, traces: &[TraceRow], cancel: &Cancel) -> Result<Vec<TraceTexts>> {
        let found = self.shared.read(cancel, |conn| {
            let mut found: BTreeMap<String, TraceTexts> = BTreeMap::new();
            for batch in traces.chunks(BATCH) {
                let places = vec!["?"; batch.len()].join(", ");
                let starts = || batch.iter().map(|trace| trace.started_at.nanos());
                let (first, last) = (starts().min().unwrap_or(0), starts().max().unwrap_or(0));
                // The bounds of time spare DuckDB most of the table.
                let sql = format!(
                    "SELECT trace_id, input_text, output_text FROM store.traces \
                     WHERE started_ns BETWEEN {first} AND {last} AND trace_id IN ({places})"
                );
                let mut statement = conn.prepare(&sql)?;
                let mut rows = statement.query(params_from_iter(batch.iter().map(|trace| trace.trace_id.as_str())))?;
                while let Some(row) = rows.next()? {
                    found.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
                }
            }
            Ok(found)
        })?;
        Ok(traces.iter().map(|trace| found.get(trace.trace_id.as_str()).cloned().unwrap_or_default()).collect())
    }
}
