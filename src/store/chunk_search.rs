//! Search in every chunk that was ever retrieved.

use duckdb::params_from_iter;
use serde_json::{Map, Value};

use super::Store;
use super::error::Result;
use crate::domain::cancel::Cancel;
use crate::domain::filter::evaluate::fold;
use crate::domain::time::Timestamp;

/// Words of a search that count.
const MOST_WORDS: usize = 8;

/// A text that retrievers returned.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundChunk {
    /// Its document, where recorded.
    pub document_id: Option<String>,
    /// The text.
    pub content: String,
    /// What was recorded of it the last time.
    pub metadata: Map<String, Value>,
    /// In how many traces it was returned.
    pub traces: u64,
    /// When it was returned last.
    pub last: Timestamp,
}

impl Store {
    /// The chunks that hold the most words of a text, in their text or in their document's id, the most often retrieved
    /// first among equals; each text of a document once. Without words the most often retrieved ones.
    pub fn find_chunks(&self, text: &str, limit: usize, cancel: &Cancel) -> Result<Vec<FoundChunk>> {
        let words: Vec<String> = fold(text).split_whitespace().take(MOST_WORDS).map(str::to_owned).collect();
        let one = "(contains(lower(content), ?) OR contains(lower(coalesce(document_id, '')), ?))::INTEGER";
        let hits = if words.is_empty() { "1".to_owned() } else { vec![one; words.len()].join(" + ") };
        let sql = format!(
            "SELECT document_id, content, arg_max(metadata, span_ns), count(DISTINCT trace_id) AS traces, \
               max(span_ns) AS last, max({hits}) AS hits \
             FROM store.chunks WHERE content IS NOT NULL AND trim(content) <> '' \
             GROUP BY document_id, content HAVING hits > 0 \
             ORDER BY hits DESC, traces DESC, last DESC, document_id, content LIMIT {limit}"
        );
        let wanted: Vec<&String> = words.iter().flat_map(|word| [word, word]).collect();
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(wanted))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let metadata: Option<String> = row.get(2)?;
                found.push(FoundChunk {
                    document_id: row.get(0)?,
                    content: row.get(1)?,
                    metadata: metadata.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
                    traces: row.get::<_, i64>(3)?.unsigned_abs(),
                    last: Timestamp::from_nanos(row.get(4)?),
                });
            }
            Ok(found)
        })
    }
}
