//! `hindcast open`: opens the workbench at a trace.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast open`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
}

/// Opens the workbench at a trace.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast open` is not built in"))
}
