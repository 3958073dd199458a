//! `hindcast show`: shows one trace, or one session.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID", required_unless_present = "session", conflicts_with = "session")]
    pub trace_id: Option<String>,
    /// Show one span of it whole
    #[arg(long, value_name = "SPAN_ID", conflicts_with = "session")]
    pub span: Option<String>,
    /// Show the traces of a session in order
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
}

/// Shows one trace, or one session.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast show` is not built in"))
}
