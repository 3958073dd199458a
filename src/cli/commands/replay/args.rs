//! What can be typed behind `hindcast replay`.

use super::super::super::chunk_flags::ChunkFlags;
use super::super::super::paid_flags::PaidFlags;
use crate::domain::chain::{ChainLimits, ChainOptions, OnDivergence};
use crate::services::replay::UnknownCalls;

/// Which calls of a trace are cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Calls {
    /// The call that gave the trace its answer
    #[default]
    Answer,
    /// Every call on its own
    All,
    /// The agent's whole chain: its tools answer from the recording, and nothing is run
    Chain,
}

/// What happens where a chain asks for something that was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Divergence {
    /// The case ends there with status diverged, which is a result and no failure: exit code 0
    Stop,
    /// The nearest recorded answer is given, and marked as such
    Nearest,
    /// You are asked what the tool answers
    Ask,
}

/// Arguments of `hindcast replay`.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Replay the newest N of them only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
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
    /// Ask the recorded model and messages again beside the others: how far answers move when nothing is changed
    #[arg(long)]
    pub baseline: bool,
    /// Stop as soon as it is clear by an evaluator (default: the first configured one, else similarity) whether each variant
    /// differs from the baseline, or that no difference will be shown; cases are asked in an order by chance
    #[arg(long, value_name = "decided[:EVALUATOR]", value_parser = until)]
    pub until: Option<Until>,
    /// Changes to the chunks
    #[command(flatten)]
    pub chunks: ChunkFlags,
    /// Which calls of a trace are cases
    #[arg(long, value_enum, value_name = "CALLS", default_value_t = Calls::Answer)]
    pub calls: Calls,
    /// With --calls chain: what happens where it asks for something that was not recorded [default: stop]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_divergence: Option<Divergence>,
    /// With --calls chain: begin with the N-th call, after the recorded ones before it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "resume")]
    pub step: Option<u32>,
    /// With --calls chain: end a chain after so many requests [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_steps: Option<u32>,
    /// With --calls chain: end a chain after so many input and output tokens [default: 1000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_chain_tokens: Option<u64>,
    /// With --calls chain: end it when it asks one tool more often with the same arguments [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_repeats: Option<u32>,
    /// What it may cost
    #[command(flatten)]
    pub paid: PaidFlags,
    /// Hand the calls over in batches, at half the price; answers come within a day. The run can be left and resumed
    #[arg(long)]
    pub batch: bool,
    /// Go on with a run that was stopped
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["filter", "limit", "models", "prompts", "set", "drop_chunk", "edit_chunk", "add_chunk", "order", "baseline", "until", "dry_run", "batch"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
    /// Ask the provider to stop the batches that are there, and take what was answered; nothing more is handed over
    #[arg(long, requires = "resume")]
    pub cancel_batches: bool,
}

impl Args {
    /// How chains are replayed, where the command line says something about it.
    pub fn chain_options(&self, usual: ChainLimits) -> Option<ChainOptions> {
        let Self { on_divergence, step, max_steps, max_chain_tokens, max_repeats, .. } = self;
        let said = on_divergence.is_some() || step.is_some() || max_steps.is_some();
        (said || max_chain_tokens.is_some() || max_repeats.is_some()).then(|| ChainOptions {
            on_divergence: match on_divergence {
                None | Some(Divergence::Stop) => OnDivergence::Stop,
                Some(Divergence::Nearest) => OnDivergence::Nearest,
                Some(Divergence::Ask) => OnDivergence::Ask,
            },
            from_step: step.unwrap_or(1),
            limits: ChainLimits {
                steps: max_steps.unwrap_or(usual.steps),
                tokens: max_chain_tokens.unwrap_or(usual.tokens),
                repeats: max_repeats.unwrap_or(usual.repeats),
            },
        })
    }

    /// What happens to calls whose fate is unknown.
    pub const fn unknown(&self) -> UnknownCalls {
        if self.retry_unknown { UnknownCalls::Retry } else { UnknownCalls::Leave }
    }
}

/// What lets a run stop before its end, as typed: `decided`, or `decided:EVALUATOR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// The evaluator that decides.
    pub evaluator: Option<String>,
}

fn until(text: &str) -> Result<Until, String> {
    match text.split_once(':') {
        None if text == "decided" => Ok(Until { evaluator: None }),
        Some(("decided", evaluator)) if !evaluator.is_empty() => Ok(Until { evaluator: Some(evaluator.to_owned()) }),
        _ => {
            Err("write decided, or decided:EVALUATOR such as decided:similarity or decided:contains:refund".to_owned())
        }
    }
}
