//! Requests about traces, performed with the store and the services.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::traces::{Counts, ListQuery, TraceRow, TracesAnswer, TracesRequest};
use super::worker::ServicesWorker;
use super::{Answer, Reply, Waiting};
use crate::domain::filter::Filter;
use crate::domain::golden::Kept;
use crate::domain::ids::TraceId;
use crate::domain::run::CallsMode;
use crate::domain::span::Span;
use crate::error::AppError;
use crate::services::golden::{self, GoldenWish, KeptGolden};
use crate::services::grounding;
use crate::services::notes::{self, ScoreValue};
use crate::services::prompts::MatchReport;
use crate::services::replay::cases_of;
use crate::services::retrieval;
use crate::store::{self, GroundedCounts, Store, StoreError, TracesQuery};
use crate::ui::msg::{Msg, Toast};
use crate::ui::text::counted;

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(worker: &ServicesWorker, request: TracesRequest, reply: &dyn Reply) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    let now = worker.services().clock().now();
    let answer = match request {
        TracesRequest::List(query) => return list(worker, store, &query, reply),
        TracesRequest::Detail(id) => match spans(store, &id, reply)? {
            Some(spans) => TracesAnswer::Detail(Arc::new(spans)),
            None => TracesAnswer::NoSuchTrace(id),
        },
        TracesRequest::Case(id) => match spans(store, &id, reply)? {
            Some(spans) => match cases_of(&spans, CallsMode::Answer).into_iter().next() {
                Some(case) => TracesAnswer::Case(Arc::new(case)),
                None => TracesAnswer::NoCase(id),
            },
            None => TracesAnswer::NoSuchTrace(id),
        },
        TracesRequest::Match(id) => {
            let case =
                spans(store, &id, reply)?.and_then(|spans| cases_of(&spans, CallsMode::Answer).into_iter().next());
            let report = match case {
                Some(case) => worker.services().prompts()?.match_case(&case)?,
                None => MatchReport::default(),
            };
            TracesAnswer::Matched(Arc::new(report))
        }
        TracesRequest::Note { trace_id, text } => {
            notes::keep(store, &notes::note(trace_id, &text, now))?;
            reply.tell(Msg::DataChanged);
            TracesAnswer::Kept
        }
        TracesRequest::Score { trace_id, span_id, name, value } => {
            let mut given = notes::score(trace_id, &name, &ScoreValue::Number(value), None, now);
            given.span_id = span_id;
            notes::keep(store, &given)?;
            reply.tell(Msg::DataChanged);
            TracesAnswer::Kept
        }
        TracesRequest::Judge { trace_id, document, grade } => {
            notes::keep(store, &notes::relevance(trace_id, &document, grade, now))?;
            reply.tell(Msg::DataChanged);
            TracesAnswer::Kept
        }
        TracesRequest::Judgements(id) => {
            let judged = retrieval::judged_here(store, reply.cancel())?;
            TracesAnswer::Judgements(judged.get(&id).cloned().unwrap_or_default())
        }
        TracesRequest::KeepSet { name, traces, filter } => {
            let traces = if traces.is_empty() { matching(worker, store, &filter, reply)? } else { traces };
            notes::keep_set(store, &name, &traces, now)?;
            reply.tell(Msg::DataChanged);
            reply.tell(Msg::Toast(Toast::info(format!(
                "{} kept as the set {name}; score.set:{name} finds them",
                counted(traces.len() as u64, "trace")
            ))));
            TracesAnswer::Kept
        }
        TracesRequest::Causes(filter) => {
            let filter = read_filter(worker, &filter)?;
            TracesAnswer::Causes(store.cause_counts(&filter, 1, reply.cancel())?)
        }
        TracesRequest::OfferGolden(id) => {
            TracesAnswer::GoldenOffer(Arc::new(golden::offer(worker.services(), &id, reply.cancel())?))
        }
        TracesRequest::KeepGolden { trace_id, facts } => {
            let wish = GoldenWish { trace_id, facts: Some(facts), note: None };
            TracesAnswer::GoldenKept(in_words(&golden::keep(worker.services(), wish, reply.cancel())?))
        }
        TracesRequest::Ground(id) => match spans(store, &id, reply)? {
            Some(spans) => match cases_of(&spans, CallsMode::Answer).into_iter().next() {
                Some(case) => {
                    let scorer = worker.services().scorer(reply.cancel())?;
                    TracesAnswer::Grounding(Arc::new(grounding::of_recorded(store, &scorer, &case, reply.cancel())?))
                }
                None => TracesAnswer::NoCase(id),
            },
            None => TracesAnswer::NoSuchTrace(id),
        },
    };
    reply.send(Answer::Traces(answer));
    Ok(())
}

