//! `hindcast traces`: lists traces.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast traces`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Print at most this many, 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u64,
    /// Order by a field, descending; - before it turns it round
    #[arg(long, value_name = "FIELD", default_value = "time", allow_hyphen_values = true)]
    pub sort: String,
}

/// Lists traces.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast traces` is not built in"))
}
