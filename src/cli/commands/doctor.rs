//! `hindcast doctor`: says what is in order, and what to do about the rest.

use serde_json::Value;

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::output::Format;
use super::super::table::{Column, Table};
use super::super::terminal::{self, Paint};
use crate::error::{AppError, Exit};
use crate::logging;
use crate::services::Services;
use crate::services::doctor::{Check, Health, examine};
use crate::store::IndexState;

/// Arguments of `hindcast doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the checks; exit code 1 where one of them found a problem.
pub fn run(_: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.notices.progress("looking around");
    let mut checks = examine(context.services, &terminal::facts());
    checks.push(index(context));
    checks.extend(log(context.services));
    context.notices.clear();
    let mut table = Table::new(
        "checks",
        vec![
            Column::id("check", "what"),
            Column::id("state", "state"),
            Column::text("detail", "found"),
            Column::text("remedy", "what to do"),
        ],
    );
    for check in &checks {
        let (word, paint) = match check.state {
            Health::Ok => ("ok", Paint::Good),
            Health::Warning => ("warning", Paint::Warning),
            Health::Problem => ("problem", Paint::Bad),
        };
        table.push(vec![
            Cell::Text(check.check.clone()),
            Cell::Status(word.into(), paint),
            Cell::Text(check.detail.clone()),
            Cell::text(check.remedy.as_deref()),
        ]);
    }
    let is_fine = checks.iter().all(|check| check.state != Health::Problem);
    match context.out.format() {
        Format::Json => {
            let version = Value::from(env!("CARGO_PKG_VERSION"));
            let list = table.objects().map(Value::Object).collect();
            let fields = [("version", version), ("ok", Value::from(is_fine)), ("checks", list)];
            context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())?;
        }
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table)?,
    }
    Ok(if is_fine { Exit::Fine } else { Exit::CheckFailed })
}

fn index(context: &Context<'_>) -> Check {
    let state = context.services.store().and_then(|store| Ok((store.prepare(&context.cancel)?, store)));
    match state {
        Ok((IndexState::New, _)) => Check::ok("index", "there is none yet; the first import makes it"),
        Ok((IndexState::PutAside { kept, reason }, _)) => Check::warning(
            "index",
            format!("it could not be used ({reason}) and is kept as {}", kept.display()),
            "`hindcast index --rebuild` builds it anew from the files",
        ),
        Ok((IndexState::Ready, store)) => match store.size(&context.cancel) {
            Ok(size) => Check::ok(
                "index",
                format!("{} traces, {} spans, {} sources, {} runs", size.traces, size.spans, size.sources, size.runs),
            ),
            Err(error) => Check::problem("index", error.to_string(), "`hindcast index --rebuild` builds it anew"),
        },
        Err(error) => Check::problem("index", error.to_string(), "`hindcast index --rebuild` builds it anew"),
    }
}

fn log(services: &Services) -> Option<Check> {
    let path = services.workspace().ok()?.log().join(logging::FILE_NAME);
    Some(Check::ok("log", path.display().to_string()))
}
