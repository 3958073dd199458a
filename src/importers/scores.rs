//! Scores by themselves: feedback or reviews kept apart from the traces they judge, as JSON lines.
//!
//! A line is `{"trace_id", "span_id"?, "name", "value"?, "label"?, "explanation"?, "source"?, "created_at"}`, the columns
//! of the public `scores` table; `created_at` is RFC 3339.

use std::io::{BufRead, BufReader, Read};

use serde::Deserialize;

use super::batch::{Batch, BatchSink, ImportError, Importer, Input, Skipped};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::score::{Score, ScoreSource};
use crate::domain::time::Timestamp;

/// Scores are handed on in batches of this many.
const BATCH: usize = 1_000;
/// A line longer than this is no score.
const LONGEST: u64 = 1024 * 1024;

/// Reads scores as JSON lines.
pub struct Scores;

#[derive(Deserialize)]
struct Line {
    trace_id: String,
    span_id: Option<String>,
    name: String,
    value: Option<f64>,
    label: Option<String>,
    explanation: Option<String>,
    source: Option<String>,
    created_at: String,
}

impl Line {
    fn score(self) -> Result<Score, String> {
        if self.trace_id.is_empty() || self.name.is_empty() {
            return Err("a score needs a trace_id and a name".to_owned());
        }
        let created_at = Timestamp::parse_rfc3339(&self.created_at)
            .ok_or_else(|| format!("created_at is `{}`, not a time such as 2026-11-23T06:41:07Z", self.created_at))?;
        Ok(Score {
            trace_id: TraceId::from(self.trace_id),
            span_id: self.span_id.filter(|id| !id.is_empty()).map(SpanId::from),
            result_id: None,
            name: self.name,
            value: self.value,
            label: self.label,
            explanation: self.explanation,
            source: ScoreSource::parse(self.source.as_deref().unwrap_or("api")),
            created_at,
        })
    }
}

impl Importer for Scores {
    fn name(&self) -> &'static str {
        "scores"
    }

    fn description(&self) -> &'static str {
        "scores, feedback and reviews of traces as JSON lines with the columns of the scores table"
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let first = head.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        first.is_some_and(|line| serde_json::from_slice::<Line>(line).is_ok())
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn BatchSink) -> Result<(), ImportError> {
        let mut reader = BufReader::new(input.reader);
        let mut batch = Batch::default();
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                break;
            }
            batch.bytes += read as u64;
            let line = bytes.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let score = serde_json::from_slice::<Line>(line).map_err(|error| error.to_string()).and_then(Line::score);
            match score {
                Ok(score) => batch.scores.push(score),
                Err(reason) => batch.skipped.push(Skipped { line: Some(number), reason }),
            }
            if batch.scores.len() >= BATCH {
                sink.accept(std::mem::take(&mut batch))?;
            }
        }
        sink.accept(batch)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SourceId;
    use crate::importers::SinkClosed;

    #[derive(Default)]
    struct Kept(Batch);

    impl BatchSink for Kept {
        fn accept(&mut self, batch: Batch) -> Result<(), SinkClosed> {
            self.0.append(batch);
            Ok(())
        }
    }

    fn read(text: &str) -> Batch {
        let mut kept = Kept::default();
        let input = Input { reader: Box::new(text.as_bytes()), source_id: SourceId::from("s") };
        Scores.read(input, &mut kept).unwrap();
        kept.0
    }

    #[test]
    fn good_lines_are_scores_and_bad_ones_are_named() {
        let text = concat!(
            r#"{"trace_id":"t1","name":"verdict","value":0,"label":"wrong","source":"human","created_at":"2026-11-23T06:00:00Z"}"#,
            "\n\n",
            r#"{"trace_id":"t2","name":"verdict","created_at":"yesterday"}"#,
            "\n",
            r#"{"trace_id":"t3"}"#,
            "\n",
        );
        assert!(Scores.sniff(text.as_bytes()));
        let batch = read(text);
        assert_eq!(batch.scores.len(), 1);
        assert_eq!((batch.scores[0].value, batch.scores[0].source), (Some(0.0), ScoreSource::Human));
        let lines: Vec<_> = batch.skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!(lines, [Some(3), Some(4)]);
        assert!(batch.skipped[0].reason.contains("yesterday"));
    }

    #[test]
    fn a_trace_is_not_taken_for_a_score() {
        assert!(!Scores.sniff(br#"{"resourceSpans":[]}"#));
    }
}
