//! `hindcast index`: keeps the index in step with the files.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast index`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compare the index with the files, and change nothing
    #[arg(long, conflicts_with = "rebuild")]
    pub check: bool,
    /// Build the index anew from the files
    #[arg(long)]
    pub rebuild: bool,
}

/// Keeps the index in step with the files.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast index` is not built in"))
}
