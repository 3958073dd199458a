//! Requests about the chunks of a case, performed with the store and the services.

use std::sync::Arc;

use super::retrieval::{RetrievalAnswer, RetrievalRequest, series_name};
use super::worker::ServicesWorker;
use super::{Answer, Reply, run_service};
use crate::domain::chunk_edit::edit_chunks;
use crate::domain::run::{CallsMode, Case};
use crate::error::AppError;
use crate::services::grounding;
use crate::services::replay::{cases_of, surroundings_of};
use crate::services::what_if::{Looked, look};
use crate::store::RunRow;

/// Chunks that a search shows.
const FOUND: usize = 100;

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(worker: &ServicesWorker, request: RetrievalRequest, reply: &dyn Reply) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    let answer = match request {
        RetrievalRequest::Around(id) => {
            let spans = store.trace(&id, reply.cancel())?.spans;
            let case = cases_of(&spans, CallsMode::Answer).into_iter().next();
            let around = case.map(|case| surroundings_of(&spans, &case)).unwrap_or_default();
            RetrievalAnswer::Around(Arc::new(around))
        }
        RetrievalRequest::Look { case, edits, at } => {
            let prices = worker.services().prices()?;
            RetrievalAnswer::Look(Arc::new(look(&Looked { case: &case, edits: &edits, at }, prices)))
        }
        RetrievalRequest::Ground { case, edits, answer } => {
            let chunks = edit_chunks(&case.chunks, &edits).map_err(AppError::usage)?;
            let given = Case { answer: Some(answer), chunks, ..Case::clone(&case) };
            RetrievalAnswer::Grounded(Arc::new(grounding::of_case(&*worker.services().scorer(reply.cancel())?, &given)))
        }
        RetrievalRequest::Find(text) => RetrievalAnswer::Found(store.find_chunks(&text, FOUND, reply.cancel())?),
        RetrievalRequest::Series { trace, run } => {
            let name = series_name(&trace);
            let newest = |rows: Vec<RunRow>| rows.into_iter().find(|row| row.run.name.as_ref() == Some(&name));
            let run = match run {
                Some(run) => Some(run),
                None => newest(store.runs(reply.cancel())?).map(|row| row.run.run_id),
            };
            let detail = run.map(|run| run_service::detail(store, &run, reply)).transpose()?;
            RetrievalAnswer::Series(detail.map(Arc::new))
        }
    };
    reply.send(Answer::Retrieval(answer));
    Ok(())
}
