//! An ablation as text and as data: its plan, its ranking, its verdict.

use serde_json::{Map, Value};

use super::cell::Cell;
use super::figures::{counted, usd};
use super::notices::Notices;
use super::output::{Format, Output};
use super::table::{Column, Table};
use crate::domain::money::Money;
use crate::domain::run_design::AblationSubject;
use crate::error::AppError;
use crate::services::ablation::{AblationOutcome, AblationPlan, AblationReport, ReportedItem};

/// Cells of the bar of an effect of 1.
const BAR: usize = 10;

const fn noun(subject: AblationSubject) -> (&'static str, &'static str) {
    match subject {
        AblationSubject::Chunks => ("chunk", "chunks"),
        AblationSubject::Parts => ("part", "parts"),
    }
}

/// Says what would be sent, before anything is.
pub fn tell_plan(plan: &AblationPlan, notices: &Notices) {
    let (one, many) = noun(plan.design.subject);
    let (run, forecast) = (&plan.first.run, &plan.forecast);
    let model = run.variants.first().map_or_else(String::new, |variant| variant.model.to_string());
    notices.note(&format!(
        "{} of trace {}, {} to each test, asked of {model}",
        counted(plan.items.tested.len() as u64, one, many),
        plan.case.trace_id.as_str(),
        counted(run.samples.into(), "answer", "answers"),
    ));
    if let Some(sentence) = &plan.sentence {
        notices.note(&format!("  looking for: {sentence}"));
    }
    for item in &plan.items.absent {
        notices.note(&format!(
            "  {one} {} does not stand in the messages, so that the answer cannot come from it there; it is not tested",
            item.rank
        ));
    }
    notices.note(&format!(
        "  at most {} where one {one} is responsible, about ${}, at most ${}; {} whatever comes out",
        counted(forecast.usual, "request", "requests"),
        usd(forecast.estimate),
        usd(forecast.worst),
        forecast.most
    ));
    for of_model in &plan.first.models {
        notices.note(&format!("  {} at {}", of_model.model, of_model.origin));
        of_model.dropped.iter().for_each(|dropped| notices.note(&format!("    left out: {dropped}")));
    }
    plan.first.notes.iter().for_each(|note| notices.note(&format!("  {note}")));
    if let Some(cap) = run.max_cost.filter(|_| forecast.worst > Money::ZERO) {
        notices.note(&format!("  cap ${}", usd(cap)));
    }
}

/// Prints a plan that is not run.
pub fn print_plan(plan: &AblationPlan, out: &mut Output) -> Result<(), AppError> {
    let (run, forecast) = (&plan.first.run, &plan.forecast);
    let mut table = Table::new(
        "plan",
        vec![
            Column::id("status", "status"),
            Column::id("trace_id", "trace"),
            Column::id("model", "model"),
            Column::number("items", noun(plan.design.subject).1),
            Column::number("samples", "samples"),
            Column::number("requests", "requests"),
            Column::number("most_requests", "at most"),
            Column::number("estimated_cost_usd", "about $"),
            Column::number("worst_case_usd", "at most $"),
            Column::number("max_cost_usd", "cap $"),
        ],
    );
    table.push(vec![
        Cell::Text("planned".into()),
        Cell::Text(plan.case.trace_id.as_str().into()),
        Cell::Text(run.variants.first().map_or_else(String::new, |variant| variant.model.to_string())),
        Cell::Count(plan.items.tested.len() as i128),
        Cell::Count(run.samples.into()),
        Cell::Count(forecast.usual.into()),
        Cell::Count(forecast.most.into()),
        Cell::Usd(forecast.estimate),
        Cell::Usd(forecast.worst),
        Cell::maybe(run.max_cost, Cell::Usd),
    ]);
    match (out.format(), table.objects().next()) {
        (Format::Json, Some(fields)) => out.document(fields),
        _ => out.rows(&table),
    }
}

