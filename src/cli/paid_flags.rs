//! Flags of every command that sends requests to models.

use super::agreement::Agreed;
use super::args::dollars;
use crate::config::Defaults;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::{CachePolicy, ModelChoice, ModelId};
use crate::services::replay::{ReplayOrder, ResumeOrder, UnknownCalls};

/// What requests may cost, how many are in flight, and whether they are sent at all.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Default, clap::Args)]
#[group(id = "paid")]
pub struct PaidFlags {
    /// Never spend more than this many US dollars on it
    #[arg(long, value_name = "USD", value_parser = dollars, allow_hyphen_values = true)]
    pub max_cost: Option<Money>,
    /// What a model costs: US dollars per million tokens, in and out, over every other price; may be repeated
    #[arg(long, value_name = "MODEL=IN,OUT")]
    pub price: Vec<ModelPrice>,
    /// A model that costs nothing; may be repeated
    #[arg(long, value_name = "MODEL")]
    pub free: Vec<ModelId>,
    /// Requests in flight at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub concurrency: Option<u32>,
    /// Ask again even where the same request was answered before
    #[arg(long)]
    pub no_cache: bool,
    /// Print the plan and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before spending
    #[arg(short = 'y', long)]
    pub yes: bool,
}

impl PaidFlags {
    /// What the user says that models cost.
    pub fn prices(&self) -> Vec<ModelPrice> {
        self.price.iter().cloned().chain(self.free.iter().cloned().map(ModelPrice::free)).collect()
    }

    /// Whether the user agreed beforehand.
    pub const fn agreed(&self) -> Agreed {
        if self.yes { Agreed::Yes } else { Agreed::NotYet }
    }

    /// An order of answers by these models on the terms of the flags, and of the configuration where they say nothing.
    pub fn order(&self, models: Vec<ModelChoice>, defaults: &Defaults) -> ReplayOrder {
        let mut order = ReplayOrder::configured(models, defaults);
        order.max_cost = self.max_cost.or(order.max_cost);
        order.concurrency = self.concurrency.map_or(order.concurrency, |most| most as usize);
        if self.no_cache {
            order.cache = CachePolicy::Ignore;
        }
        order.prices = self.prices();
        order
    }

    /// How a run is taken up again on these terms: its own cap stays unless the flags say another.
    pub fn resume(&self, unknown: UnknownCalls, defaults: &Defaults) -> ResumeOrder {
        ResumeOrder { unknown, max_cost: self.max_cost, ..ResumeOrder::of(&self.order(Vec::new(), defaults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn flags_are_over_the_configuration_and_a_resumed_run_keeps_its_cap() {
        let defaults = Config::default().defaults;
        let silent = PaidFlags::default();
        let order = silent.order(Vec::new(), &defaults);
        assert_eq!((order.max_cost, order.concurrency), (Some(defaults.max_cost_usd.value), 8));
        assert_eq!((order.cache, order.prices), (CachePolicy::Use, Vec::new()));
        assert_eq!(silent.resume(UnknownCalls::Leave, &defaults).max_cost, None);

        let said = PaidFlags {
            max_cost: Some("0.2".parse().unwrap()),
            free: vec!["local/gemma3".parse().unwrap()],
            concurrency: Some(3),
            no_cache: true,
            ..PaidFlags::default()
        };
        let order = said.order(Vec::new(), &defaults);
        assert_eq!((order.max_cost, order.concurrency), (said.max_cost, 3));
        assert_eq!((order.cache, order.prices.len()), (CachePolicy::Ignore, 1));
        let again = said.resume(UnknownCalls::Retry, &defaults);
        assert_eq!((again.max_cost, again.concurrency, again.unknown), (said.max_cost, 3, UnknownCalls::Retry));
    }
}
