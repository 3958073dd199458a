//! `hindcast cache`: what is served again without being asked, and clearing it.

use std::time::Duration;

use serde_json::Value;

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures::counted;
use super::super::output::Format;
use super::super::table::{Column, Table};
use crate::domain::cache::{age_text, parse_age, size_text};
use crate::error::{AppError, Exit};
use crate::services::cache::{CacheContents, Cleared, clear, contents};
use crate::store::CacheRow;

/// Arguments of `hindcast cache`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do; without it, what is in the cache is listed by model
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// What can be done with the cache.
#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Do not serve answers any more; results of runs stay
    Clear {
        /// Only answers older than AGE, such as 7d or 12h
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Option<Duration>,
        /// Only answers of one model, provider/model
        #[arg(long, value_name = "MODEL")]
        model: Option<String>,
    },
}

fn age(text: &str) -> Result<Duration, String> {
    parse_age(text).ok_or_else(|| "is no age: write 7d, 12h or 90m".to_owned())
}

/// Lists what is in it, or clears it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    // The index is brought up to date first.
    context.store()?;
    match &args.action {
        None => list(&contents(context.services, &context.cancel)?, context)?,
        Some(Action::Clear { older_than, model }) => {
            let which = Cleared { older_than: *older_than, model: model.clone() };
            let cleared = clear(context.services, &which, &context.cancel)?;
            context.notices.clear();
            context.notices.note(&format!(
                "{} not served any more; the results of runs stay",
                counted(cleared, "answer is", "answers are")
            ));
            if context.out.format() == Format::Json {
                context.out.document([("cleared".to_owned(), Value::from(cleared))].into_iter().collect())?;
            }
        }
    }
    Ok(Exit::Fine)
}

fn list(contents: &CacheContents, context: &mut Context<'_>) -> Result<(), AppError> {
    context.notices.clear();
    let table = table(&contents.models);
    if context.out.format() == Format::Json {
        let sum = |of: fn(&CacheRow) -> u64| Value::from(contents.models.iter().map(of).sum::<u64>());
        let oldest = contents.models.iter().map(|row| row.oldest).min();
        let fields = [
            ("entries", Value::from(contents.entries())),
            ("bytes", sum(|row| row.bytes)),
            ("hits", sum(|row| row.hits)),
            ("oldest", Cell::maybe(oldest, Cell::Time).to_json()),
            ("max_age", Value::from(age_text(contents.limits.max_age))),
            ("max_bytes", Value::from(contents.limits.max_bytes)),
            ("models", table.objects().map(Value::Object).collect()),
        ];
        return context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    }
    context.out.rows(&table)?;
    let bytes = contents.models.iter().map(|row| row.bytes).sum();
    context.notices.note(&format!(
        "{} of {}; served for {}, up to {} ([cache] in hindcast.toml)",
        counted(contents.entries(), "answer", "answers"),
        size_text(bytes),
        age_text(contents.limits.max_age),
        size_text(contents.limits.max_bytes),
    ));
    Ok(())
}

fn table(models: &[CacheRow]) -> Table {
    let mut table = Table::new(
        "cache",
        vec![
            Column::id("model", "model"),
            Column::number("entries", "answers"),
            Column::number("bytes", "bytes"),
            Column::number("hits", "served"),
            Column::id("oldest", "oldest (UTC)"),
            Column::id("newest", "newest (UTC)"),
        ],
    );
    for row in models {
        table.push(vec![
            Cell::Text(row.model.clone()),
            Cell::Count(row.entries.into()),
            Cell::Count(row.bytes.into()),
            Cell::Count(row.hits.into()),
            Cell::Time(row.oldest),
            Cell::Time(row.newest),
        ]);
    }
    table
}
