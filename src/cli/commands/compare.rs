//! `hindcast compare`: lines up the variants of a run.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast compare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run, or the start of its id
    #[arg(value_name = "RUN_ID")]
    pub run_id: String,
    /// The variant the others are compared with: recorded, or a letter
    #[arg(long, value_name = "VARIANT", default_value = "recorded")]
    pub baseline: String,
}

/// Lines up the variants of a run.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast compare` is not built in"))
}
