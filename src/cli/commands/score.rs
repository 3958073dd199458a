//! `hindcast score`: keeps a score on a trace.

use super::super::context::Context;
use crate::domain::score::NOTE;
use crate::error::{AppError, Exit};
use crate::services::notes::{self, ScoreValue};

/// Arguments of `hindcast score`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
    /// What is judged, such as correctness
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A number, yes or no, or a word
    #[arg(value_name = "VALUE", allow_negative_numbers = true)]
    pub value: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
}

/// Keeps it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let name = args.name.trim();
    if name.is_empty() || name == NOTE {
        return Err(
            AppError::usage(format!("`{name}` cannot name a score")).hint("hindcast note TRACE_ID TEXT keeps a note")
        );
    }
    let value = ScoreValue::parse(&args.value)
        .ok_or_else(|| AppError::usage(format!("`{}` is no score: give a number, yes or no, or a word", args.value)))?;
    let store = context.store()?;
    let trace = notes::trace(store, &args.trace_id, &context.cancel)?;
    let given = notes::score(trace, name, &value, args.why.as_deref(), context.services.clock().now());
    notes::keep(store, &given)?;
    super::note::kept(&given, "score", context)
}
