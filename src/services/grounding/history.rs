//! Grounds every recorded answer that has chunks, so that filters and tables can tell.

use super::{Everything, of_case};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Scorer, VERSION};
use crate::domain::ids::TraceId;
use crate::domain::run::CallsMode;
use crate::domain::span::Span;
use crate::error::AppError;
use crate::services::replay::cases_of;
use crate::services::retrieval::judged_here;
use crate::store::{GroundedTrace, Store, Ungrounded};

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
///
/// It may be cancelled at any time: what was written stays, and the rest is done the next time.
pub fn catch_up(
    store: &Store,
    scorer: &Scorer,
    progress: &mut dyn FnMut(Progress),
    cancel: &Cancel,
) -> Result<u64, AppError> {
    let total = store.ungrounded_count(VERSION, cancel)?;
    // What was ever retrieved is read once, where there is something to do.
    let mut known: Option<Everything> = None;
    let mut done = 0;
    while done < total {
        let batch = store.ungrounded(VERSION, BATCH, cancel)?;
        if batch.is_empty() {
            break;
        }
        let ids: Vec<TraceId> = batch.iter().map(|trace| trace.trace_id.clone()).collect();
        let spans = store.spans_of(&ids, cancel)?;
        let everything = match &mut known {
            Some(everything) => &*everything,
            none => &*none.insert(Everything::of(store.chunks_seen(cancel)?, judged_here(store, cancel)?)),
        };
        let grounded = ground(scorer, everything, batch, &spans);
        if grounded.is_empty() {
            break;
        }
        store.put_groundings(VERSION, &grounded, cancel)?;
        done += grounded.len() as u64;
        progress(Progress { done, total: total.max(done) });
    }
    Ok(done)
}

/// Grounds traces on all cores, in their order.
fn ground(
    scorer: &Scorer,
    everything: &Everything,
    traces: Vec<Ungrounded>,
    spans: &[Vec<Span>],
) -> Vec<GroundedTrace> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = traces.len().div_ceil(cores).max(1);
    let pairs: Vec<(Ungrounded, &Vec<Span>)> = traces.into_iter().zip(spans).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = pairs
            .chunks(share)
            .map(|some| {
                scope.spawn(move || {
                    some.iter().map(|(trace, spans)| of_trace(scorer, everything, trace, spans)).collect()
                })
            })
            .collect();
        // A thread that died leaves its traces for the next time.
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|_| Vec::new())).collect()
    })
}

fn of_trace(scorer: &Scorer, everything: &Everything, trace: &Ungrounded, spans: &[Span]) -> GroundedTrace {
    let case = cases_of(spans, CallsMode::Answer).into_iter().next();
    let case = case.filter(|case| !case.chunks.is_empty() && case.answer.is_some());
    let grounding = case.as_ref().map(|case| of_case(scorer, case)).unwrap_or_default();
    let at = spans.iter().map(|span| span.started_at).max().unwrap_or_default();
    GroundedTrace {
        trace: trace.clone(),
        causes: case.as_ref().map(|case| everything.causes(scorer, case, &grounding, at)).unwrap_or_default(),
        grounding,
        span_id: case.map(|case| case.span_id),
    }
}
