//! `hindcast note`: keeps a note on a trace.

use super::super::context::Context;
use super::super::output::Format;
use super::super::span_json;
use crate::domain::score::Score;
use crate::error::{AppError, Exit};
use crate::services::notes;

/// Arguments of `hindcast note`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace, or the start of its id
    #[arg(value_name = "TRACE_ID")]
    pub trace_id: String,
    /// The note; several words are joined
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
}

/// Keeps it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let text = args.text.join(" ");
    if text.trim().is_empty() {
        return Err(AppError::usage("the note is empty"));
    }
    let store = context.store()?;
    let trace = notes::trace(store, &args.trace_id, &context.cancel)?;
    let note = notes::note(trace, text.trim(), context.services.clock().now());
    notes::keep(store, &note)?;
    kept(&note, "note", context)
}

/// Says that a score is kept: a sentence, or the score itself in the other formats.
pub(super) fn kept(score: &Score, what: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.notices.clear();
    match context.out.format() {
        Format::Table | Format::Csv => {
            context.notices.note(&format!("kept a {what} on trace {}", score.trace_id.as_str()));
        }
        Format::Json | Format::Jsonl => {
            if let serde_json::Value::Object(fields) = span_json::score(score) {
                context.out.document(fields)?;
            }
        }
    }
    Ok(Exit::Fine)
}
