//! `hindcast retrieval`: whether the right documents were found. One file a subcommand.

mod eval;
mod figures;
mod lab;
mod lab_output;

use super::super::context::Context;
use crate::domain::retrieval::{Cutoff, Gain};
use crate::error::{AppError, Exit};
use crate::services::retrieval::Measures;

/// Arguments of `hindcast retrieval`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// What can be asked about retrieval.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Measure how well recorded retrievals found the documents that are known to answer
    Eval(eval::Args),
    /// Try other retrievers on the recorded questions, or on those of a file
    Lab(Box<lab::Args>),
}

/// What is measured, and how.
#[derive(Debug, clap::Args)]
pub struct MeasureArgs {
    /// How many of the first documents to look at; several with commas
    #[arg(long, value_name = "K,…", value_delimiter = ',', default_value = "3,5", value_parser = cutoff)]
    pub k: Vec<Cutoff>,
    /// What grades weigh in nDCG: the grades themselves, as in TREC, or 2^grade - 1
    #[arg(long, value_enum, value_name = "GAIN", default_value_t = GainName::Linear)]
    pub gain: GainName,
}

/// What grades weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum GainName {
    /// The grade
    Linear,
    /// 2^grade - 1
    Exponential,
}

impl MeasureArgs {
    fn measures(&self) -> Measures {
        let mut cutoffs = self.k.clone();
        cutoffs.sort_unstable();
        cutoffs.dedup();
        let gain = match self.gain {
            GainName::Linear => Gain::Linear,
            GainName::Exponential => Gain::Exponential,
        };
        Measures { cutoffs, gain }
    }
}

fn cutoff(text: &str) -> Result<Cutoff, String> {
    text.trim()
        .parse()
        .ok()
        .and_then(Cutoff::new)
        .ok_or_else(|| "write whole numbers from 1 up, such as 3,5".to_owned())
}

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    match &args.action {
        Action::Eval(args) => eval::run(args, context),
        Action::Lab(args) => lab::run(args, context),
    }
}