/// Prints what came out.
pub fn print_report(report: &AblationReport, outcome: &AblationOutcome, out: &mut Output) -> Result<(), AppError> {
    let table = ranking(report);
    match out.format() {
        Format::Json => out.document(document(report, outcome, &table)),
        Format::Jsonl | Format::Csv => out.rows(&table),
        Format::Table => {
            out.head(&report.words)?;
            if let Some((number, sentence)) = &report.sentence {
                out.line(&format!("sentence {number}: {sentence}"))?;
            }
            out.line("")?;
            out.rows(&table)?;
            out.line("")?;
            let (_, many) = noun(report.subject);
            let [value, low, high] = report.without_all;
            out.line(&format!("without all {many}: effect {value:.2} ({low:.2} to {high:.2})"))?;
            out.line(&format!("answers to the same request agree to {:.0} %", report.agreement * 100.0))?;
            said(out, &format!("with all {many}:"), report.baseline.as_deref())?;
            said(out, &format!("with no {}:", noun(report.subject).0), report.none.as_deref())?;
            for item in report.items.iter().filter(|item| item.responsible) {
                said(out, &format!("without {} {}:", noun(report.subject).0, item.rank), item.output_text.as_deref())?;
            }
            Ok(())
        }
    }
}

fn said(out: &mut Output, head: &str, text: Option<&str>) -> Result<(), AppError> {
    let Some(text) = text else { return Ok(()) };
    out.line("")?;
    out.head(head)?;
    out.block("  ", if text.trim().is_empty() { "(nothing)" } else { text })
}

fn ranking(report: &AblationReport) -> Table {
    let (one, many) = noun(report.subject);
    let parts = report.subject == AblationSubject::Parts;
    let mut table = Table::new(
        many,
        vec![
            Column::number("rank", one),
            if parts { Column::hidden("document_id") } else { Column::text("document_id", "document") },
            if parts { Column::id("kind", "kind") } else { Column::hidden("kind") },
            if parts { Column::text("label", "begins") } else { Column::hidden("label") },
            Column::number("effect", "effect"),
            Column::number("low", "from"),
            Column::number("high", "to"),
            Column::id("bar", ""),
            Column::id("responsible", "responsible"),
            Column::hidden("changed"),
            Column::id("tested", "tested"),
            Column::text("moved", "what changed"),
            Column::hidden("output_text"),
        ],
    );
    for item in &report.items {
        table.push(row(item));
    }
    table
}

fn row(item: &ReportedItem) -> Vec<Cell> {
    let tested = match item.tested {
        Some(tested) => tested.as_str(),
        None => "not_in_messages",
    };
    vec![
        Cell::Count(item.rank.into()),
        Cell::text(item.document_id.clone()),
        Cell::text(item.kind.map(crate::domain::ablation::PartKind::as_str)),
        Cell::Text(item.label.clone()),
        figure(item.effect),
        Cell::maybe(item.low, figure),
        Cell::maybe(item.high, figure),
        Cell::Text(bar(item.effect)),
        Cell::Flag(item.responsible),
        Cell::Flag(item.changed),
        Cell::Text(tested.into()),
        Cell::Text(item.moved.clone()),
        Cell::text(item.output_text.clone()),
    ]
}

/// An effect with three decimals: more would say more than a few answers can.
fn figure(value: f64) -> Cell {
    Cell::Real((value * 1000.0).round() / 1000.0)
}

fn bar(effect: f64) -> String {
    let full = (effect.clamp(0.0, 1.0) * BAR as f64).round() as usize;
    "█".repeat(full) + &"·".repeat(BAR - full)
}

/// The JSON of an ablation; the bar is for people.
fn document(report: &AblationReport, outcome: &AblationOutcome, table: &Table) -> Map<String, Value> {
    let text = |text: &Option<String>| serde_json::json!({ "output_text": text });
    let rows = table.objects().map(|mut row| {
        row.shift_remove("bar");
        Value::Object(row)
    });
    let sentence = report.sentence.as_ref().map(|(number, text)| serde_json::json!({"number": number, "text": text}));
    let [value, low, high] = report.without_all.map(|value| figure(value).to_json());
    let fields = [
        ("trace_id", Value::from(report.trace_id.as_str())),
        ("run_id", Value::from(report.run_id.as_str())),
        ("status", Value::from(outcome.status.as_str())),
        ("model", Value::from(report.model.as_str())),
        ("samples", Value::from(report.samples)),
        ("sentence", sentence.unwrap_or(Value::Null)),
        ("verdict", Value::from(report.verdict)),
        ("verdict_text", Value::from(report.words.as_str())),
        ("responsible", Value::from(report.responsible.clone())),
        (noun(report.subject).1, rows.collect()),
        ("baseline", text(&report.baseline)),
        ("none", serde_json::json!({"output_text": report.none, "effect": value, "low": low, "high": high})),
        ("agreement", figure(report.agreement).to_json()),
        ("requests", Value::from(report.requests)),
        ("cost_usd", Cell::maybe(outcome.cost, Cell::Usd).to_json()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
