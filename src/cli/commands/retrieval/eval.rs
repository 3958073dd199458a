//! `hindcast retrieval eval`: how well recorded retrievals found the documents that are known to answer.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::figures::counted;
use super::super::super::output::Format;
use super::super::super::table::{Column, Table};
use super::{MeasureArgs, figures};
use crate::domain::retrieval::DocumentId;
use crate::error::{AppError, ErrorKind, Exit};
use crate::services::retrieval::{EvaluatedCase, Evaluation, EvaluationOrder, Feedback, Group, Grouping, evaluate};

/// What rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum By {
    /// A trace, the worst first
    Case,
    /// A day in UTC
    Day,
    /// The index that was searched, else the name of the span that searched
    Retriever,
    /// A prompt and its version
    Prompt,
}

/// Arguments of `hindcast retrieval eval`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Which documents answer which questions: JSON lines, or TREC's qrels; may be repeated. What was kept with
    /// `hindcast score TRACE_ID relevance GRADE --document ID`, or in the workbench, counts in any case
    #[arg(long, value_name = "FILE")]
    pub qrels: Vec<PathBuf>,
    /// Take what answers with good feedback rest on as relevant; what was not retrieved stays unknown
    #[arg(long)]
    pub from_feedback: bool,
    /// What is measured
    #[command(flatten)]
    pub measures: MeasureArgs,
    /// What a row is
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = By::Case)]
    pub by: By,
    /// Evaluate the newest N traces only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
}

/// Prints the figures.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let filter = context.filter(&args.filter)?;
    let store = context.store()?;
    context.notices.progress("reading what was retrieved");
    let order = EvaluationOrder {
        filter,
        limit: args.limit.unwrap_or(u32::MAX) as usize,
        files: args.qrels.clone(),
        feedback: if args.from_feedback { Feedback::Counts } else { Feedback::Left },
        measures: args.measures.measures(),
    };
    let evaluation = evaluate(store, &order, &context.cancel)?;
    context.notices.clear();
    if evaluation.cases.is_empty() {
        return Err(nothing(&evaluation));
    }
    let table = match args.by {
        By::Case => cases(&evaluation),
        By::Day => groups(&evaluation, Grouping::Day, Column::id("day", "day (UTC)")),
        By::Retriever => groups(&evaluation, Grouping::Retriever, Column::text("retriever", "retriever")),
        By::Prompt => groups(&evaluation, Grouping::Prompt, Column::text("prompt", "prompt")),
    };
    match context.out.format() {
        Format::Json => print_document(&evaluation, &table, context)?,
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table)?,
    }
    tell(&evaluation, context);
    Ok(Exit::Fine)
}

fn nothing(evaluation: &Evaluation) -> AppError {
    if evaluation.retrieved == 0 {
        return AppError::new(ErrorKind::CheckFailed, "no trace that matches retrieved anything")
            .hint("hindcast traces has:chunks lists those that did");
    }
    let said = format!(
        "{} something, and of none it is known which documents answer",
        counted(evaluation.retrieved as u64, "trace retrieved", "traces retrieved")
    );
    AppError::new(ErrorKind::CheckFailed, said)
        .hint("--qrels FILE names the relevant documents of questions")
        .hint("hindcast score TRACE_ID relevance 2 --document ID keeps a judgement; so does the Retrieval screen")
}

fn cases(evaluation: &Evaluation) -> Table {
    let mut columns = vec![
        Column::id("trace_id", "trace"),
        Column::hidden("started_at"),
        Column::hidden("question_id"),
        Column::text("question", "question"),
        Column::text("retriever", "retriever"),
        Column::hidden("prompt"),
    ];
    columns.extend(figures::columns(&evaluation.measures));
    columns.extend([Column::text("missed", "missed"), Column::hidden("found"), Column::hidden("relevant")]);
    let mut table = Table::new("groups", columns);
    for case in &evaluation.cases {
        let mut row = vec![
            Cell::Text(case.trace_id.as_str().to_owned()),
            Cell::Time(case.started_at),
            Cell::text(case.question_id.as_deref()),
            Cell::Text(case.question.clone()),
            Cell::Text(case.retriever.clone()),
            Cell::text(case.prompt.as_deref()),
        ];
        row.extend(figures::values(&evaluation.measures, case.values.as_ref()));
        row.extend([ids(case.missed()), ids(case.ranked.documents()), relevant(case)]);
        table.push(row);
    }
    table
}

fn ids<'a>(documents: impl IntoIterator<Item = &'a DocumentId>) -> Cell {
    Cell::List(documents.into_iter().map(|document| document.as_str().to_owned()).collect())
}

fn relevant(case: &EvaluatedCase) -> Cell {
    let one = |(document, grade): (&DocumentId, crate::domain::retrieval::Grade)| json!({"document_id": document.as_str(), "grade": grade.get()});
    Cell::Json(case.judged.iter().map(one).collect())
}

fn groups(evaluation: &Evaluation, grouping: Grouping, name: Column) -> Table {
    let mut columns = vec![name, Column::number("cases", "cases"), Column::number("without_relevant", "unanswerable")];
    columns.extend(figures::columns(&evaluation.measures));
    let mut table = Table::new("groups", columns);
    for Group { name, cases, means } in evaluation.groups(grouping) {
        let [measured, left_out] = figures::counts(&means, cases);
        let mut row = vec![Cell::Text(name), Cell::Count(measured as i128), Cell::Count(left_out as i128)];
        row.extend(figures::means(&means));
        table.push(row);
    }
    table
}

fn print_document(evaluation: &Evaluation, table: &Table, context: &mut Context<'_>) -> Result<(), AppError> {
    let means = evaluation.means();
    let [measured, left_out] = figures::counts(&means, evaluation.cases.len());
    let fields = [
        ("k", evaluation.measures.cutoffs.iter().map(|cutoff| Value::from(cutoff.get())).collect()),
        ("gain", Value::from(evaluation.measures.gain.as_str())),
        ("retrieved", Value::from(evaluation.retrieved)),
        ("unjudged", Value::from(evaluation.unjudged)),
        ("cases", Value::from(measured)),
        ("without_relevant", Value::from(left_out)),
        ("metrics", figures::document(&means)),
        ("groups", table.objects().map(Value::Object).collect()),
    ];
    context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn tell(evaluation: &Evaluation, context: &Context<'_>) {
    let means = evaluation.means();
    let [measured, left_out] = figures::counts(&means, evaluation.cases.len());
    let shown = means.iter().filter(|(metric, _)| figures::is_shown(&evaluation.measures, *metric));
    let shown = shown.filter_map(|(metric, summary)| {
        let summary = (*summary)?;
        let interval = summary.interval.map(|[low, high]| format!(" ({low:.3} to {high:.3})")).unwrap_or_default();
        Some(format!("{metric} {:.4}{interval}", summary.mean))
    });
    context.notices.note(&format!(
        "{}: {}",
        counted(measured as u64, "case", "cases"),
        shown.collect::<Vec<_>>().join(" · ")
    ));
    if left_out > 0 {
        context
            .notices
            .note(&format!("{} left out: no document answers", counted(left_out as u64, "case is", "cases are")));
    }
    if evaluation.unjudged > 0 {
        context.notices.note(&format!(
            "of {} it is not known which documents answer",
            counted(evaluation.unjudged as u64, "further trace", "further traces")
        ));
    }
    if evaluation.without_id > 0 {
        context.notices.note(&format!(
            "{} without the id of a document: they count as not found",
            counted(evaluation.without_id as u64, "chunk was recorded", "chunks were recorded")
        ));
    }
}
