//! Cases that can be chosen together for a replay.

use super::Reply;
use super::runs::CaseSet;
use super::worker::ServicesWorker;
use crate::error::AppError;
use crate::services::notes::SET;
use crate::ui::msg::ReplayOf;
use crate::ui::text::counted;

/// Runs whose cases are offered.
const MOST_RUNS: usize = 8;

/// The cases as they are, parts of a prompt's, kept sets, and those of runs.
pub fn offered(worker: &ServicesWorker, of: &ReplayOf, reply: &dyn Reply) -> Result<Vec<CaseSet>, AppError> {
    let store = worker.store(reply)?;
    let mut sets = Vec::new();
    let by_filter = |label: &str, filter: String| CaseSet {
        label: label.to_owned(),
        detail: filter.clone(),
        filter,
        traces: Vec::new(),
    };
    if of.traces.is_empty() {
        let here = if of.filter.is_empty() { "" } else { of.filter.as_str() };
        sets.push(by_filter("as they are", here.to_owned()));
        sets.push(by_filter("of them, with an error", format!("{here} has:error").trim().to_owned()));
        sets.push(by_filter("of them, with feedback", format!("{here} has:feedback").trim().to_owned()));
    } else {
        sets.push(CaseSet {
            label: "as they are".into(),
            detail: counted(of.traces.len() as u64, "trace"),
            traces: of.traces.clone(),
            ..CaseSet::default()
        });
    }
    for (name, traces) in store.score_labels(SET, reply.cancel())? {
        sets.push(CaseSet {
            label: format!("set {name}"),
            detail: counted(traces, "trace"),
            filter: format!("score.{SET}:\"{}\"", name.replace('"', "")),
            traces: Vec::new(),
        });
    }
    for row in store.runs(reply.cancel())?.into_iter().take(MOST_RUNS) {
        let mut traces: Vec<_> = row.run.choice.spans.iter().map(|(trace, _)| trace.clone()).collect();
        traces.dedup();
        let id = row.run.run_id.as_str();
        let short = &id[id.floor_char_boundary(id.len().saturating_sub(4))..];
        sets.push(CaseSet {
            label: format!("cases of run {short}"),
            detail: counted(traces.len() as u64, "trace"),
            traces,
            ..CaseSet::default()
        });
    }
    Ok(sets)
}
