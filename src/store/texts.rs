//! The whole texts of traces, where the list has only their beginnings.

use std::collections::BTreeMap;

use duckdb::params_from_iter;

use super::{Result, Store};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;

/// Ids in one statement.
const BATCH: usize = 500;

/// The whole input and output of a trace.
pub type TraceTexts = (Option<String>, Option<String>);

impl Store {
    /// The whole input and output of each trace, in the order of the ids; nothing where there is no such trace.
    pub fn trace_texts(&self, ids: &[TraceId], cancel: &Cancel) -> Result<Vec<TraceTexts>> {
        let found = self.shared.read(cancel, |conn| {
            let mut found: BTreeMap<String, TraceTexts> = BTreeMap::new();
            for batch in ids.chunks(BATCH) {
                let places = vec!["?"; batch.len()].join(", ");
                let sql =
                    format!("SELECT trace_id, input_text, output_text FROM main.traces WHERE trace_id IN ({places})");
                let mut statement = conn.prepare(&sql)?;
                let mut rows = statement.query(params_from_iter(batch.iter().map(TraceId::as_str)))?;
                while let Some(row) = rows.next()? {
                    found.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
                }
            }
            Ok(found)
        })?;
        Ok(ids.iter().map(|id| found.get(id.as_str()).cloned().unwrap_or_default()).collect())
    }
}
