//! What can be chosen for a replay: cases, models with their prices, prompt versions, chunks.

use std::collections::BTreeSet;

use super::case_sets;
use super::runs::{Ending, ModelOffer, Offer, Order, Pricing};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{CallsMode, Case, ModelChoice};
use crate::error::AppError;
use crate::services::Services;
use crate::services::compare::{stop_rule, watched};
use crate::services::models::{self, Models, ProviderEntry, Standing};
use crate::services::prompts::Prompts;
use crate::services::replay::{ReplayOrder, ReplayService, Traffic, circuit_note, is_unsteady};
use crate::store::TracesQuery;
use crate::ui::effects::runs::RunsAnswer;
use crate::ui::msg::ReplayOf;

/// Versions of a prompt that are offered.
const VERSIONS: usize = 8;
/// The model that is chosen where none is configured: it costs nothing and needs no network.
const OFFLINE: &str = "builtin/extractive";

/// The recorded calls that are meant.
pub fn cases(
    worker: &ServicesWorker,
    of: &ReplayOf,
    calls: CallsMode,
    reply: &dyn Reply,
) -> Result<Vec<Case>, AppError> {
    let store = worker.store(reply)?;
    let traces: Vec<TraceId> = if of.traces.is_empty() {
        let now = worker.services().clock().now();
        let filter = Filter::parse(&of.filter, now)
            .map_err(|error| AppError::usage(format!("the filter `{}`: {}", of.filter, error.message)))?;
        let limit = of.limit.unwrap_or(u32::MAX) as usize;
        let query = TracesQuery { filter, limit, ..TracesQuery::default() };
        store.trace_ids(&query, reply.cancel())?
    } else {
        of.traces.clone()
    };
    Ok(worker.services().replay()?.cases(&traces, calls, reply.cancel())?)
}

/// Answers with what is known at once, then again with the servers found on this machine.
pub fn offer(worker: &ServicesWorker, of: &ReplayOf, reply: &dyn Reply) -> Result<(), AppError> {
    let cases = cases(worker, of, CallsMode::Answer, reply)?;
    if cases.is_empty() {
        let text = "No recorded model call is among these traces, so there is nothing to send again.".to_owned();
        reply.send(Answer::Runs(RunsAnswer::NoPlan(text)));
        return Ok(());
    }
    let services = worker.services();
    let config = services.config()?;
    let usual: Vec<String> = config.defaults.models.value.iter().map(ToString::to_string).collect();
    let chunks = match cases.as_slice() {
        [case] => case.chunks.iter().map(|chunk| (chunk.rank, chunk.document_id.clone().unwrap_or_default())).collect(),
        _ => Vec::new(),
    };
    let mut offer = Offer {
        cases: cases.len() as u64,
        question: cases.first().map(|case| case.question.clone()),
        models: offered(&models::list(services)?, &usual, services.providers()?.traffic(services.clock())),
        prompts: versions(services.prompts()?, of, reply.cancel()),
        chunks,
        sets: case_sets::offered(worker, of, reply)?,
        max_cost: Some(config.defaults.max_cost_usd.value),
        unsteady: cases.iter().filter(|case| is_unsteady(case)).count() as u64,
        no_baseline: no_baseline(services, &cases)?,
    };
    reply.send(Answer::Runs(RunsAnswer::Offer(Box::new(offer.clone()))));
    let near = models::on_this_machine(services)?;
    let more = on_this_machine(near, &usual, services.providers()?.traffic(services.clock()));
    let known: BTreeSet<String> = offer.models.iter().map(|model| model.id.clone()).collect();
    offer.models.extend(more.into_iter().filter(|model| !known.contains(&model.id)));
    if offer.models.len() > known.len() {
        reply.send(Answer::Runs(RunsAnswer::Offer(Box::new(offer))));
    }
    Ok(())
}

/// Models that servers on this machine name when asked: of configured providers to be chosen, others with what to do first.
fn on_this_machine(near: Models, usual: &[String], traffic: &Traffic) -> Vec<ModelOffer> {
    let reached = near.providers.iter().filter(|provider| provider.standing == Standing::Reachable);
    let mut offers: Vec<ModelOffer> = reached.flat_map(|provider| of_provider(provider, usual, traffic)).collect();
    for server in near.found {
        let why = format!("found at {}: name it in hindcast.toml, [providers.{}]", server.base_url, server.usually);
        offers.extend(server.models.into_iter().map(|model| ModelOffer {
            id: format!("{}/{model}", server.usually),
            price: "free".into(),
            problem: Some(why.clone()),
            ..ModelOffer::default()
        }));
    }
    offers
}

/// Why no case's recorded model can be asked again; `None` where one can.
fn no_baseline(services: &Services, cases: &[Case]) -> Result<Option<String>, AppError> {
    let (providers, prices) = (services.providers()?, services.prices()?);
    let mut first = None;
    for case in cases {
        let why = match (&case.provider, &case.model) {
            (Some(provider), Some(model)) => match providers.get(provider) {
                Ok(_) if prices.find(Some(provider), model).is_some() => return Ok(None),
                Ok(_) => format!("no price is known of {provider}/{model}"),
                Err(error) => error.to_string(),
            },
            _ => "the recordings do not name their model".to_owned(),
        };
        first.get_or_insert(why);
    }
    Ok(first)
}

