//! `hindcast score`: keeps a score on a trace, or on an answer of a replay.

use super::super::context::Context;
use crate::domain::retrieval::DocumentId;
use crate::domain::score::{NOTE, RELEVANCE};
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
    /// The replayed answer judged, by its id, instead of the recorded one; `rating good` or `rating bad` rates it
    #[arg(long, value_name = "RESULT_ID")]
    pub result: Option<String>,
    /// The retrieved document that `relevance` judges: 0 not at all, 1 related, 2 answers the question
    #[arg(long, value_name = "DOCUMENT_ID", conflicts_with = "result")]
    pub document: Option<String>,
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
    if name == RELEVANCE && args.document.is_none() {
        return Err(AppError::usage("relevance is of a document: add --document ID")
            .hint("hindcast show TRACE_ID shows the documents that were retrieved"));
    }
    let store = context.store()?;
    let trace = notes::trace(store, &args.trace_id, &context.cancel)?;
    let mut given = notes::score(trace, name, &value, args.why.as_deref(), context.services.clock().now());
    if let Some(document) = &args.document {
        if name != RELEVANCE || !matches!(value, ScoreValue::Number(grade) if (0.0..=255.0).contains(&grade)) {
            return Err(AppError::usage("--document goes with the name relevance and a grade: 0, 1 or 2"));
        }
        given.label = Some(DocumentId::new(document.as_str()).as_str().to_owned());
    }
    if let Some(id) = &args.result {
        let result = store.result(&id.as_str().into(), &context.cancel)?.result;
        if result.trace_id != given.trace_id {
            return Err(AppError::usage(format!("result {id} answers another trace: {}", result.trace_id.as_str())));
        }
        given.span_id = Some(result.span_id);
        given.result_id = Some(result.result_id);
    }
    notes::keep(store, &given)?;
    super::note::kept(&given, "score", context)
}
