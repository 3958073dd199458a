//! `hindcast sessions`: lists sessions.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast sessions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
}

/// Lists sessions.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast sessions` is not built in"))
}
