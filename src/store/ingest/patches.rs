//! Content that was recorded apart from its span joins it.

use std::collections::{HashMap, HashSet};

use duckdb::Connection;

use super::gather::Part;
use super::part_tables::{append, delete_spans, fill, fill_incoming};
use crate::domain::patch::SpanPatch;
use crate::store::error::Result;
use crate::store::load::{self, Which};
use crate::store::scores;
use crate::store::tables::{SpanRows, score_key};

/// Keeps the patches of a part and applies those that are due: new ones whose span is there, and all those of spans that
/// came now (`fresh` are their rows). Says whether there was anything to apply.
pub(super) fn apply(conn: &Connection, part: &Part, fresh: &[u32]) -> Result<bool> {
    let waiting: bool =
        conn.query_row("SELECT count(*) > 0 FROM (FROM idx.store.pending_patches LIMIT 1)", [], |row| row.get(0))?;
    if part.patches.num_rows() == 0 && !waiting {
        return Ok(false);
    }
    fill(conn, "part_patches", part.patches.clone())?;
    conn.execute_batch("DELETE FROM due_patches")?;
    fill_incoming(conn, part, fresh)?;
    conn.execute_batch(
        "CREATE OR REPLACE TEMP TABLE new_patches AS SELECT DISTINCT ON (p.patch_key) p.* FROM part_patches p \
           ANTI JOIN idx.store.pending_patches o ON o.patch_key = p.patch_key; \
         INSERT INTO due_patches SELECT DISTINCT p.trace_id, p.span_id, p.body FROM ( \
             SELECT * FROM new_patches \
             UNION ALL SELECT o.* FROM idx.store.pending_patches o \
               SEMI JOIN incoming n ON n.trace_id = o.trace_id AND n.span_id = o.span_id) p \
           SEMI JOIN idx.store.spans s ON s.trace_id = p.trace_id AND s.span_id = p.span_id; \
         INSERT INTO idx.store.pending_patches SELECT * FROM new_patches;",
    )?;
    settle(conn)?;
    Ok(true)
}

/// Applies the patches in `due_patches` to their spans in the attached index.
fn settle(conn: &Connection) -> Result<()> {
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
    delete_spans(conn, "due_patches")?;
    for (table, rows) in patched.tables() {
        append(conn, ("idx", "store", table), rows)?;
    }
    Ok(())
}
