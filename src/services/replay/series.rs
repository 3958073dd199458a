//! A series of tries on one case: each is another variant of the same run.

use std::collections::HashSet;

use super::order::{PromptRenderer, ReplayOrder, letters, prompt_hash};
use super::plan::ReplayPlan;
use super::plan_error::PlanError;
use super::resume::ResumeOrder;
use super::service::ReplayService;
use crate::domain::cancel::Cancel;
use crate::domain::ids::{RunId, VariantId};
use crate::domain::run::{Run, Variant};

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
        let mut taken = 0;
        let tries = |run: &Run| {
            if run.samples != order.samples.max(1) {
                return Err("it has another number of samples, so no try can be added to it".to_owned());
            }
            taken = run.variants.len();
            let named = order.variants().into_iter().zip(taken..).map(|(variant, at)| Variant {
                id: letters(at).into(),
                prompt_hash: prompt_hash(&variant, renderer),
                ..variant
            });
            Ok(named.collect())
        };
        let mut plan = self.extend(run_id, tries, &ResumeOrder::of(order), renderer, cancel)?;
        // A try before that was stopped stays so: only what was ordered now is sent.
        let ordered: HashSet<VariantId> =
            plan.run.variants.iter().skip(taken).map(|variant| variant.id.clone()).collect();
        plan.calls.retain(|call| call.variant >= taken);
        plan.skipped.retain(|result| ordered.contains(&result.variant));
        self.count(&mut plan);
        Ok(plan)
    }
}