/// Models: the configured ones first, then the built-in ones, then the others.
fn offered(models: &Models, usual: &[String], traffic: &Traffic) -> Vec<ModelOffer> {
    let mut offers: Vec<ModelOffer> =
        models.providers.iter().flat_map(|provider| of_provider(provider, usual, traffic)).collect();
    if usual.is_empty() || !offers.iter().any(|offer| offer.chosen && offer.problem.is_none()) {
        for offer in &mut offers {
            offer.chosen |= offer.id == OFFLINE;
        }
    }
    offers.push(ModelOffer {
        id: ModelChoice::Recorded.to_string(),
        price: "each case's own model".into(),
        ..ModelOffer::default()
    });
    let rank = |offer: &ModelOffer| {
        (!offer.chosen, !offer.id.starts_with("builtin/"), offer.id != "recorded", offer.problem.is_some())
    };
    offers.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.id.cmp(&other.id)));
    offers
}

fn of_provider(provider: &ProviderEntry, usual: &[String], traffic: &Traffic) -> Vec<ModelOffer> {
    let problem = match &provider.standing {
        Standing::Unusable(why) => Some(why.clone()),
        Standing::Configured | Standing::Reachable => provider.info.problem.clone(),
    };
    let offers = provider.models.iter().map(|model| {
        let id = format!("{}/{}", provider.info.name, model.model);
        let is_known = model.input.is_some() || model.output.is_some();
        let note = circuit_note(&traffic.circuit(&provider.info.name, &model.model));
        let note = note.map_or_else(String::new, |note| format!(" · {note}"));
        ModelOffer {
            price: price(model.input, model.output) + &note,
            problem: problem.clone(),
            chosen: usual.contains(&id) && is_known,
            pricing: if is_known { Pricing::Known } else { Pricing::Unknown },
            id,
        }
    });
    offers.collect()
}

fn price(input: Option<Money>, output: Option<Money>) -> String {
    match (input, output) {
        (Some(Money::ZERO), Some(Money::ZERO)) => "free".to_owned(),
        (Some(input), Some(output)) => format!("${input} in  ${output} out"),
        _ => "price unknown: space asks for it".to_owned(),
    }
}

/// Prompt versions: those wanted first, then the newest of each prompt.
fn versions(prompts: &Prompts, of: &ReplayOf, cancel: &Cancel) -> Vec<String> {
    let mut offered: Vec<String> = of.prompts.clone();
    // What cannot be read is told on the screen of prompts.
    for (prompt, log) in prompts.logs(cancel).unwrap_or_default() {
        let versions = log.iter().take(VERSIONS).map(|version| format!("{prompt}@{}", version.version));
        for name in std::iter::once(format!("{prompt}@work")).chain(versions) {
            if !offered.contains(&name) {
                offered.push(name);
            }
        }
    }
    offered
}

/// An order in the services' words.
pub fn order_of(worker: &ServicesWorker, order: &Order) -> Result<ReplayOrder, AppError> {
    let config = worker.services().config()?;
    let models = order.models.iter().map(|text| match text.as_str() {
        "recorded" => Ok(ModelChoice::Recorded),
        _ => text.parse().map(ModelChoice::Model),
    });
    let models = models
        .collect::<Result<Vec<_>, crate::domain::run::NotAModel>>()
        .map_err(|error| AppError::usage(error.to_string()))?;
    let mut asked = ReplayOrder::configured(models, &config.defaults);
    asked.filter = if order.of.traces.is_empty() {
        order.of.filter.clone()
    } else {
        order.of.traces.iter().map(|id| format!("id:{}", id.as_str())).collect::<Vec<_>>().join(" or ")
    };
    asked.name.clone_from(&order.name);
    asked.prompts = order.prompts.iter().map(|text| Prompts::reference(text)).collect();
    let set = order.parameters.iter().filter_map(|text| ReplayOrder::parse_set(text)).collect();
    asked.overrides = ReplayOrder::overrides_of(set, &order.dropped);
    asked.overrides.chunks.extend(order.of.chunks.iter().cloned());
    asked.calls = order.calls;
    asked.chain.limits = config.defaults.chain_limits();
    asked.samples = order.samples.max(1);
    asked.max_cost = order.max_cost;
    asked.baseline = order.baseline;
    asked.pacing = order.pacing;
    if order.ending == Ending::Decided {
        asked.until = Some(stop_rule(worker.services(), None)?);
    }
    asked.prices.clone_from(&order.prices);
    Ok(asked)
}

/// The plan of an order.
pub fn plan(
    worker: &ServicesWorker,
    service: &ReplayService,
    order: &Order,
    reply: &dyn Reply,
) -> Result<crate::services::replay::ReplayPlan, AppError> {
    if order.models.is_empty() {
        return Err(AppError::usage("Mark at least one model with space."));
    }
    let asked = order_of(worker, order)?;
    let cases = cases(worker, &order.of, order.calls, reply)?;
    let prompts = worker.services().prompts()?;
    let plan = service.plan(&asked, cases, Some(prompts.as_ref()), reply.cancel())?;
    watched(worker.services(), plan, reply.cancel())
}

/// The plan of an order as further variants of a run of one case.
pub fn more_tries(
    worker: &ServicesWorker,
    service: &ReplayService,
    run: &RunId,
    order: &Order,
    reply: &dyn Reply,
) -> Result<crate::services::replay::ReplayPlan, AppError> {
    let asked = order_of(worker, order)?;
    let prompts = worker.services().prompts()?;
    Ok(service.add_tries(run, &asked, Some(prompts.as_ref()), reply.cancel())?)
}
