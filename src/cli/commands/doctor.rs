//! `hindcast doctor`: says what is in order, and what to do about the rest.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Says what is in order, and what to do about the rest.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast doctor` is not built in"))
}
