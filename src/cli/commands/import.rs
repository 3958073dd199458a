//! `hindcast import`: imports recorded traces.

use std::path::PathBuf;

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files or folders; - reads standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The format, where it is not to be guessed
    #[arg(long = "as", value_name = "FORMAT")]
    pub format: Option<String>,
    /// Keep only the path of each file, not a copy of it
    #[arg(long)]
    pub link: bool,
}

/// Imports recorded traces.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast import` is not built in"))
}
