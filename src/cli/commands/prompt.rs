//! `hindcast prompt`: prompts and their versions.

use clap::Subcommand;

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast prompt`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with prompts.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the prompts
    List,
    /// Print a prompt
    Show {
        /// The prompt, with @VERSION for another than the file as it is now
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
    },
    /// List the versions of a prompt, newest first
    Log {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
    },
    /// Compare two versions of a prompt; exit code 1 where they differ
    Diff {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The older version
        #[arg(value_name = "A")]
        from: String,
        /// The newer version
        #[arg(value_name = "B", default_value = "work")]
        to: String,
    },
    /// Print a prompt with its variables filled in
    Render {
        /// The prompt, with @VERSION for another than the file as it is now
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
        /// Take the variables of a recorded trace
        #[arg(long, value_name = "ID", conflicts_with = "var")]
        trace: Option<String>,
        /// Set a variable; may be repeated
        #[arg(long, value_name = "K=V")]
        var: Vec<String>,
    },
    /// Commit the prompt's file, and nothing else
    Commit {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The commit message
        #[arg(short, long, value_name = "MSG")]
        message: String,
    },
    /// Put the file back to a version; the version before it stays in the history
    Restore {
        /// The prompt and the version
        #[arg(value_name = "PROMPT@VERSION")]
        prompt: String,
    },
}

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let _ = (args, context);
    Err(AppError::internal("`hindcast prompt` is not built in"))
}
