//! `hindcast score`: keeps a score on a trace.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast score`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
    /// What is judged, such as correctness
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A number, yes or no, or a word
    #[arg(value_name = "VALUE", allow_negative_numbers = true)]
    pub value: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Keeps a score on a trace.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast score` is not built in"))
}
