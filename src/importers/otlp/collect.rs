//! Gathers what one record holds into a batch.

use super::super::batch::{Batch, Skipped};
use super::super::raw::{RawLog, RawSpan};
use super::super::semconv;
use crate::domain::ids::SourceId;

/// Takes decoded spans and log records, gives them meaning and keeps them for the batch.
pub struct Collector<'a> {
    source: &'a SourceId,
    batch: Batch,
}

impl<'a> Collector<'a> {
    /// An empty one for spans of `source`.
    pub fn new(source: &'a SourceId) -> Self {
        Self { source, batch: Batch::default() }
    }

    /// What was gathered, from `bytes` bytes of input.
    pub fn finish(mut self, bytes: u64) -> Batch {
        self.batch.bytes = bytes;
        self.batch
    }

    /// Takes a span.
    pub fn span(&mut self, raw: RawSpan, line: u64) {
        let name = raw.name.clone();
        match semconv::normalise(raw, self.source, &mut self.batch.patches) {
            Ok(span) => self.batch.spans.push(span),
            Err(reason) => self.skip_span(line, &name, &reason),
        }
    }

    /// Takes a log record.
    pub fn log(&mut self, raw: RawLog) {
        self.batch.patches.extend(semconv::patch_from_log(raw));
    }

    /// Notes a line that could not be used.
    pub fn skip(&mut self, line: u64, reason: &str) {
        self.batch.skipped.push(Skipped { line: Some(line), reason: reason.to_owned() });
    }

    /// Notes a piece of a file without lines.
    pub fn skip_bytes(&mut self, reason: &str) {
        self.batch.skipped.push(Skipped { line: None, reason: reason.to_owned() });
    }

    /// Notes a span that could not be used; line 0 stands for a file without lines.
    pub fn skip_span(&mut self, line: u64, name: &str, reason: &str) {
        let name: String = name.chars().take(80).collect();
        self.batch
            .skipped
            .push(Skipped { line: Some(line).filter(|&line| line > 0), reason: format!("span {name:?}: {reason}") });
    }
}
