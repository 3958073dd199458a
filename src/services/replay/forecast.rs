//! What a plan would send and cost, by model.

use std::collections::BTreeMap;

use super::plan::{PlanModel, PlannedCall, ReplayPlan};
use super::service::ReplayService;
use super::tokens::input_estimate;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;

impl ReplayService {
    /// Counts what is to be sent, by model.
    pub(in crate::services) fn count(&self, plan: &mut ReplayPlan) {
        let mut models: BTreeMap<String, PlanModel> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        let mut guessed = false;
        let now = self.clock().now();
        for call in &plan.calls {
            let name = call.model.to_string();
            let entry = models.entry(name.clone()).or_insert_with(|| {
                order.push(name.clone());
                PlanModel {
                    model: name.clone(),
                    origin: call.provider.origin().to_owned(),
                    proxy: self.providers().proxy(&call.model.provider),
                    ..PlanModel::default()
                }
            });
            guessed |= entry.count(call, now) == Basis::Guessed;
        }
        plan.models = order.iter().filter_map(|name| models.remove(name)).collect();
        plan.basis = format!(
            "input: a token for every 4 bytes of the request; output: as long as the recorded answer{}",
            if guessed { ", and the most allowed where that is not known" } else { "" }
        );
    }

    pub(super) fn sum_up(&self, plan: &mut ReplayPlan) {
        self.count(plan);
        plan.run.estimated_cost = Some(plan.estimated_cost());
        if plan.calls.iter().any(|call| call.chain.is_some()) {
            plan.notes.push(
                "each chain is counted as long as it was recorded; one that goes on longer stops at its limits and at the cap"
                    .to_owned(),
            );
        }
        let dearest = plan.calls.iter().filter(|call| call.cached.is_none()).max_by_key(|call| call.reservation);
        if let (Some(cap), Some(call)) = (plan.run.max_cost, dearest)
            && call.reservation > cap
        {
            plan.notes.push(format!(
                "one call of {} can cost up to ${:.4} ({} output tokens allowed), more than the cap of ${cap}: it will not be \
                 sent; raise --max-cost, or allow fewer tokens with --set max_tokens=N",
                call.model, call.reservation, call.output_bound
            ));
        }
    }
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// The recorded answer's length, or nothing is to be sent.
    Recorded,
    /// The most output that is allowed: no length is recorded.
    Guessed,
}

impl PlanModel {
    /// Counts a call of this model.
    fn count(&mut self, call: &PlannedCall, now: Timestamp) -> Basis {
        if call.cached.is_some() {
            self.from_cache += 1;
            return Basis::Recorded;
        }
        for dropped in &call.prepared.dropped {
            if !self.dropped.contains(dropped) {
                self.dropped.push(dropped.clone());
            }
        }
        if let Some(chain) = &call.chain {
            let expected = chain.estimate;
            self.requests += expected.requests.saturating_sub(call.progress.steps.len() as u64);
            self.input_tokens += expected.input_tokens;
            self.output_tokens += expected.output_tokens;
            self.estimated_cost_usd += expected.cost;
            self.worst_case_usd += expected.worst;
            return if expected.guessed { Basis::Guessed } else { Basis::Recorded };
        }
        let recorded = call.case.usage.output;
        let input = input_estimate(&call.prepared.body).min(call.input_bound);
        let output = recorded.map_or(call.output_bound, |output| output.min(call.output_bound));
        let usage = Usage { input: Some(input), output: Some(output), ..Usage::default() };
        self.requests += 1;
        self.input_tokens += input;
        self.output_tokens += output;
        self.estimated_cost_usd += call.price.cost(&usage, now).unwrap_or(call.reservation).min(call.reservation);
        self.worst_case_usd += call.reservation;
        if recorded.is_none() { Basis::Guessed } else { Basis::Recorded }
    }
}
