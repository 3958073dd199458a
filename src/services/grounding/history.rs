//! Grounds every recorded answer that has chunks, so that filters and tables can tell.

use super::{Everything, Since, answered, of_case};
use std::collections::HashMap;

use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Judged, Ruling, Scorer, VERSION, apply_rulings};
use crate::domain::ids::TraceId;
use crate::domain::run::CallsMode;
use crate::domain::span::Span;
use crate::error::AppError;
use crate::services::replay::cases_of;
use crate::services::retrieval::judged_here;
use crate::store::{GroundedTrace, OpenAnswer, Store, StoreError, Ungrounded};

/// Traces that are read and written together: the index is open for writing so briefly.
const BATCH: usize = 1_000;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Traces done.
    pub done: u64,
    /// Traces in all.
    pub total: u64,
}

/// Grounds what was never grounded, has changed since, or was grounded by another scorer; says how many traces it was.
/// Where chunks have come by now that could change why an earlier answer is wrong, that is worked out again.
///
/// It may be cancelled at any time: what was written stays, and the rest is done the next time.
pub fn catch_up(
    store: &Store,
    scorer: &Scorer,
    progress: &mut dyn FnMut(Progress),
    cancel: &Cancel,
) -> Result<u64, AppError> {
    // What was ever retrieved is read once, where there is something to do.
    let mut known: Option<Everything> = None;
    reopen(store, scorer, &mut known, cancel)?;
    let total = store.ungrounded_count(VERSION, cancel)?;
    let mut done = 0;
    while done < total {
        let batch = store.ungrounded(VERSION, BATCH, cancel)?;
        if batch.is_empty() {
            break;
        }
        let ids: Vec<TraceId> = batch.iter().map(|trace| trace.trace_id.clone()).collect();
        let spans = store.spans_of(&ids, cancel)?;
        let rulings = store.rulings_of(&ids, cancel)?;
        let everything = read(store, &mut known, cancel)?;
        let grounded = ground(&Known { scorer, everything, rulings }, batch, &spans);
        if grounded.is_empty() {
            break;
        }
        store.put_groundings(VERSION, &grounded, cancel)?;
        done += grounded.len() as u64;
        progress(Progress { done, total: total.max(done) });
    }
    Ok(done)
}

/// Everything that was ever retrieved, read at the first call.
fn read<'k>(store: &Store, known: &'k mut Option<Everything>, cancel: &Cancel) -> Result<&'k Everything, AppError> {
    Ok(match known {
        Some(everything) => &*everything,
        none => &*none.insert(Everything::of(store.chunks_seen(cancel)?, judged_here(store, cancel)?)),
    })
}

/// Has answers grounded again whose causes could be others, since traces that are to be grounded now brought chunks that
/// no trace had before.
///
/// It comes before those are grounded: where it is interrupted, they still are to be, and it is done the next time.
fn reopen(store: &Store, scorer: &Scorer, known: &mut Option<Everything>, cancel: &Cancel) -> Result<(), AppError> {
    let open = store.open_answers(VERSION, cancel)?;
    if open.is_empty() {
        return Ok(());
    }
    let fresh = store.chunks_only_in_ungrounded(VERSION, cancel)?;
    if fresh.is_empty() {
        return Ok(());
    }
    let (everything, since) = (read(store, known, cancel)?, Since::of(fresh));
    let is_reached = |answer: &OpenAnswer| !cancel.is_cancelled() && everything.is_reached(scorer, &since, answer);
    let reached = on_all_cores(&open, |answer| is_reached(answer).then(|| answer.trace_id.clone()));
    let reached: Vec<TraceId> = reached.into_iter().flatten().collect();
    if cancel.is_cancelled() {
        return Err(StoreError::Interrupted.into());
    }
    Ok(store.forget_groundings(&reached, cancel)?)
}

/// Does the same with each of many things, on all cores; what comes out is in their order.
fn on_all_cores<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = things.len().div_ceil(cores).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            things.chunks(share).map(|some| scope.spawn(move || some.iter().map(work).collect::<Vec<R>>())).collect();
        // A thread that died leaves its things for the next time.
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|_| Vec::new())).collect()
    })
}

/// What grounding goes by.
struct Known<'k> {
    scorer: &'k Scorer,
    everything: &'k Everything,
    rulings: HashMap<TraceId, Vec<Ruling>>,
}

/// Grounds traces on all cores, in their order.
fn ground(known: &Known<'_>, traces: Vec<Ungrounded>, spans: &[Vec<Span>]) -> Vec<GroundedTrace> {
    let pairs: Vec<(Ungrounded, &Vec<Span>)> = traces.into_iter().zip(spans).collect();
    on_all_cores(&pairs, |(trace, spans)| of_trace(known, trace, spans))
}

fn of_trace(known: &Known<'_>, trace: &Ungrounded, spans: &[Span]) -> GroundedTrace {
    let Known { scorer, everything, rulings } = known;
    let case = cases_of(spans, CallsMode::Answer).into_iter().next();
    let case = case.filter(|case| !case.chunks.is_empty() && case.answer.is_some());
    let mut grounding = case.as_ref().map(|case| of_case(scorer, case)).unwrap_or_default();
    if let (Some(case), Some(rulings)) = (&case, rulings.get(&trace.trace_id)) {
        apply_rulings(&mut grounding, &Judged::of(&answered(case)), &case.span_id, rulings);
    }
    let at = spans.iter().map(|span| span.started_at).max().unwrap_or_default();
    GroundedTrace {
        trace: trace.clone(),
        causes: case.as_ref().map(|case| everything.causes(scorer, case, &grounding, at)).unwrap_or_default(),
        grounding,
        span_id: case.map(|case| case.span_id),
    }
}
