//! The columns of the physical tables, and spans as rows of them.

use serde_json::Value;

use super::error::Result;
use super::row_batch::{Kind, RowBatch};
use crate::domain::message::{Direction, Message, Part};
use crate::domain::score::Score;
use crate::domain::span::Span;
use crate::domain::time::Timestamp;

use Kind::{Bool, Float, Int, Money, Small, Text, Texts, Time};

pub(super) const SPAN_COLUMNS: &[Kind] = &[
    Text, Text, Text, Text, Text, Time, Time, Int, Int, Float, Float, Text, Text, Text, Text, Text, Text, Text, Text,
    Text, Text, Text, Text, Int, Int, Int, Int, Int, Money, Text, Text, Text, Text, Text, Text, Text, Text, Text,
    Texts, Text, Text, Small, Small, Small,
];
pub(super) const MESSAGE_COLUMNS: &[Kind] = &[Int, Text, Text, Text, Small, Text, Text, Text, Text, Text, Text];
pub(super) const CHUNK_COLUMNS: &[Kind] = &[Int, Text, Text, Text, Small, Text, Float, Text, Text];
pub(super) const TOOL_COLUMNS: &[Kind] = &[Int, Text, Text, Small, Text, Text, Text, Text, Float];
pub(super) const SCORE_COLUMNS: &[Kind] = &[Text, Text, Text, Text, Text, Float, Text, Text, Text, Time, Int];
pub(super) const PATCH_COLUMNS: &[Kind] = &[Text, Text, Text, Text];
pub(super) const TRACE_COLUMNS: &[Kind] = &[
    Text, Text, Text, Time, Int, Int, Float, Float, Text, Bool, Texts, Int, Int, Int, Int, Int, Int, Money, Bool, Text,
    Text, Text, Text, Texts, Text, Text, Text, Text, Text, Text, Float, Text,
];
pub(super) const RESULT_COLUMNS: &[Kind] = &[
    Text, Text, Text, Text, Text, Text, Text, Small, Text, Text, Text, Text, Int, Int, Int, Int, Money, Text, Float,
    Float, Small, Bool, Text, Text, Text, Time, Int, Text, Text, Text, Int, Int, Int,
];
pub(super) const DUPLICATE_COLUMNS: &[Kind] = &[Text, Text];
pub(super) const GROUNDED_COLUMNS: &[Kind] = &[Text, Text, Text, Small, Small, Small, Small, Bool];
pub(super) const CAUSE_COLUMNS: &[Kind] = &[Text, Small, Text];
pub(super) const SENTENCE_COLUMNS: &[Kind] =
    &[Text, Text, Small, Small, Small, Text, Text, Text, Float, Text, Text, Text, Text, Text, Text, Text];

/// Rows of spans and of everything below them.
pub(super) struct SpanRows {
    pub spans: RowBatch,
    pub messages: RowBatch,
    pub chunks: RowBatch,
    pub tools: RowBatch,
    pub scores: RowBatch,
}

impl SpanRows {
    /// No rows.
    pub fn new() -> Result<Self> {
        Ok(Self {
            spans: RowBatch::new(SPAN_COLUMNS)?,
            messages: RowBatch::new(MESSAGE_COLUMNS)?,
            chunks: RowBatch::new(CHUNK_COLUMNS)?,
            tools: RowBatch::new(TOOL_COLUMNS)?,
            scores: RowBatch::new(SCORE_COLUMNS)?,
        })
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        [&self.spans, &self.messages, &self.chunks, &self.tools, &self.scores].map(RowBatch::bytes).iter().sum()
    }

    /// The numbers of rows of messages, chunks and tool calls.
    pub fn below(&self) -> [usize; 3] {
        [self.messages.rows(), self.chunks.rows(), self.tools.rows()]
    }

