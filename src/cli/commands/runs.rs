//! `hindcast runs`: lists runs, or the results of one.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast runs`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A run, or the start of its id: its results
    #[arg(value_name = "RUN_ID")]
    pub run_id: Option<String>,
}

/// Lists runs, or the results of one.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast runs` is not built in"))
}
