//! Prices from the configuration, and a run lined up from the index.

use super::cases::cases_of;
use super::service::ReplayService;
use crate::config::Config;
use crate::domain::cancel::Cancel;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::price::{PriceBook, PriceOverride};
use crate::domain::run::{CallsMode, Case};
use crate::services::compare::{Baseline, Comparison, compare};
use crate::store::StoreError;

use super::plan::PlanError;

impl ReplayService {
    /// Lines up the answers of a run, read from the index.
    pub fn compare(&self, run_id: &RunId, baseline: &Baseline, cancel: &Cancel) -> Result<Comparison, PlanError> {
        let row = self.store().run(run_id, cancel)?;
        let results = self.store().results(run_id, cancel)?;
        let mut traces: Vec<&TraceId> = row.run.choice.spans.iter().map(|(trace, _)| trace).collect();
        traces.dedup();
        let mut cases: Vec<Case> = Vec::new();
        for trace in traces {
            match self.store().trace(trace, cancel) {
                Ok(trace) => cases.extend(cases_of(&trace.spans, CallsMode::All)),
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        cases.retain(|case| row.run.choice.spans.iter().any(|(t, s)| *t == case.trace_id && *s == case.span_id));
        compare(&row.run, &results, &cases, baseline).map_err(|error| PlanError::NotComparable(error.to_string()))
    }
}

/// The compiled-in prices with the configuration's over them. A price counts where both input and output are given.
pub fn prices(config: &Config) -> PriceBook {
    config.prices.iter().fold(PriceBook::compiled_in(), |book, (model, price)| match (&price.input, &price.output) {
        (Some(input), Some(output)) => book.with_price(
            &model.to_string(),
            PriceOverride {
                input: input.value,
                output: output.value,
                cached_input: price.cached_input.as_ref().map(|setting| setting.value),
                cache_write: price.cache_write.as_ref().map(|setting| setting.value),
            },
        ),
        _ => book,
    })
}
