//! What can be typed behind `hindcast golden`.

use super::super::super::args::dollars;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::ModelId;

/// Arguments of `hindcast golden`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with golden cases.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Keep the call that gave a trace its answer as a golden case, in golden.jsonl of the workspace
    Add {
        /// The trace, or the start of its id
        #[arg(value_name = "TRACE_ID")]
        trace_id: String,
        /// What a right answer says; may be repeated. Without any, the sentences of the recorded answer that its chunks support
        #[arg(long = "fact", value_name = "TEXT")]
        facts: Vec<String>,
        /// What to remember of the case
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// List golden cases
    List {
        /// Which; words are joined. It looks at the case's trace; where that is gone, at what golden.jsonl says
        #[arg(value_name = "FILTER")]
        filter: Vec<String>,
    },
    /// Ask models the golden cases and check every answer: expected facts, grounding, refusal, citations
    Run(RunArgs),
}

/// Arguments of `hindcast golden run`.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Which cases; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// A model to ask, provider/model, or recorded for each case's own; may be repeated
    #[arg(short = 'm', long = "model", value_name = "MODEL")]
    pub models: Vec<String>,
    /// A prompt, with @VERSION for another than the file as it is now; may be repeated
    #[arg(short = 'p', long = "prompt", value_name = "PROMPT[@VERSION]")]
    pub prompts: Vec<String>,
    /// Answers for each case and variant
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub samples: u32,
    /// Never spend more than this many US dollars on the run
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
    /// Go on with a run of golden cases that was stopped, and check all its answers
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["filter", "models", "prompts", "dry_run"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
}
