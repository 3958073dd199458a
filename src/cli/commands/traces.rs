//! `hindcast traces`: lists traces.

use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::trace_rows;
use crate::error::{AppError, Exit};
use crate::store::{SortDirection, TraceSortField, TracesQuery};

/// Arguments of `hindcast traces`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// Print at most this many, 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u64,
    /// Order by age, latency, tokens, cost, status, name or model; a - before it turns it round
    #[arg(long, value_name = "FIELD", default_value = "age", allow_hyphen_values = true)]
    pub sort: String,
}

/// Prints the list.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let filter = context.filter(&args.filter)?;
    let (sort, direction) = order(&args.sort)?;
    let store = context.store()?;
    let limit = if args.limit == 0 { usize::MAX } else { usize::try_from(args.limit).unwrap_or(usize::MAX) };
    let mut query = TracesQuery { filter, sort, direction, after: None, limit: limit.min(PAGE) };
    let mut rows = Vec::new();
    loop {
        let page = store.traces_page(&query, &context.cancel, &mut |_| {})?;
        rows.extend(page.rows);
        if rows.len() >= limit || page.next.is_none() {
            break;
        }
        query.after = page.next;
    }
    rows.truncate(limit);
    context.notices.clear();
    // Tables show the beginning of a text; the other formats have all of it.
    let texts = match context.out.format() {
        Format::Table => None,
        Format::Json | Format::Jsonl | Format::Csv => Some(store.trace_texts(&rows, &context.cancel)?),
    };
    context.out.rows(&trace_rows::table(&rows, texts.as_deref()))?;
    if rows.is_empty() {
        context.notices.note(if args.filter.is_empty() {
            "no traces yet: `hindcast import PATH` imports some, or put files into traces/"
        } else {
            "no trace matches"
        });
    } else if rows.len() == limit {
        let all = store.traces_count(&TracesQuery { after: None, ..query }, &context.cancel)?;
        let shown = rows.len() as u64;
        if all > shown {
            context
                .notices
                .note(&format!("{shown} of {} shown; --limit 0 shows all", figures::counted(all, "trace", "traces")));
        }
    }
    Ok(Exit::Fine)
}

/// Rows asked of the store at a time.
const PAGE: usize = 1_000;

/// Reads `--sort`.
fn order(text: &str) -> Result<(TraceSortField, SortDirection), AppError> {
    let (name, direction) =
        text.strip_prefix('-').map_or((text, SortDirection::Natural), |name| (name, SortDirection::Reversed));
    let field = if name == "time" { Some(TraceSortField::Age) } else { TraceSortField::parse(name) };
    let names = TraceSortField::ALL.map(TraceSortField::as_str).join(", ");
    field
        .map(|field| (field, direction))
        .ok_or_else(|| AppError::usage(format!("traces cannot be sorted by `{name}`")).hint(format!("sort by {names}")))
}
