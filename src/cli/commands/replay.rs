//! `hindcast replay`: replays recorded calls.

use super::super::args::dollars;
use super::super::context::Context;
use crate::domain::money::Money;
use crate::error::{AppError, Exit};

/// Which calls of a trace are cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Calls {
    /// The call that gave the trace its answer
    #[default]
    Answer,
    /// Every call on its own
    All,
    /// The agent's whole chain, with recorded tool results
    Chain,
}

/// Arguments of `hindcast replay`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// A model to ask, provider/model, or recorded for each case's own; may be repeated
    #[arg(short = 'm', long = "model", value_name = "MODEL")]
    pub models: Vec<String>,
    /// A prompt, with @VERSION for another than the file as it is now; may be repeated
    #[arg(short = 'p', long = "prompt", value_name = "PROMPT[@VERSION]")]
    pub prompts: Vec<String>,
    /// Set a parameter over the recorded one, such as temperature=0; may be repeated
    #[arg(long, value_name = "K=V")]
    pub set: Vec<String>,
    /// Answers for each case and variant
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub samples: u32,
    /// Leave out the chunk of this rank, from 1; may be repeated
    #[arg(long, value_name = "RANK", value_parser = clap::value_parser!(u32).range(1..))]
    pub drop_chunk: Vec<u32>,
    /// Which calls of a trace are cases
    #[arg(long, value_enum, value_name = "CALLS", default_value_t = Calls::Answer)]
    pub calls: Calls,
    /// Never spend more than this many US dollars on the run
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub max_cost: Option<Money>,
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
    /// Go on with a run that was stopped
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["filter", "models", "prompts", "set", "drop_chunk", "dry_run"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
}

/// Replays recorded calls.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast replay` is not built in"))
}