    /// Each batch with the name of its table.
    pub fn tables(&mut self) -> [(&'static str, &mut RowBatch); 5] {
        [
            ("spans", &mut self.spans),
            ("messages", &mut self.messages),
            ("chunks", &mut self.chunks),
            ("tool_calls", &mut self.tools),
            ("scores", &mut self.scores),
        ]
    }

    /// Adds a span and what is below it.
    pub fn push(&mut self, span: &Span) {
        self.push_span(span);
        let ns = Some(span.started_at.nanos());
        let (trace, id) = (Some(span.trace_id.as_str()), Some(span.span_id.as_str()));
        for (direction, messages) in
            [(Direction::Input, &span.input_messages), (Direction::Output, &span.output_messages)]
        {
            for (position, message) in messages.iter().enumerate() {
                self.messages.int(ns).text(trace).text(id).text(Some(direction.as_str())).int(Some(position as i64));
                self.push_message(message);
            }
        }
        for chunk in &span.chunks {
            self.chunks.int(ns).text(trace).text(id).text(Some(chunk.role.as_str())).int(Some(i64::from(chunk.rank)));
            self.chunks.text(chunk.document_id.as_deref()).float(chunk.score).text(chunk.content.as_deref());
            self.chunks.text(json_map(&chunk.metadata).as_deref()).end_row();
        }
        for (position, tool) in span.tool_calls.iter().enumerate() {
            self.tools.int(ns).text(trace).text(id).int(Some(position as i64)).text(Some(&tool.name));
            self.tools.text(Some(&tool.arguments.to_string())).text(tool.result.as_deref());
            self.tools.text(tool.error.as_deref()).float(tool.duration_ns.map(millis)).end_row();
        }
        for score in &span.scores {
            push_score(&mut self.scores, score);
        }
    }

    fn push_span(&mut self, span: &Span) {
        let row = &mut self.spans;
        row.text(Some(span.trace_id.as_str())).text(Some(span.span_id.as_str()));
        row.text(span.parent_id.as_ref().map(AsRef::as_ref)).text(Some(span.kind.as_str())).text(Some(&span.name));
        row.time(Some(span.started_at)).time(span.ended_at);
        row.int(Some(span.started_at.nanos())).int(span.ended_at.map(Timestamp::nanos));
        row.float(span.duration_ns().map(millis)).float(span.ttft_ns.map(millis));
        row.text(Some(span.status.as_str())).text(span.status_message.as_deref()).text(span.error_type.as_deref());
        row.text(span.provider.as_deref()).text(span.model());
        row.text(span.request_model.as_deref()).text(span.response_model.as_deref());
        row.text(span.finish_reason.as_deref()).text(json_map(&span.parameters).as_deref());
        row.text(span.tools.as_ref().map(Value::to_string).as_deref());
        row.text(span.input_text.as_deref()).text(span.output_text.as_deref());
        row.count(span.usage.input).count(span.usage.output).count(span.usage.cached_input);
        row.count(span.usage.cache_write).count(span.usage.reasoning);
        row.money(span.cost.amount()).text(Some(span.cost.source()));
        row.text(span.prompt.name.as_deref()).text(span.prompt.version.as_deref());
        row.text(span.prompt.template.as_deref());
        row.text(span.prompt.variables.as_ref().map(json_object).as_deref());
        row.text(span.session_id.as_ref().map(AsRef::as_ref)).text(span.user_id.as_deref());
        row.text(span.tenant_id.as_deref()).text(span.environment.as_deref()).texts(&span.tags);
        row.text(json_map(&span.attributes).as_deref()).text(Some(span.source_id.as_str()));
        row.int(Some(i64::from(span.completeness())));
        row.count(Some(span.chunks.len() as u64)).count(Some(span.tool_calls.len() as u64)).end_row();
    }

    fn push_message(&mut self, message: &Message) {
        let calls: Vec<_> = message.tool_calls().collect();
        let row = &mut self.messages;
        row.text(Some(message.role.as_str())).text(message.name.as_deref());
        if let [Part::Text { text }] = message.parts.as_slice() {
            row.text(Some(text)).text(None);
        } else {
            row.text(Some(&message.content())).text(serde_json::to_string(&message.parts).ok().as_deref());
        }
        row.text(message.tool_call_id());
        row.text(if calls.is_empty() { None } else { serde_json::to_string(&calls).ok() }.as_deref()).end_row();
    }
}

/// Adds a score.
pub(super) fn push_score(row: &mut RowBatch, score: &Score) {
    row.text(Some(&score_key(score))).text(Some(score.trace_id.as_str()));
    row.text(score.span_id.as_ref().map(AsRef::as_ref)).text(score.result_id.as_ref().map(AsRef::as_ref));
    row.text(Some(&score.name)).float(score.value).text(score.label.as_deref()).text(score.explanation.as_deref());
    row.text(Some(score.source.as_str())).time(Some(score.created_at)).int(Some(score.created_at.nanos())).end_row();
}

/// What makes a score the same as another: a hash of all it says.
pub(super) fn score_key(score: &Score) -> String {
    short_hash(&serde_json::to_vec(score).unwrap_or_default())
}

/// 128 bits of a BLAKE3 hash in hex.
pub(super) fn short_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().as_str()[..32].to_owned()
}

/// Nanoseconds as milliseconds; exact to a nanosecond for spans of up to 104 days.
pub(super) fn millis(nanos: i64) -> f64 {
    nanos as f64 / 1e6
}

/// Milliseconds of a table as nanoseconds.
pub(super) fn nanos(millis: f64) -> i64 {
    (millis * 1e6).round() as i64
}

fn json_map(map: &serde_json::Map<String, Value>) -> Option<String> {
    (!map.is_empty()).then(|| json_object(map))
}

fn json_object(map: &serde_json::Map<String, Value>) -> String {
    serde_json::to_string(map).unwrap_or_default()
}
