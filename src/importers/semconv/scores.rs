//! Scores that stand in span attributes: OpenInference annotations and evaluations, GenAI evaluation results.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attributes::{Attrs, label, number};
use super::base::Parts;
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::patch::SpanPatch;
use crate::domain::score::{Score, ScoreSource};
use crate::domain::span::Span;
use crate::domain::time::Timestamp;

/// What is being judged.
pub struct Target<'a> {
    /// The trace.
    pub trace_id: &'a TraceId,
    /// The span; `None` for the whole trace.
    pub span_id: Option<&'a SpanId>,
    /// When it was judged.
    pub at: Timestamp,
}

impl Target<'_> {
    fn score(&self, name: String) -> Score {
        Score {
            trace_id: self.trace_id.clone(),
            span_id: self.span_id.cloned(),
            result_id: None,
            name,
            value: None,
            label: None,
            explanation: None,
            source: ScoreSource::Api,
            created_at: self.at,
        }
    }
}

/// Whether an attribute is part of an OpenInference annotation of a span or trace.
pub fn is_annotation(key: &str) -> bool {
    split(key).is_some()
}

/// `trace.annotations.0.annotation.score` → (whole trace, `0`, `score`).
fn split(key: &str) -> Option<(bool, &str, &str)> {
    let (whole_trace, rest) = key.strip_prefix("trace.").map_or((false, key), |rest| (true, rest));
    let (prefix, middle) =
        if rest.starts_with("annotations.") { ("annotations.", "annotation") } else { ("evaluations.", "evaluation") };
    let (index, field) = rest.strip_prefix(prefix)?.split_once('.')?;
    Some((whole_trace, index, field.strip_prefix(middle)?.strip_prefix('.')?))
}

/// Takes the annotations out of the content. A span with exactly one link judges the linked one.
pub fn from_annotations(span: &mut Span, parts: &mut Parts, patches: &mut Vec<SpanPatch>) {
    if !parts.content.iter().any(|(key, _)| is_annotation(key)) {
        return;
    }
    let mut found: BTreeMap<(bool, String), Vec<(String, Value)>> = BTreeMap::new();
    for (key, value) in std::mem::take(&mut parts.content) {
        match split(&key) {
            Some((whole_trace, index, field)) => {
                found.entry((whole_trace, format!("{index:0>8}"))).or_default().push((field.to_owned(), value));
            }
            None => parts.content.push((key, value)),
        }
    }
    let linked = match parts.links.as_slice() {
        [only] => Some((only.trace_id.clone(), only.span_id.clone())),
        _ => None,
    };
    let (trace_id, span_id) = linked.clone().unwrap_or_else(|| (span.trace_id.clone(), span.span_id.clone()));
    let mut scores = Vec::new();
    for ((whole_trace, _), fields) in found {
        let target = Target { trace_id: &trace_id, span_id: (!whole_trace).then_some(&span_id), at: span.started_at };
        let mut score = target.score(String::new());
        for (field, value) in fields {
            match field.as_str() {
                "name" => score.name = label(&value).unwrap_or_default(),
                "score" => score.value = number(&value),
                "label" => score.label = label(&value),
                "explanation" => score.explanation = label(&value),
                "annotator_kind" => score.source = ScoreSource::parse(value.as_str().unwrap_or_default()),
                _ => {}
            }
        }
        scores.push(score);
    }
    if linked.is_some() {
        let mut patch = SpanPatch::new(trace_id, span_id);
        patch.recorded_at = span.started_at;
        patch.scores = scores;
        patches.push(patch);
    } else {
        span.scores.append(&mut scores);
    }
}

/// A `gen_ai.evaluation.result` event.
pub fn from_evaluation(attrs: Attrs<'_>, target: &Target<'_>) -> Option<Score> {
    let mut score = target.score(attrs.label(&["gen_ai.evaluation.name"])?);
    score.value = attrs.number(&["gen_ai.evaluation.score.value"]);
    score.label = attrs.label(&["gen_ai.evaluation.score.label"]);
    score.explanation = attrs.label(&["gen_ai.evaluation.explanation"]);
    Some(score)
}

/// What an evaluator span returned, where it is a number, a verdict, or an object with `score` or `label`.
pub fn from_evaluator(span: &Span, output: &Value) -> Option<Score> {
    let target = Target { trace_id: &span.trace_id, span_id: Some(&span.span_id), at: span.started_at };
    let mut score = target.score(span.name.clone());
    score.source = ScoreSource::Code;
    match output {
        Value::Object(members) => {
            let members = Attrs(members);
            score.value = members.number(&["score", "value"]);
            score.label = members.label(&["label", "verdict"]);
            score.explanation = members.label(&["explanation", "reason", "reasoning"]);
            if let Some(name) = members.text("name") {
                name.clone_into(&mut score.name);
            }
        }
        Value::Bool(passed) => score.value = Some(f64::from(u8::from(*passed))),
        other => score.value = number(other),
    }
    (score.value.is_some() || score.label.is_some()).then_some(score)
}
