//! Counts what files hold: each trace and span once, however often it comes.

use std::collections::HashSet;

use super::report::SkippedRecord;
use crate::importers::{Batch, Skipped};

/// Reasons kept of one file; what is skipped beyond them is counted in a last one.
const REASONS: usize = 1_000;

/// Counts of one file.
#[derive(Default)]
pub struct Tally {
    /// Hashes: among a million of 64 bits, two are the same once in forty million times.
    traces: HashSet<u64>,
    spans: HashSet<u64>,
    /// Chunks of its spans.
    pub chunks: u64,
    /// Content for spans that came apart from them.
    pub patches: u64,
    /// Scores that came apart from spans.
    pub scores: u64,
    reasons: Vec<SkippedRecord>,
    skipped: u64,
}

impl Tally {
    /// Counts a batch.
    pub fn count(&mut self, batch: &Batch) {
        for span in &batch.spans {
            let (trace, key) = keys(span.trace_id.as_str(), span.span_id.as_str());
            self.traces.insert(trace);
            if self.spans.insert(key) {
                self.chunks += span.chunks.len() as u64;
            }
        }
        self.patches += batch.patches.len() as u64;
        self.scores += batch.scores.len() as u64;
        for Skipped { line, reason } in &batch.skipped {
            self.skip(*line, reason.clone());
        }
    }

    /// Counts a record that could not be used.
    pub fn skip(&mut self, line: Option<u64>, reason: String) {
        self.skipped += 1;
        if self.reasons.len() < REASONS {
            self.reasons.push(SkippedRecord { line, reason });
        }
    }

    /// Different traces.
    pub fn traces(&self) -> u64 {
        self.traces.len() as u64
    }

    /// Different spans.
    pub fn spans(&self) -> u64 {
        self.spans.len() as u64
    }

    /// Whether nothing usable was in the file although something was.
    pub fn is_failure(&self) -> bool {
        self.spans.is_empty() && self.patches == 0 && self.scores == 0 && self.skipped > 0
    }

    /// What was skipped, in the order of the file.
    pub fn skipped(&self) -> Vec<SkippedRecord> {
        let mut skipped = self.reasons.clone();
        let more = self.skipped.saturating_sub(self.reasons.len() as u64);
        if more > 0 {
            skipped.push(SkippedRecord { line: None, reason: format!("{more} more records were skipped") });
        }
        skipped
    }

    /// Adds the traces and spans of another file.
    pub fn add(&mut self, other: Self) {
        if self.spans.is_empty() && self.traces.is_empty() {
            self.traces = other.traces;
            self.spans = other.spans;
        } else {
            self.traces.extend(&other.traces);
            self.spans.extend(&other.spans);
        }
    }
}

fn keys(trace: &str, span: &str) -> (u64, u64) {
    let mut hasher = blake3::Hasher::new();
    hasher.update(trace.as_bytes());
    let trace = first_bytes(&hasher);
    hasher.update(&[0]);
    hasher.update(span.as_bytes());
    (trace, first_bytes(&hasher))
}

fn first_bytes(hasher: &blake3::Hasher) -> u64 {
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
