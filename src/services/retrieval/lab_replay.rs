//! The recorded cases with what another retriever found, ready to be replayed.

use std::collections::BTreeMap;

use super::lab::{LabReport, RECORDED};
use super::ranked::Found;
use crate::domain::chunk_lists::{ChunkLists, Wanted, changes_to};
use crate::domain::ids::TraceId;
use crate::domain::run::Case;
use crate::error::AppError;

/// Cases and their other chunks.
#[derive(Clone, Debug)]
pub struct LabCases {
    /// The cases whose chunks would be others.
    pub cases: Vec<Case>,
    /// The chunks.
    pub lists: ChunkLists,
    /// Traces that would be given the same chunks in the same order.
    pub unchanged: usize,
}

impl LabReport {
    /// The recorded cases with what a retriever found in the place of their chunks, as many as were recorded. Without a
    /// name it is the last one that was tried.
    pub fn cases_with(&self, retriever: Option<&str>) -> Result<LabCases, AppError> {
        let tried = || self.rankings.iter().filter(|rankings| rankings.retriever != RECORDED);
        let rankings = match retriever {
            None => tried().next_back(),
            Some(name) => tried().find(|rankings| rankings.retriever == name),
        };
        let rankings = rankings.ok_or_else(|| {
            let names: Vec<&str> = tried().map(|rankings| rankings.retriever.as_str()).collect();
            AppError::usage(format!("no retriever `{}` was tried", retriever.unwrap_or_default()))
                .hint(format!("name one of {}", names.join(", ")))
        })?;
        let mut traces: BTreeMap<TraceId, Vec<_>> = BTreeMap::new();
        let (mut cases, mut unchanged) = (Vec::new(), 0);
        for (question, found) in self.questions.iter().zip(&rankings.found) {
            let case = question.recorded.as_ref().and_then(|recorded| recorded.case.as_ref());
            let (Some(case), Some(found)) = (case, found) else { continue };
            let wanted: Vec<Wanted<'_>> =
                found.iter().filter(|one| !one.text.is_empty()).take(case.chunks.len()).map(wanted).collect();
            let changes = changes_to(&case.chunks, &wanted);
            if changes.is_empty() {
                unchanged += 1;
                continue;
            }
            traces.insert(case.trace_id.clone(), changes);
            cases.push(case.clone());
        }
        Ok(LabCases { cases, lists: ChunkLists { retriever: rankings.retriever.clone(), traces }, unchanged })
    }
}

fn wanted(found: &Found) -> Wanted<'_> {
    Wanted { document_id: found.document.as_str(), content: &found.text, metadata: &found.metadata }
}
