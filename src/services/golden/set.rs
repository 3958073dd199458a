//! The golden cases of a run, rebuilt: from their recordings, or from question and chunks where those are gone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::prompts::GoldenPrompts;
use crate::domain::cancel::Cancel;
use crate::domain::golden::GoldenCase;
use crate::domain::ids::{RunId, SpanId, TraceId};
use crate::domain::run::{CallsMode, Case};
use crate::domain::span::PromptRef;
use crate::error::AppError;
use crate::services::prompts::Prompts;
use crate::services::replay::{PlanError, ReplayOrder, ReplayPlan, ReplayService, ResumeOrder};

/// What a case is called in a run.
pub(super) type Key = (TraceId, SpanId);

/// Golden cases, each with the call that it is asked as.
#[derive(Clone, Debug, Default)]
pub struct GoldenSet {
    /// The cases in the order of the file, and the calls.
    pub(super) cases: Vec<(GoldenCase, Case)>,
    /// Those whose recording is not in the workspace any more, or never was.
    pub(super) gone: HashSet<Key>,
}

impl GoldenSet {
    /// Rebuilds cases. Reads the index.
    pub fn rebuild(service: &ReplayService, golden: Vec<GoldenCase>, cancel: &Cancel) -> Result<Self, AppError> {
        let traces: BTreeSet<&TraceId> = golden.iter().filter_map(|case| case.trace_id.as_ref()).collect();
        let traces: Vec<TraceId> = traces.into_iter().cloned().collect();
        let answering = service.cases(&traces, CallsMode::Answer, cancel)?;
        let all = service.cases(&traces, CallsMode::All, cancel)?;
        let answering: BTreeMap<&TraceId, &Case> = answering.iter().map(|case| (&case.trace_id, case)).collect();
        let all: BTreeMap<(&TraceId, &SpanId), &Case> =
            all.iter().map(|case| ((&case.trace_id, &case.span_id), case)).collect();
        let mut set = Self::default();
        for golden in golden {
            let recorded = match (&golden.trace_id, &golden.span_id) {
                (Some(trace), Some(span)) => all.get(&(trace, span)).copied(),
                (Some(trace), None) => answering.get(trace).copied(),
                (None, _) => None,
            };
            let case = recorded.cloned().unwrap_or_else(|| {
                let case = without_recording(&golden);
                set.gone.insert(key(&case));
                case
            });
            set.cases.push((golden, case));
        }
        Ok(set)
    }

    /// Only the cases of a run.
    #[must_use]
    pub fn of_run(mut self, spans: &[Key]) -> Self {
        let wanted: HashSet<&Key> = spans.iter().collect();
        self.cases.retain(|(_, case)| wanted.contains(&key(case)));
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Plans a run of the cases; sends nothing.
    pub fn plan(
        &self,
        service: &ReplayService,
        order: &ReplayOrder,
        prompts: &Prompts,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let mut seen = HashSet::new();
        let cases = self.cases.iter().map(|(_, case)| case).filter(|case| seen.insert(key(case)));
        let renderer = GoldenPrompts::new(prompts, self.gone.clone());
        let plan = service.plan(order, cases.cloned().collect(), Some(&renderer), cancel)?;
        Ok(self.explained(plan))
    }

    /// Plans what is left of a run of golden cases.
    pub fn resume(
        &self,
        service: &ReplayService,
        run_id: &RunId,
        order: &ResumeOrder,
        prompts: &Prompts,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let gone = self.cases.iter().map(|(_, case)| case).filter(|case| self.gone.contains(&key(case)));
        let service = service.clone().with_unrecorded(gone.cloned().collect());
        let renderer = GoldenPrompts::new(prompts, self.gone.clone());
        let plan = service.resume(run_id, order, Some(&renderer), cancel)?;
        Ok(self.explained(plan))
    }

    /// Says of cases without recording why they are skipped, and of the others what they are asked from.
    fn explained(&self, mut plan: ReplayPlan) -> ReplayPlan {
        let without_prompt: HashSet<_> =
            plan.run.variants.iter().filter(|variant| variant.prompt.is_none()).map(|variant| &variant.id).collect();
        for skipped in &mut plan.skipped {
            let is_gone = self.gone.contains(&(skipped.trace_id.clone(), skipped.span_id.clone()));
            if is_gone && without_prompt.contains(&skipped.variant) {
                let reason =
                    "its recording is not in the workspace; with -p PROMPT it is asked from its question and chunks";
                skipped.error = Some(reason.to_owned());
            }
        }
        let asked: HashSet<Key> =
            plan.calls.iter().map(|call| key(&call.case)).filter(|key| self.gone.contains(key)).collect();
        if !asked.is_empty() {
            let cases = if asked.len() == 1 { "case is" } else { "cases are" };
            plan.notes.push(format!(
                "{} {cases} asked from question and chunks: no recording is in the workspace",
                asked.len()
            ));
        }
        plan
    }
}

pub(super) fn key(case: &Case) -> Key {
    (case.trace_id.clone(), case.span_id.clone())
}

/// A call of which only question, chunks and perhaps the prompt's variables are known.
fn without_recording(golden: &GoldenCase) -> Case {
    let id = golden.id.as_str();
    let trace_id = golden.trace_id.clone().unwrap_or_else(|| TraceId::from(id));
    let span_id = golden.span_id.clone().unwrap_or_else(|| SpanId::from(id));
    Case {
        prompt: PromptRef { variables: golden.variables.clone(), ..PromptRef::default() },
        chunks: golden.as_chunks(),
        question: golden.question.clone(),
        ..Case::unknown(trace_id, span_id)
    }
}
