//! What can be chosen for a replay, what was chosen, and what it would cost.

use crate::domain::ids::TraceId;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::CallsMode;
use crate::services::replay::{BaselineLane, Pacing};
use crate::ui::msg::ReplayOf;

/// What is to be replayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// The cases.
    pub of: ReplayOf,
    /// What the run is called, where it has a name.
    pub name: Option<String>,
    /// Models, `provider/model` or `recorded`.
    pub models: Vec<String>,
    /// Prompt versions, `name@version`; none sends the recorded messages.
    pub prompts: Vec<String>,
    /// Parameters, `key=value`.
    pub parameters: Vec<String>,
    /// Ranks of chunks that are left out, besides the edits of `of`.
    pub dropped: Vec<u32>,
    /// Which calls of a trace are cases.
    pub calls: CallsMode,
    /// Answers of each case and variant.
    pub samples: u32,
    /// The most it may cost.
    pub max_cost: Option<Money>,
    /// Whether the recorded model and messages are asked again beside the others.
    pub baseline: BaselineLane,
    /// When the run ends.
    pub ending: Ending,
    /// Whether its calls may wait, at half the price.
    pub pacing: Pacing,
    /// What the user says that models cost.
    pub prices: Vec<ModelPrice>,
}

/// When a run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// When everything was asked.
    #[default]
    Planned,
    /// As soon as it is clear whether the variants differ.
    Decided,
}

/// What can be chosen for a replay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// How many recorded calls there are.
    pub cases: u64,
    /// The question of the first.
    pub question: Option<String>,
    /// Models, those to begin with marked.
    pub models: Vec<ModelOffer>,
    /// Prompt versions, `name@version`.
    pub prompts: Vec<String>,
    /// Chunks of the case, where there is one case only: rank and document.
    pub chunks: Vec<(u32, String)>,
    /// Other cases that can be chosen: kept sets and the cases of runs.
    pub sets: Vec<CaseSet>,
    /// The cap on the cost of a run.
    pub max_cost: Option<Money>,
    /// Cases whose recorded temperature is not 0 or not known: their answers may differ from one time to the next.
    pub unsteady: u64,
    /// Why the recorded model cannot be asked again.
    pub no_baseline: Option<String>,
}

/// Cases that can be chosen together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseSet {
    /// What they are. It may hold foreign text.
    pub label: String,
    /// Where they come from.
    pub detail: String,
    /// The filter for them, where no traces are named.
    pub filter: String,
    /// The traces.
    pub traces: Vec<TraceId>,
}

/// A model that can be chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelOffer {
    /// `provider/model` or `recorded`.
    pub id: String,
    /// What it costs, in words.
    pub price: String,
    /// Why it cannot be chosen.
    pub problem: Option<String>,
    /// Whether it is chosen from the start.
    pub chosen: bool,
    /// Whether its price is known.
    pub pricing: Pricing,
}

/// Whether the price of a model is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pricing {
    /// It is.
    #[default]
    Known,
    /// It is not: whoever chooses the model says it.
    Unknown,
}

/// What an order would send and cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanSummary {
    /// Calls that would be sent.
    pub requests: u64,
    /// Answers that are there already.
    pub cached: u64,
    /// Cases × variants that cannot be replayed.
    pub skipped: u64,
    /// Why the first of them cannot.
    pub skip_reason: Option<String>,
    /// What it is expected to cost.
    pub estimate: Money,
    /// The most it can cost.
    pub most: Money,
    /// Where requests go: origins.
    pub origins: Vec<String>,
    /// What the user should know.
    pub notes: Vec<String>,
}
