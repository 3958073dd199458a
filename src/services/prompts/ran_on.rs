//! Which recorded calls ran on which version, where the recordings do not say so: read off their messages.

use std::collections::HashMap;
use std::sync::PoisonError;

use super::error::PromptsError;
use super::library::{Prompts, head_commit};
use super::versions::WORK;
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::run::Case;
use crate::vcs::CommitId;

/// The version that made a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RanOn {
    /// The prompt.
    pub prompt: String,
    /// The version.
    pub version: String,
}

/// What was found out about calls while one commit was checked out.
#[derive(Debug, Default)]
pub(super) struct Known {
    head: Option<CommitId>,
    calls: HashMap<(TraceId, SpanId), Option<RanOn>>,
}

impl Prompts {
    /// The calls among these that were not looked at since the last commit.
    pub fn unseen(&self, traces: Vec<TraceId>) -> Result<Vec<TraceId>, PromptsError> {
        let mut known = self.ran_on.lock().unwrap_or_else(PoisonError::into_inner);
        let head = self.repository().map(head_commit).transpose()?.flatten();
        if known.head != head {
            *known = Known { head, ..Known::default() };
        }
        let seen: std::collections::HashSet<&TraceId> = known.calls.keys().map(|(trace, _)| trace).collect();
        Ok(traces.into_iter().filter(|trace| !seen.contains(trace)).collect())
    }

    /// Finds out which committed version made each of these calls; the file as it is now can have made none of them.
    pub fn look_at(&self, cases: &[Case]) -> Result<(), PromptsError> {
        for case in cases {
            let report = self.match_case(case)?;
            let made = report.matches.into_iter().find(|found| found.version != WORK);
            let made = made.map(|made| RanOn { prompt: made.prompt, version: made.version });
            let mut known = self.ran_on.lock().unwrap_or_else(PoisonError::into_inner);
            known.calls.insert((case.trace_id.clone(), case.span_id.clone()), made);
        }
        Ok(())
    }

    /// The traces whose answer a version of this prompt made, by what [`look_at`](Self::look_at) found out.
    pub fn ran_on(&self, name: &str) -> HashMap<TraceId, RanOn> {
        let known = self.ran_on.lock().unwrap_or_else(PoisonError::into_inner);
        let of_prompt = known.calls.iter().filter_map(|((trace, _), made)| {
            let made = made.as_ref().filter(|made| made.prompt == name)?;
            Some((trace.clone(), made.clone()))
        });
        of_prompt.collect()
    }
}
