//! Content that was recorded apart from its span joins it.

use std::collections::{HashMap, HashSet};

use duckdb::Connection;

use super::error::Result;
use super::load::{self, Which};
use super::merge::{append, delete_spans};
use super::scores;
use super::tables::{SpanRows, score_key};
use crate::domain::patch::SpanPatch;

/// Applies the patches in `due_patches` to their spans in the attached index.
pub(super) fn settle(conn: &Connection) -> Result<()> {
    let mut due: HashMap<(String, String), Vec<SpanPatch>> = HashMap::new();
    let mut statement = conn.prepare("SELECT trace_id, span_id, body FROM due_patches ORDER BY ALL")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(2)?;
        if let Ok(patch) = serde_json::from_str(&body) {
            due.entry((row.get(0)?, row.get(1)?)).or_default().push(patch);
        }
    }
    drop(rows);
    drop(statement);
    if due.is_empty() {
        return Ok(());
    }
    let which = Which {
        condition: "t.trace_id IN (SELECT trace_id FROM due_patches) \
                    AND (t.trace_id, t.span_id) IN (SELECT (trace_id, span_id) FROM due_patches)",
        params: &[],
    };
    let mut spans = load::spans(conn, &which)?;
    let known = scores::of_traces(conn, "SELECT trace_id FROM due_patches")?;
    let told: HashSet<String> = known.iter().map(score_key).collect();
    let mut patched = SpanRows::new()?;
    let mut changed = false;
    for span in &mut spans {
        span.scores = known.iter().filter(|score| score.span_id.as_ref() == Some(&span.span_id)).cloned().collect();
        let before = span.clone();
        let key = (span.trace_id.as_str().to_owned(), span.span_id.as_str().to_owned());
        for patch in due.get(&key).into_iter().flatten() {
            patch.apply_to(span);
        }
        changed |= *span != before;
        let mut unseen = HashSet::new();
        span.scores.retain(|score| !told.contains(&score_key(score)) && unseen.insert(score_key(score)));
        patched.push(span);
    }
    if !changed {
        return Ok(());
    }
    delete_spans(conn, "idx", "due_patches")?;
    for (table, rows) in patched.tables() {
        append(conn, table, rows)?;
    }
    Ok(())
}
