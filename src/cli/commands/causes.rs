//! `hindcast causes`: wrong answers grouped by why they are wrong.

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::domain::ids::TraceId;
use crate::error::{AppError, Exit};
use crate::store::CauseCount;

/// Arguments of `hindcast causes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of traces that match
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Traces that are named for each cause
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub newest: usize,
}

/// Prints them.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let store = context.store()?;
    context.ground_history()?;
    let filter = context.filter(&args.filter)?;
    let counts = store.cause_counts(&filter, args.newest, &context.cancel)?;
    context.notices.clear();
    match context.out.format() {
        Format::Json => {
            let mut document = Map::new();
            document.insert("causes".into(), counts.iter().map(object).collect());
            context.out.document(document)?;
        }
        Format::Jsonl => counts.iter().try_for_each(|count| context.out.json_line(&object(count)))?,
        Format::Csv | Format::Table => context.out.rows(&table(&counts))?,
    }
    if counts.is_empty() {
        context.notices.note("no answer is known to be wrong; what the scorer is unsure of does not count");
    } else {
        context.notices.note("hindcast traces cause:NAME lists the answers of a cause");
    }
    Ok(Exit::Fine)
}

fn object(count: &CauseCount) -> Value {
    let newest: Vec<&str> = count.newest.iter().map(TraceId::as_str).collect();
    json!({"cause": count.cause, "title": count.cause.title(), "answers": count.answers, "newest": newest,
           "next": count.cause.remedy()})
}

fn table(counts: &[CauseCount]) -> Table {
    let mut table = Table::new(
        "causes",
        vec![
            Column::id("cause", "cause"),
            Column::text("title", "that is"),
            Column::number("answers", "answers"),
            Column::id("newest", "newest"),
            Column::text("next", "next"),
        ],
    );
    for count in counts {
        let newest: Vec<&str> = count.newest.iter().map(TraceId::as_str).collect();
        table.push(vec![
            Cell::Text(count.cause.as_str().into()),
            Cell::Text(count.cause.title().into()),
            Cell::Count(count.answers.into()),
            Cell::Text(newest.join(" ")),
            Cell::Text(count.cause.remedy().into()),
        ]);
    }
    table
}
