//! `hindcast sessions`: lists sessions.

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::store::TracesQuery;

/// Arguments of `hindcast sessions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
}

/// Prints the list, the latest first.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let filter = context.filter(&args.filter)?;
    let store = context.store()?;
    let query = TracesQuery { filter, limit: u32::MAX as usize, ..TracesQuery::default() };
    let sessions = store.sessions(&query, &context.cancel)?;
    context.notices.clear();
    let mut table = Table::new(
        "sessions",
        vec![
            Column::id("session_id", "session"),
            Column::id("started_at", "started (UTC)"),
            Column::id("last_at", "last (UTC)"),
            Column::number("traces", "traces"),
            Column::number("errors", "errors"),
            Column::number("tokens", "tok"),
            Column::number("cost_usd", "$"),
            Column::text("user_id", "user"),
            Column::text("tenant_id", "tenant"),
            Column::text("first_input", "first question"),
        ],
    );
    for session in &sessions {
        table.push(vec![
            Cell::Text(session.session_id.as_str().into()),
            Cell::Time(session.started_at),
            Cell::Time(session.last_at),
            Cell::Count(session.traces.into()),
            Cell::Count(session.errors.into()),
            Cell::count(session.tokens),
            Cell::maybe(session.cost_usd, Cell::Usd),
            Cell::text(session.user_id.as_deref()),
            Cell::text(session.tenant_id.as_deref()),
            Cell::text(session.first_input.as_deref()),
        ]);
    }
    context.out.rows(&table)?;
    if sessions.is_empty() {
        context.notices.note("no sessions: no trace that matches names one");
    }
    Ok(Exit::Fine)
}
