//! Spans gathered as columns, in the order they came, and put into the order of their starts.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use duckdb::arrow::array::{Array, RecordBatch, StringArray, UInt32Array};
use duckdb::arrow::compute::take_record_batch;

use super::Key;
use crate::domain::ids::TraceId;
use crate::domain::patch::SpanPatch;
use crate::domain::score::Score;
use crate::domain::span::Span;
use crate::store::error::{Result, StoreError};
use crate::store::row_batch::RowBatch;
use crate::store::tables::{PATCH_COLUMNS, SpanRows, push_score, short_hash};

/// Rows that are put in order at a time, so that no second copy of a part is made.
const ROWS_AT_ONCE: usize = 2_048;

/// The column of `store.chunks` with their texts.
const CHUNK_CONTENT: usize = 7;

/// The rows below a span.
#[derive(Clone, Debug)]
struct Below {
    messages: Range<u32>,
    chunks: Range<u32>,
    tools: Range<u32>,
}

/// Spans taken since the last part.
pub(super) struct Gathered {
    rows: SpanRows,
    patches: RowBatch,
    below: Vec<Below>,
    starts: Vec<i64>,
    /// The row of each span by a hash of its key.
    at: HashMap<Key, usize>,
    /// Rows in whose place a more complete span came.
    replaced: HashSet<usize>,
    /// Rows of spans that an earlier part has less complete.
    repeats: HashSet<usize>,
    continued: HashSet<String>,
}

/// A table below spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Messages,
    Chunks,
    ToolCalls,
}

/// Gathered spans as columns.
pub(super) struct Part {
    pub spans: RecordBatch,
    pub messages: RecordBatch,
    pub chunks: RecordBatch,
    pub tools: RecordBatch,
    pub scores: RecordBatch,
    pub patches: RecordBatch,
    /// Rows of `spans` by their starts, without those that were replaced.
    pub order: Vec<u32>,
    /// Rows of spans that an earlier part of the same import has less complete.
    pub repeats: HashSet<usize>,
    /// Traces of which earlier parts have spans.
    pub continued: HashSet<String>,
    /// Bytes of texts.
    pub bytes: usize,
    below: Vec<Below>,
}

impl Gathered {
    pub fn new() -> Result<Self> {
        Ok(Self {
            rows: SpanRows::new()?,
            patches: RowBatch::new(PATCH_COLUMNS)?,
            below: Vec::new(),
            starts: Vec::new(),
            at: HashMap::new(),
            replaced: HashSet::new(),
            repeats: HashSet::new(),
            continued: HashSet::new(),
        })
    }

    pub fn spans(&self) -> usize {
        self.below.len()
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.rows.bytes() + self.patches.bytes()
    }

    /// Takes a span that was not seen before.
    pub fn add(&mut self, key: Key, span: &Span) {
        let before = self.rows.below();
        self.rows.push(span);
        let after = self.rows.below();
        let range = |table: usize| before[table] as u32..after[table] as u32;
        self.at.insert(key, self.below.len());
        self.below.push(Below { messages: range(0), chunks: range(1), tools: range(2) });
        self.starts.push(span.started_at.nanos());
    }

    /// Takes a more complete span in the place of one that was seen.
    pub fn replace(&mut self, key: Key, span: &Span) {
        match self.at.get(&key) {
            Some(row) => {
                self.replaced.insert(*row);
            }
            None => {
                self.repeats.insert(self.below.len());
            }
        }
        if self.at.get(&key).is_some_and(|row| self.repeats.contains(row)) {
            self.repeats.insert(self.below.len());
        }
        self.add(key, span);
    }

    /// Notes that an earlier part has spans of a trace.
    pub fn continues(&mut self, trace_id: &TraceId) {
        self.continued.insert(trace_id.as_str().to_owned());
    }

    pub fn add_patch(&mut self, patch: &SpanPatch) -> Result<()> {
        let body = serde_json::to_string(patch)?;
        self.patches.text(Some(&short_hash(body.as_bytes()))).text(Some(patch.trace_id.as_str()));
        self.patches.text(Some(patch.span_id.as_str())).text(Some(&body)).end_row();
        Ok(())
    }

    pub fn add_score(&mut self, score: &Score) {
        push_score(&mut self.rows.scores, score);
    }

    /// What was gathered; begins anew.
    pub fn part(&mut self) -> Result<Part> {
        let bytes = self.bytes();
        let starts = std::mem::take(&mut self.starts);
        let replaced = std::mem::take(&mut self.replaced);
        let mut order: Vec<u32> =
            (0..starts.len()).filter(|row| !replaced.contains(row)).map(|row| row as u32).collect();
        order.sort_by_key(|row| starts.get(*row as usize).copied());
        self.at.clear();
        Ok(Part {
            spans: self.rows.spans.finish()?,
            messages: self.rows.messages.finish()?,
            chunks: self.rows.chunks.finish()?,
            tools: self.rows.tools.finish()?,
            scores: self.rows.scores.finish()?,
            patches: self.patches.finish()?,
            order,
            repeats: std::mem::take(&mut self.repeats),
            continued: std::mem::take(&mut self.continued),
            bytes,
            below: std::mem::take(&mut self.below),
        })
    }
}

/// The texts of a part's chunks by row.
pub(super) struct ChunkTexts(StringArray);

impl ChunkTexts {
    pub fn at(&self, row: u32) -> Option<&str> {
        let row = row as usize;
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }
}

impl Part {
    pub fn chunk_texts(&self) -> Result<ChunkTexts> {
        let column = self.chunks.columns().get(CHUNK_CONTENT).and_then(|column| column.as_any().downcast_ref());
        let texts: Option<&StringArray> = column;
        texts.cloned().map(ChunkTexts).ok_or_else(|| StoreError::Database("chunks hold no texts".to_owned()))
    }

    /// The rows of a table below these rows of spans, in their order.
    pub fn below(&self, spans: &[u32], child: Child) -> Vec<u32> {
        let of = |span: &u32| {
            let below = self.below.get(*span as usize);
            below.map_or(0..0, |below| match child {
                Child::Messages => below.messages.clone(),
                Child::Chunks => below.chunks.clone(),
                Child::ToolCalls => below.tools.clone(),
            })
        };
        spans.iter().flat_map(of).collect()
    }
}

/// Hands rows of a batch on in the given order, some at a time.
pub(super) fn in_order(
    batch: &RecordBatch,
    rows: &[u32],
    each: &mut dyn FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    let untouched = rows.len() == batch.num_rows() && rows.iter().enumerate().all(|(at, row)| at == *row as usize);
    for (number, some) in rows.chunks(ROWS_AT_ONCE).enumerate() {
        each(if untouched {
            batch.slice(number * ROWS_AT_ONCE, some.len())
        } else {
            take_record_batch(batch, &UInt32Array::from(some.to_vec()))
                .map_err(|error| StoreError::Database(error.to_string()))?
        })?;
    }
    Ok(())
}
