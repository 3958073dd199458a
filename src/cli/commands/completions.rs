//! `hindcast completions`: prints a completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::super::args::Cli;
use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hindcast", &mut script);
    context.out.own_text(&script)?;
    Ok(Exit::Fine)
}
