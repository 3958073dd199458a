//! Every chunk that was ever retrieved, each text once.

use duckdb::{Connection, Params};
use serde_json::{Map, Value};

use super::Store;
use super::error::Result;
use super::row_reader::RowReader;
use crate::domain::cancel::Cancel;

/// A text that retrievers returned.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenChunk {
    /// Its document, where recorded.
    pub document_id: Option<String>,
    /// The text.
    pub content: String,
    /// What else was recorded of it, at one of its retrievals.
    pub metadata: Map<String, Value>,
}

/// Of one text under several ids the first in order counts; a text without an id is known by one that has it.
const SEEN: &str = "SELECT min(document_id), content, min(metadata) FROM store.chunks WHERE content IS NOT NULL AND trim(content) <> '' \
    GROUP BY content ORDER BY 1 NULLS LAST, 2";

impl Store {
    /// The texts of all chunks in the index, by document and text.
    pub fn chunks_seen(&self, cancel: &Cancel) -> Result<Vec<SeenChunk>> {
        self.shared.read(cancel, |conn| seen(conn, SEEN, []))
    }
}

/// The texts that a query of document, text and metadata finds.
pub(super) fn seen(conn: &Connection, sql: &str, params: impl Params) -> Result<Vec<SeenChunk>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params)?;
    let mut seen = Vec::new();
    while let Some(row) = rows.next()? {
        let mut row = RowReader::new(row);
        let (document_id, content) = (row.text()?, row.get()?);
        let metadata = row.text()?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        seen.push(SeenChunk { document_id, content, metadata });
    }
    Ok(seen)
}
