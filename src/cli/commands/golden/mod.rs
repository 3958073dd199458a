//! `hindcast golden`: cases with the facts that every right answer carries. One file a subcommand.

mod add;
mod args;
mod list;
mod run;
mod table;

pub use args::{Action, Args};

use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    match &args.action {
        Action::Add { trace_id, facts, note } => add::add(trace_id, facts, note.as_deref(), context),
        Action::List { filter } => list::list(filter, context),
        Action::Run(args) => run::run(args, context),
    }
}
