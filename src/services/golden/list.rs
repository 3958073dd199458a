//! Which golden cases there are.

use std::collections::HashSet;

use super::file;
use crate::domain::cancel::Cancel;
use crate::domain::filter::evaluate::{TraceFacts, matches};
use crate::domain::filter::{Expr, Filter};
use crate::domain::golden::GoldenCase;
use crate::domain::ids::{SourceId, SpanId, TraceId};
use crate::domain::span::Span;
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::services::Services;
use crate::store::{Store, TracesQuery};

/// Whether a case's trace is in the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// It is.
    Here,
    /// It is not any more, or the case was written by hand.
    Gone,
}

/// A golden case of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedCase {
    /// The case.
    pub golden: GoldenCase,
    /// Whether its trace is in the workspace.
    pub recording: Recording,
}

/// The golden cases that a filter matches, in the order of the file. Of a case whose trace is in the workspace the filter
/// looks at the trace; of another one at what its line holds: id, question, chunks, expected facts and note.
pub fn list(services: &Services, store: &Store, filter: &Filter, cancel: &Cancel) -> Result<Vec<ListedCase>, AppError> {
    let file = file::read(services.workspace()?)?;
    let cases: Vec<GoldenCase> = file.cases().into_iter().cloned().collect();
    let traces: Vec<TraceId> = cases.iter().filter_map(|case| case.trace_id.clone()).collect();
    let spans = store.spans_of(&traces, cancel)?;
    let here: HashSet<&TraceId> =
        traces.iter().zip(&spans).filter(|(_, spans)| !spans.is_empty()).map(|(trace, _)| trace).collect();
    let matching: Option<HashSet<TraceId>> = if filter.expr == Expr::All || here.is_empty() {
        None
    } else {
        let query = TracesQuery { filter: filter.clone(), limit: u32::MAX as usize, ..TracesQuery::default() };
        Some(store.trace_ids(&query, cancel)?.into_iter().collect())
    };
    let listed = cases.into_iter().filter_map(|golden| {
        let trace = golden.trace_id.as_ref().filter(|trace| here.contains(trace));
        let (recording, is_match) = match trace {
            Some(trace) => (Recording::Here, matching.as_ref().is_none_or(|matching| matching.contains(trace))),
            None => (Recording::Gone, holds(filter, &golden)),
        };
        is_match.then_some(ListedCase { golden, recording })
    });
    Ok(listed.collect())
}

/// Whether a filter matches what a line holds.
fn holds(filter: &Filter, golden: &GoldenCase) -> bool {
    let id = golden.id.as_str();
    let trace = golden.trace_id.clone().unwrap_or_else(|| TraceId::from(id));
    let started = golden.created_at.unwrap_or(Timestamp::from_nanos(0));
    let mut span = Span::new(trace, SpanId::from(id), started, SourceId::from(super::FILE_NAME));
    span.input_text = Some(golden.question.clone());
    let said = golden.expected_facts.iter().map(String::as_str).chain(golden.note.as_deref());
    span.output_text = Some(said.collect::<Vec<_>>().join("\n"));
    span.chunks = golden.as_chunks();
    matches(filter, TraceFacts { spans: &[span], scores: &[], repeated: &[] })
}
