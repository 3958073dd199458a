//! `hindcast models`: lists providers, models and prices.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast models`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask each provider whether it can be reached, and which models it has
    #[arg(long)]
    pub check: bool,
}

/// Lists providers, models and prices.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast models` is not built in"))
}
