//! `hindcast note`: keeps a note on a trace.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast note`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
    /// The note; several words are joined
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
}

/// Keeps a note on a trace.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast note` is not built in"))
}
