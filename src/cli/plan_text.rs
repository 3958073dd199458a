//! A plan as text and as data: what would be sent, and what it would cost.

use serde_json::Value;

use super::agreement::{self, Agreed, Offer};
use super::cell::Cell;
use super::decided_text::design_notes;
use super::figures;
use super::notices::Notices;
use super::output::{Format, Output};
use super::skipped_text::skipped_lines;
use super::table::{Column, Table};
use crate::domain::money::Money;
use crate::error::AppError;
use crate::services::replay::{PlanModel, ReplayPlan};

/// Skipped cases that are named one by one.
const MOST_SKIPPED: usize = 5;

/// Says what would be sent, before anything is.
pub fn tell_plan(plan: &ReplayPlan, notices: &Notices) {
    let cached: u64 = plan.models.iter().map(|model| model.from_cache).sum();
    let from_cache = if cached > 0 { format!(", {cached} more from the cache") } else { String::new() };
    notices.note(&format!(
        "{} × {} × {}: {} to send{from_cache}, about ${}, at most ${}",
        figures::counted(plan.run.cases, "case", "cases"),
        figures::counted(plan.run.variants.len() as u64, "variant", "variants"),
        figures::counted(plan.run.samples.into(), "sample", "samples"),
        figures::counted(plan.requests(), "request", "requests"),
        figures::usd(plan.estimated_cost()),
        figures::usd(plan.worst_case()),
    ));
    for model in &plan.models {
        let proxy = model.proxy.as_ref().map(|proxy| format!(" through {proxy}")).unwrap_or_default();
        notices.note(&format!(
            "  {} at {}{proxy}: {}, about {} tokens in and {} out, about ${}",
            model.model,
            model.origin,
            figures::counted(model.requests, "request", "requests"),
            model.input_tokens,
            model.output_tokens,
            figures::usd(model.estimated_cost_usd),
        ));
        model.dropped.iter().for_each(|dropped| notices.note(&format!("    left out: {dropped}")));
    }
    notices.detail(&format!("  estimate: {}", plan.basis));
    plan.notes.iter().for_each(|note| notices.note(&format!("  {note}")));
    for note in design_notes(plan) {
        notices.note(&format!("  {note}"));
    }
    if let Some(cap) = plan.run.max_cost
        && plan.worst_case() > Money::ZERO
    {
        let spent = if plan.journal.is_some() {
            format!(", ${} of it spent", figures::usd(plan.spent_before))
        } else {
            String::new()
        };
        notices.note(&format!("  cap ${}{spent}", figures::usd(cap)));
    }
    let skipped = skipped_lines(&plan.skipped);
    skipped.iter().take(MOST_SKIPPED).for_each(|line| notices.note(&format!("  {line}")));
    notices.and_more(skipped.len().saturating_sub(MOST_SKIPPED));
    if !plan.unknown.is_empty() {
        notices.note(&format!(
            "  {} sent and never heard of again; --retry-unknown asks again and may pay twice",
            figures::counted(plan.unknown.len() as u64, "call was", "calls were"),
        ));
    }
}

/// Asks before anything of a plan is spent; refuses where nobody can be asked.
pub fn agree(agreed: Agreed, plan: &ReplayPlan, notices: &Notices) -> Result<(), AppError> {
    if plan.requests() == 0 {
        return Ok(());
    }
    let offer = Offer {
        sends: figures::counted(plan.requests(), "request", "requests"),
        about: plan.estimated_cost(),
        at_most: plan.worst_case(),
        cap: plan.run.max_cost,
    };
    agreement::agree(agreed, &offer, notices)
}

/// Prints a plan that is not run.
pub fn print_plan(plan: &ReplayPlan, out: &mut Output) -> Result<(), AppError> {
    let table = plan_table(&plan.models);
    if out.format() != Format::Json {
        return out.rows(&table);
    }
    let fields = [
        ("status", Value::from("planned")),
        ("cases", Value::from(plan.run.cases)),
        ("variants", Value::from(plan.run.variants.len())),
        ("samples", Value::from(plan.run.samples)),
        ("requests", Value::from(plan.requests())),
        ("skipped", Value::from(plan.skipped.len())),
        ("estimated_cost_usd", Cell::Usd(plan.estimated_cost()).to_json()),
        ("worst_case_usd", Cell::Usd(plan.worst_case()).to_json()),
        ("max_cost_usd", Cell::maybe(plan.run.max_cost, Cell::Usd).to_json()),
        ("basis", Value::from(plan.basis.as_str())),
        ("unsteady_cases", Value::from(plan.unsteady)),
        ("until", Value::from(plan.run.until.as_ref().map(|rule| format!("decided:{}", rule.evaluator())))),
        ("models", table.objects().map(Value::Object).collect()),
    ];
    out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn plan_table(models: &[PlanModel]) -> Table {
    let mut table = Table::new(
        "models",
        vec![
            Column::id("model", "model"),
            Column::text("origin", "where"),
            Column::number("requests", "requests"),
            Column::number("from_cache", "cached"),
            Column::number("input_tokens", "in tok"),
            Column::number("output_tokens", "out tok"),
            Column::number("estimated_cost_usd", "about $"),
            Column::number("worst_case_usd", "at most $"),
        ],
    );
    for model in models {
        table.push(vec![
            Cell::Text(model.model.clone()),
            Cell::Text(model.origin.clone()),
            Cell::Count(model.requests.into()),
            Cell::Count(model.from_cache.into()),
            Cell::Count(model.input_tokens.into()),
            Cell::Count(model.output_tokens.into()),
            Cell::Usd(model.estimated_cost_usd),
            Cell::Usd(model.worst_case_usd),
        ]);
    }
    table
}
