//! `hindcast init`: starts a workspace.

use std::path::PathBuf;

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where; the current directory if not said
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Let git track traces/; they may hold customers' data, so it does not by default
    #[arg(long)]
    pub track_traces: bool,
}

/// Starts a workspace.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast init` is not built in"))
}
