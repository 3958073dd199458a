//! What a trace's row needs of its spans, read out of columns.

use std::sync::Arc;

use duckdb::arrow::array::{
    Array, Decimal128Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
};

use crate::domain::money::Money;
use crate::domain::span::{SpanKind, SpanStatus};
use crate::store::error::{Result, StoreError};

/// The columns of `store.spans` that count, as SQL on `s`, in the order that [`FactColumns`] reads.
pub(super) const FACT_COLUMNS: &str = "s.trace_id, s.span_id, s.parent_id, s.kind, s.name, s.started_ns, s.ended_ns, \
    s.ttft_ms, s.status, s.model, s.input_text, s.output_text, s.input_tokens, s.output_tokens, s.cost_usd, \
    s.prompt_name, s.prompt_version, s.session_id, s.user_id, s.tenant_id, s.environment, s.tags, s.chunk_count";

/// The places of the same columns in a row of `store.spans`.
const PLACES: [usize; 23] = [0, 1, 2, 3, 4, 7, 8, 10, 11, 15, 21, 22, 23, 24, 28, 30, 31, 34, 35, 36, 37, 38, 42];

/// What the row of a trace needs of each span.
#[derive(Clone, Debug, Default)]
pub(super) struct SpanFacts<'a> {
    pub span_id: &'a str,
    pub parent_id: Option<&'a str>,
    pub kind: SpanKind,
    pub name: &'a str,
    pub started_ns: i64,
    pub ended_ns: Option<i64>,
    pub ttft_ms: Option<f64>,
    pub status: SpanStatus,
    pub model: Option<&'a str>,
    pub input_text: Option<&'a str>,
    pub output_text: Option<&'a str>,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub cost: Option<Money>,
    pub prompt_name: Option<&'a str>,
    pub prompt_version: Option<&'a str>,
    pub session_id: Option<&'a str>,
    pub user_id: Option<&'a str>,
    pub tenant_id: Option<&'a str>,
    pub environment: Option<&'a str>,
    pub tags: Vec<&'a str>,
    pub chunk_count: u64,
}

/// Columns of many spans.
pub(super) struct FactColumns {
    texts: Vec<Option<StringArray>>,
    started: Int64Array,
    ended: Int64Array,
    ttft: Float64Array,
    input_tokens: Int64Array,
    output_tokens: Int64Array,
    cost: Decimal128Array,
    tags: ListArray,
    tag_texts: StringArray,
    chunk_count: Int32Array,
}

fn column<T: Array + Clone + 'static>(batch: &RecordBatch, place: usize) -> Result<T> {
    let found = batch.columns().get(place).and_then(|column| column.as_any().downcast_ref::<T>());
    found.cloned().ok_or_else(|| StoreError::Database(format!("column {place} of spans has another type")))
}

fn some<T>(array: &impl Array, row: usize, value: impl FnOnce() -> T) -> Option<T> {
    array.is_valid(row).then(value)
}

fn count(array: &Int64Array, row: usize) -> Option<u64> {
    some(array, row, || array.value(row)).and_then(|count| count.try_into().ok())
}

impl FactColumns {
    /// Of whole rows of `store.spans`.
    pub fn of_spans(spans: &RecordBatch) -> Result<Self> {
        let facts = spans.project(&PLACES).map_err(|error| StoreError::Database(error.to_string()))?;
        Self::of_facts(&facts)
    }

    /// Of rows of [`FACT_COLUMNS`].
    pub fn of_facts(batch: &RecordBatch) -> Result<Self> {
        let tags: ListArray = column(batch, 21)?;
        let tag_texts = Arc::clone(tags.values()).as_any().downcast_ref::<StringArray>().cloned();
        Ok(Self {
            texts: (0..PLACES.len()).map(|place| column(batch, place).ok()).collect(),
            started: column(batch, 5)?,
            ended: column(batch, 6)?,
            ttft: column(batch, 7)?,
            input_tokens: column(batch, 12)?,
            output_tokens: column(batch, 13)?,
            cost: column(batch, 14)?,
            tags,
            tag_texts: tag_texts.ok_or_else(|| StoreError::Database("tags are no texts".to_owned()))?,
            chunk_count: column(batch, 22)?,
        })
    }

    /// How many spans.
    pub fn len(&self) -> usize {
        self.started.len()
    }

    fn text(&self, place: usize, row: usize) -> Option<&str> {
        let column = self.texts.get(place)?.as_ref()?;
        some(column, row, || column.value(row))
    }

    /// The trace of a row.
    pub fn trace_id(&self, row: usize) -> &str {
        self.text(0, row).unwrap_or_default()
    }

    /// The start of a row's span.
    pub fn started_ns(&self, row: usize) -> i64 {
        self.started.value(row)
    }

    /// What is known of a row's span.
    pub fn at(&self, row: usize) -> SpanFacts<'_> {
        let tags = self.tags.value_offsets();
        let tags = tags.get(row).copied().unwrap_or(0)..tags.get(row + 1).copied().unwrap_or(0);
        SpanFacts {
            span_id: self.text(1, row).unwrap_or_default(),
            parent_id: self.text(2, row),
            kind: self.text(3, row).and_then(SpanKind::parse).unwrap_or_default(),
            name: self.text(4, row).unwrap_or_default(),
            started_ns: self.started_ns(row),
            ended_ns: some(&self.ended, row, || self.ended.value(row)),
            ttft_ms: some(&self.ttft, row, || self.ttft.value(row)),
            status: self.text(8, row).and_then(SpanStatus::parse).unwrap_or_default(),
            model: self.text(9, row),
            input_text: self.text(10, row),
            output_text: self.text(11, row),
            input_tokens: count(&self.input_tokens, row),
            output_tokens: count(&self.output_tokens, row),
            cost: some(&self.cost, row, || Money::from_pico(self.cost.value(row))),
            prompt_name: self.text(15, row),
            prompt_version: self.text(16, row),
            session_id: self.text(17, row),
            user_id: self.text(18, row),
            tenant_id: self.text(19, row),
            environment: self.text(20, row),
            tags: tags.map(|tag| self.tag_texts.value(tag as usize)).collect(),
            chunk_count: u64::try_from(self.chunk_count.value(row)).unwrap_or(0),
        }
    }
}
