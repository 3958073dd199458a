//! `hindcast open`: opens the workbench at a trace; here only where there is no terminal for it.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast open`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
}

/// Says what to do instead.
pub fn run(args: &Args, _: &mut Context<'_>) -> Result<Exit, AppError> {
    Err(AppError::usage("the workbench needs a terminal for input and output")
        .hint(format!("hindcast show {} prints the trace", args.trace_id)))
}
