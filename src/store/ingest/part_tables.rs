//! Tables that a merge fills, empties and appends to.

use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use duckdb::arrow::compute::take;

use super::gather::Part;
use crate::store::error::{Result, StoreError};
use crate::store::row_batch::RowBatch;

/// Columns of `store.spans`.
pub(super) const TRACE_ID: usize = 0;
/// See [`TRACE_ID`].
pub(super) const SPAN_ID: usize = 1;
/// See [`TRACE_ID`].
pub(super) const SOURCE_ID: usize = 40;
const COMPLETENESS: usize = 41;

/// Fills `incoming` with the keys of rows of a part.
pub(super) fn fill_incoming(conn: &Connection, part: &Part, rows: &[u32]) -> Result<()> {
    let rows = UInt32Array::from(rows.to_vec());
    let arrow = |error: duckdb::arrow::error::ArrowError| StoreError::Database(error.to_string());
    let mut columns: Vec<(&str, ArrayRef)> = vec![("row", Arc::new(rows.clone()))];
    for (name, place) in [("trace_id", TRACE_ID), ("span_id", SPAN_ID), ("completeness", COMPLETENESS)] {
        columns.push((name, take(part.spans.column(place), &rows, None).map_err(arrow)?));
    }
    fill(conn, "incoming", RecordBatch::try_from_iter(columns).map_err(arrow)?)
}

/// Makes rows the only ones of a temporary table.
pub(super) fn fill(conn: &Connection, table: &str, rows: RecordBatch) -> Result<()> {
    conn.execute_batch(&format!("DELETE FROM temp.main.{table}"))?;
    if rows.num_rows() > 0 {
        let mut appender = conn.appender_to_catalog_and_db(table, "temp", "main")?;
        appender.append_record_batch(rows)?;
        appender.flush()?;
    }
    Ok(())
}

/// A column of texts of a batch of spans.
pub(super) fn texts(batch: &RecordBatch, place: usize) -> Result<&StringArray> {
    let column = batch.columns().get(place).and_then(|column| column.as_any().downcast_ref::<StringArray>());
    column.ok_or_else(|| StoreError::Database(format!("column {place} of spans holds no texts")))
}

/// Deletes the spans of the index whose keys stand in a temporary table, and what is below them.
pub(super) fn delete_spans(conn: &Connection, keys: &str) -> Result<()> {
    for table in ["spans", "messages", "chunks", "tool_calls"] {
        conn.execute_batch(&format!(
            "DELETE FROM idx.store.{table} AS t USING {keys} AS k \
             WHERE t.trace_id = k.trace_id AND t.span_id = k.span_id"
        ))?;
    }
    Ok(())
}

/// Appends rows to a table, named by database, schema and name.
pub(in crate::store) fn append(
    conn: &Connection,
    (database, schema, table): (&str, &str, &str),
    rows: &mut RowBatch,
) -> Result<()> {
    if rows.rows() > 0 {
        let mut appender = conn.appender_to_catalog_and_db(table, database, schema)?;
        rows.append_to(&mut appender)?;
        appender.flush()?;
    }
    Ok(())
}
