//! A series of tries on one case: each is another variant of the same run.

use std::collections::HashSet;

use super::batch::BatchWish;
use super::order::{PromptRenderer, ReplayOrder, letters};
use super::plan::{PlanError, ReplayPlan};
use super::resume::{ResumeOrder, UnknownCalls, told};
use super::service::ReplayService;
use crate::domain::cancel::Cancel;
use crate::domain::ids::{RunId, VariantId};
use crate::store::Journal;

impl ReplayService {
    /// Plans the variants of an order as further ones of a run of one case: their results are numbered after those it
    /// has, its cap holds for all of them together, and what is open of earlier ones is left alone. Blocks.
    pub fn add_tries(
        &self,
        run_id: &RunId,
        order: &ReplayOrder,
        renderer: Option<&dyn PromptRenderer>,
        cancel: &Cancel,
    ) -> Result<ReplayPlan, PlanError> {
        let journal = Journal::of_run_alone(self.store().state_dir(), run_id)?;
        let mut journalled = told(&journal, run_id)?;
        if journalled.run.choice.spans.len() != 1 || journalled.run.samples != order.samples.max(1) {
            let reason = "it has several cases or another number of samples, so no try can be added to it".to_owned();
            return Err(PlanError::NotResumable { run: run_id.as_str().to_owned(), reason });
        }
        let taken = journalled.run.variants.len();
        for (mut variant, at) in order.variants().into_iter().zip(taken..) {
            variant.id = letters(at).into();
            variant.prompt_hash =
                renderer.zip(variant.prompt.as_ref()).and_then(|(renderer, prompt)| renderer.content_hash(prompt));
            journalled.run.variants.push(variant);
        }
        let resume = ResumeOrder {
            unknown: UnknownCalls::Leave,
            max_cost: None,
            concurrency: order.concurrency,
            cache: order.cache,
            default_max_output: order.default_max_output,
            diverged: None,
            batches: BatchWish::Await,
        };
        let mut plan = self.go_on((journal, journalled), &resume, &HashSet::new(), renderer, cancel)?;
        plan.amended = true;
        // A try before that was stopped stays so: only what was ordered now is sent.
        let ordered: HashSet<VariantId> =
            plan.run.variants.iter().skip(taken).map(|variant| variant.id.clone()).collect();
        plan.calls.retain(|call| call.variant >= taken);
        plan.skipped.retain(|result| ordered.contains(&result.variant));
        self.count(&mut plan);
        Ok(plan)
    }
}
