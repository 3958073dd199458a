//! `hindcast sql`: queries the tables with SQL.

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast sql`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The query; several words are joined, - reads standard input
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
}

/// Queries the tables with SQL.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast sql` is not built in"))
}
