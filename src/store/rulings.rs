//! What judges said of recorded answers, in the index. The journals hold the same.

use std::collections::HashMap;

use duckdb::{Connection, params, params_from_iter};

use super::Store;
use super::error::Result;
use super::tables::short_hash;
use crate::domain::cancel::Cancel;
use crate::domain::grounding::Ruling;
use crate::domain::ids::TraceId;

impl Store {
    /// Writes what judges said into the index (the journal comes first); the answers are to be grounded again.
    pub fn put_rulings(&self, rulings: &[Ruling]) -> Result<()> {
        self.shared.write(&Cancel::new(), |conn| put(conn, rulings))
    }

    /// What judges said of the answers of these traces, the oldest first.
    pub fn rulings_of(&self, traces: &[TraceId], cancel: &Cancel) -> Result<HashMap<TraceId, Vec<Ruling>>> {
        if traces.is_empty() {
            return Ok(HashMap::new());
        }
        let places = vec!["?"; traces.len()].join(", ");
        let sql = format!("SELECT body FROM store.rulings WHERE trace_id IN ({places}) ORDER BY judged_ns, ruling_key");
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(traces.iter().map(TraceId::as_str)))?;
            let mut told: HashMap<TraceId, Vec<Ruling>> = HashMap::new();
            while let Some(row) = rows.next()? {
                let ruling: Ruling = serde_json::from_str(&row.get::<_, String>(0)?)?;
                told.entry(ruling.trace_id.clone()).or_default().push(ruling);
            }
            Ok(told)
        })
    }
}

/// What makes a ruling the same as another: a hash of all it says.
pub(super) fn key(ruling: &Ruling) -> String {
    short_hash(&serde_json::to_vec(ruling).unwrap_or_default())
}

/// Writes rulings that are not there yet.
pub(super) fn put(conn: &Connection, rulings: &[Ruling]) -> Result<()> {
    let mut insert = conn.prepare(
        "INSERT INTO store.rulings SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM store.rulings WHERE ruling_key = ?)",
    )?;
    for ruling in rulings {
        let (key, trace) = (key(ruling), ruling.trace_id.as_str());
        let body = serde_json::to_string(ruling)?;
        let written = insert.execute(params![key, trace, ruling.at.nanos(), body, key])?;
        if written > 0 {
            conn.execute("DELETE FROM store.grounded WHERE trace_id = ?", params![trace])?;
        }
    }
    Ok(())
}
