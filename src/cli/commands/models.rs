//! `hindcast models`: lists providers, models and prices.

use serde_json::{Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::Format;
use super::super::table::{Column, Table};
use super::super::terminal::Paint;
use crate::error::{AppError, Exit};
use crate::services::models::{self, Models, ProviderEntry, Standing};

/// Arguments of `hindcast models`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ask each provider whether it can be reached, and which models it has
    #[arg(long)]
    pub check: bool,
}

/// Prints them.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let models = if args.check {
        context.notices.progress("asking the providers");
        models::check(context.services)?
    } else {
        models::list(context.services)?
    };
    context.notices.clear();
    match context.out.format() {
        Format::Json => {
            let providers = models.providers.iter().map(provider_json).collect::<Value>();
            let found = serde_json::to_value(&models.found).unwrap_or_default();
            context.out.document([("providers".into(), providers), ("found".into(), found)].into_iter().collect())?;
        }
        Format::Table | Format::Jsonl | Format::Csv => context.out.rows(&table(&models))?,
    }
    for found in &models.found {
        context.notices.note(&format!(
            "a model server answers at {} (usually {}) with {}; to use it, add to hindcast.toml:\n  [providers.{}]\n  \
             kind = \"openai\"\n  base_url = \"{}\"",
            found.base_url,
            found.usually,
            figures::counted(found.models.len() as u64, "model", "models"),
            found.usually.replace('.', "-"),
            found.base_url,
        ));
    }
    if !args.check {
        context.notices.note("--check asks each provider whether it can be reached, and which models it has");
    }
    Ok(Exit::Fine)
}

fn words(standing: &Standing) -> (&'static str, Option<&str>, Paint) {
    match standing {
        Standing::Configured => ("configured", None, Paint::Dim),
        Standing::Reachable => ("reachable", None, Paint::Good),
        Standing::Unusable(reason) => ("unusable", Some(reason), Paint::Bad),
    }
}

fn table(models: &Models) -> Table {
    let mut table = Table::new(
        "models",
        vec![
            Column::id("id", "model"),
            Column::hidden("provider"),
            Column::hidden("kind"),
            Column::id("state", "state"),
            Column::number("input_usd_per_mtok", "in $/Mtok"),
            Column::number("output_usd_per_mtok", "out $/Mtok"),
            Column::text("origin", "where"),
            Column::text("problem", "problem"),
            Column::hidden("price_source"),
        ],
    );
    for provider in &models.providers {
        let (state, problem, paint) = words(&provider.standing);
        let row = |id: String, input, output, source: Option<&str>| {
            vec![
                Cell::Text(id),
                Cell::Text(provider.info.name.clone()),
                Cell::Text(provider.info.kind.as_str().into()),
                Cell::Status(state.into(), paint),
                Cell::maybe(input, Cell::Usd),
                Cell::maybe(output, Cell::Usd),
                Cell::text(provider.info.origin.as_deref()),
                Cell::text(problem),
                Cell::text(source),
            ]
        };
        if provider.models.is_empty() {
            table.push(row(format!("{}/…", provider.info.name), None, None, None));
        }
        for model in &provider.models {
            let id = format!("{}/{}", provider.info.name, model.model);
            table.push(row(id, model.input, model.output, model.price_source.as_deref()));
        }
    }
    table
}

fn provider_json(provider: &ProviderEntry) -> Value {
    let (state, problem, _) = words(&provider.standing);
    let models: Vec<Value> = provider
        .models
        .iter()
        .map(|model| {
            json!({
                "id": format!("{}/{}", provider.info.name, model.model),
                "model": model.model,
                "input_usd_per_mtok": model.input,
                "output_usd_per_mtok": model.output,
                "price_source": model.price_source,
            })
        })
        .collect();
    json!({
        "name": provider.info.name,
        "kind": provider.info.kind.as_str(),
        "origin": provider.info.origin,
        "proxy": provider.info.proxy,
        "state": state,
        "problem": problem,
        "models": models,
    })
}
