//! What a run would do and cost, before anything is sent.

use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::batch::WaitingBatch;
use super::chain_ask::Asker;
use super::chain_plan::{ChainProgress, PlannedChain};
use crate::domain::ids::ResultId;
use crate::domain::money::Money;
use crate::domain::price::PriceRow;
use crate::domain::run::{Case, ModelId, Run, RunResult};
use crate::providers::{Prepared, Provider};
use crate::services::compare::Decider;
use crate::store::{Journal, StoredResult};

/// One call that would be sent.
#[derive(Clone)]
pub struct PlannedCall {
    /// The result it will be.
    pub result_id: ResultId,
    /// The case.
    pub case: Arc<Case>,
    /// The variant, by its place in the run.
    pub variant: usize,
    /// The sample, from 0.
    pub sample: u32,
    /// The model that is asked.
    pub model: ModelId,
    /// The request in the provider's form.
    pub prepared: Arc<Prepared>,
    /// The hash of provider, origin and body in hex.
    pub request_hash: String,
    /// The most input tokens it can have.
    pub input_bound: u64,
    /// The most output tokens its answer can have.
    pub output_bound: u64,
    /// The most it can cost.
    pub reservation: Money,
    /// The answer that is already there for this request and sample.
    pub cached: Option<Arc<StoredResult>>,
    /// The place of its case in the order that cases are asked in, where the run may stop early.
    pub(super) place: usize,
    pub(super) price: Arc<PriceRow>,
    pub(super) provider: Arc<dyn Provider>,
    /// The chain that this is the first request of.
    pub(super) chain: Option<Arc<PlannedChain>>,
    /// What is already there of the chain.
    pub(super) progress: Arc<ChainProgress>,
}

/// What a plan says of one model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlanModel {
    /// `provider/model`.
    pub model: String,
    /// Where requests go.
    pub origin: String,
    /// The proxy they go through.
    pub proxy: Option<String>,
    /// Calls that would be sent.
    pub requests: u64,
    /// Calls whose answer is already there.
    pub from_cache: u64,
    /// Expected input tokens.
    pub input_tokens: u64,
    /// Expected output tokens.
    pub output_tokens: u64,
    /// Expected cost.
    pub estimated_cost_usd: Money,
    /// The most it can cost.
    pub worst_case_usd: Money,
    /// What is left out of some of the requests, with the reason.
    pub dropped: Vec<String>,
}

/// A plan: everything that a run would send, and what it would cost.
#[derive(Clone)]
pub struct ReplayPlan {
    /// The run as it will be journalled.
    pub run: Run,
    /// Calls to be made, or served from the cache, in order.
    pub calls: Vec<PlannedCall>,
    /// Cases that cannot be replayed, as results with the reason.
    pub skipped: Vec<RunResult>,
    /// Results that are already there, of a run that is resumed.
    pub done: Vec<RunResult>,
    /// Calls that were sent and never heard of again, of a run that is resumed; asked again only if the user says so.
    pub unknown: Vec<RunResult>,
    /// By model.
    pub models: Vec<PlanModel>,
    /// How the estimate was made, in words.
    pub basis: String,
    /// What the user should know, in words.
    pub notes: Vec<String>,
    /// The most requests in flight.
    pub concurrency: usize,
    /// Spent before, of a run that is resumed.
    pub spent_before: Money,
    /// Batches that were handed over before, of a run that is resumed; their calls are among `calls`.
    pub waiting: Vec<WaitingBatch>,
    /// The journal of a run that is resumed; while the plan lives, nobody else can go on with it.
    pub journal: Option<Journal>,
    /// Cases whose recorded temperature is not 0 or not known: their answers may differ from one time to the next.
    pub unsteady: u64,
    /// Answers that are not needed any more, of a run that is resumed and has decided something.
    pub saved: u64,
    /// Whether the run that is resumed goes on with another cap or cache than its journal says.
    pub(super) amended: bool,
    /// Tells when the run may stop early.
    pub(super) decider: Option<Arc<Mutex<Decider>>>,
    /// Who says what tools answer where the recording of a chain does not tell.
    pub asker: Option<Arc<dyn Asker>>,
}

impl ReplayPlan {
    /// Calls that would be sent.
    pub fn requests(&self) -> u64 {
        self.models.iter().map(|model| model.requests).sum()
    }

    /// Expected cost of all of them.
    pub fn estimated_cost(&self) -> Money {
        self.models.iter().map(|model| model.estimated_cost_usd).sum()
    }

    /// The most they can cost.
    pub fn worst_case(&self) -> Money {
        self.models.iter().map(|model| model.worst_case_usd).sum()
    }
}
