//! What can be typed behind `hindcast golden`.

use super::super::super::paid_flags::PaidFlags;

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
    /// What it may cost
    #[command(flatten)]
    pub paid: PaidFlags,
    /// Go on with a run of golden cases that was stopped, and check all its answers
    #[arg(long, value_name = "RUN_ID", conflicts_with_all = ["filter", "models", "prompts", "dry_run"])]
    pub resume: Option<String>,
    /// Ask again what was sent and never heard of again; it may be paid for twice
    #[arg(long, requires = "resume")]
    pub retry_unknown: bool,
}