fn read_filter(worker: &ServicesWorker, filter: &str) -> Result<Filter, AppError> {
    Filter::parse(filter, worker.services().clock().now())
        .map_err(|error| AppError::usage(format!("the filter: {}", error.message)))
}

/// Where a golden case was kept.
fn in_words(golden: &KeptGolden) -> String {
    let id = golden.case.id.as_str();
    let facts = counted(golden.case.expected_facts.len() as u64, "expected fact");
    match golden.kept {
        Kept::Added => format!("kept in {} as {id} with {facts}", golden::FILE_NAME),
        Kept::Updated => format!("{id} in {} has {facts} now", golden::FILE_NAME),
        Kept::Unchanged => format!("{id} in {} says the same already", golden::FILE_NAME),
    }
}

fn matching(worker: &ServicesWorker, store: &Store, filter: &str, reply: &dyn Reply) -> Result<Vec<TraceId>, AppError> {
    let filter = read_filter(worker, filter)?;
    let query = TracesQuery { filter, limit: u32::MAX as usize, ..TracesQuery::default() };
    Ok(store.trace_ids(&query, reply.cancel())?)
}

fn list(worker: &ServicesWorker, store: &Store, query: &ListQuery, reply: &dyn Reply) -> Result<(), AppError> {
    let filter = match Filter::parse(&query.filter, worker.services().clock().now()) {
        Ok(filter) => filter,
        Err(error) => {
            let message = format!("{}; {}", error.message, error.expected);
            reply.send(Answer::Traces(TracesAnswer::BadFilter { position: error.position, message }));
            return Ok(());
        }
    };
    let cancel = reply.cancel();
    let all = store.size(cancel)?.traces;
    let mut pager = worker.pager().lock().unwrap_or_else(PoisonError::into_inner);
    pager.turn_to(query);
    let rows = pager.page(query, &filter, store, cancel)?;
    let end = (query.offset + rows.len()) as u64;
    // Counting can take longer than reading the page: the page goes first, with what is known for sure.
    let provisional = pager.matched().unwrap_or(if rows.len() < query.limit { end } else { end + 1 });
    let ids: Vec<TraceId> = rows.iter().map(|row| row.trace_id.clone()).collect();
    let grounded = store.grounded_counts(&ids, cancel)?;
    let rows = rows.into_iter().map(|known| row(known, &grounded)).collect();
    let counts = Counts { matched: provisional, all };
    let waiting = reply.send(Answer::Traces(TracesAnswer::Page { offset: query.offset, rows, counts }));
    if waiting == Waiting::Yes {
        let matched = pager.count(&filter, all, store, cancel)?;
        reply.send(Answer::Traces(TracesAnswer::Counts(Counts { matched, all })));
    }
    Ok(())
}

/// The spans of a trace by their start, each with its scores; `None` where there is no such trace. An id may be shortened.
fn spans(store: &Store, id: &TraceId, reply: &dyn Reply) -> Result<Option<Vec<Span>>, AppError> {
    let missing = |error: &StoreError| matches!(error, StoreError::NotFound { .. });
    let found = match store.trace(id, reply.cancel()) {
        Err(error) if missing(&error) => match store.resolve_trace(id.as_str(), reply.cancel()) {
            Err(error) if missing(&error) => return Ok(None),
            resolved => store.trace(&resolved?, reply.cancel()),
        },
        found => found,
    };
    let mut detail = found?;
    detail.spans.sort_by_key(|span| span.started_at);
    let root = detail.spans.iter().position(|span| span.span_id == detail.row.root_span_id).unwrap_or(0);
    let of_trace = detail.scores.into_iter().filter(|score| score.span_id.is_none() && score.result_id.is_none());
    if let Some(root) = detail.spans.get_mut(root) {
        root.scores.extend(of_trace);
    }
    Ok(Some(detail.spans))
}

fn row(row: store::TraceRow, grounded: &HashMap<TraceId, GroundedCounts>) -> TraceRow {
    let prompt = match (row.prompt_name, row.prompt_version) {
        (Some(name), Some(version)) => Some(format!("{name}@{version}")),
        // Some instrumentations record the version alone.
        (None, Some(version)) => Some(format!("@{version}")),
        (name, None) => name,
    };
    TraceRow {
        grounded: grounded.get(&row.trace_id).copied(),
        trace_id: row.trace_id,
        name: row.name,
        started_at: row.started_at,
        duration_ns: row.duration_ms.map(|millis| (millis * 1e6) as i64),
        status: row.status,
        question: row.input_preview,
        answer: row.output_preview,
        models: row.models,
        prompt,
        tokens: row.tokens,
        cost: row.cost_usd,
        spans: row.spans,
        chunks: row.chunks,
        error: row.has_error.then(|| "a span failed".to_owned()),
        feedback: row.feedback,
        session: row.session_id.map(|id| id.as_str().to_owned()),
    }
}
