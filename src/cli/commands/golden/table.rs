//! The answers to golden cases as rows and as a document.

use serde_json::{Map, Value, json};

use super::super::super::cell::Cell;
use super::super::super::table::{Column, Table};
use super::super::super::terminal::Paint;
use crate::domain::golden::{AnswerCheck, Carried, Outcome};
use crate::domain::run::RunStatus;
use crate::services::golden::{CheckedAnswer, CheckedCase, GoldenReport};

/// What stands for an answer that is not there, beside the names of outcomes.
const UNANSWERED: &str = "unanswered";

/// A row for each case, variant and sample.
pub fn answers(report: &GoldenReport) -> Table {
    let mut table = Table::new(
        "answers",
        vec![
            Column::id("id", "case"),
            Column::hidden("trace_id"),
            Column::hidden("span_id"),
            Column::id("variant", "variant"),
            Column::hidden("model"),
            Column::hidden("prompt"),
            Column::number("sample", "sample"),
            Column::hidden("result_id"),
            Column::hidden("status"),
            Column::id("outcome", "outcome"),
            Column::number("carried", "carried"),
            Column::number("expected", "of"),
            Column::number("grounded_rate", "grounded"),
            Column::id("refused", "refused"),
            Column::number("citations", "cited"),
            Column::number("citations_wrong", "wrongly"),
            Column::text("question", "question"),
            Column::text("why", "why"),
            Column::hidden("output_text"),
            Column::hidden("cost_usd"),
            Column::hidden("latency_ms"),
        ],
    );
    for (case, answer) in report.cases.iter().flat_map(|case| case.answers.iter().map(move |answer| (case, answer))) {
        table.push(row(case, answer));
    }
    table
}

fn row(case: &CheckedCase, answer: &CheckedAnswer) -> Vec<Cell> {
    let (result, check) = (&answer.result, answer.check.as_ref());
    let wrong = |check: &AnswerCheck| (check.citations.missing + check.citations.unsupported) as i128;
    vec![
        Cell::Text(case.golden.id.as_str().into()),
        Cell::Text(result.trace_id.as_str().into()),
        Cell::Text(result.span_id.as_str().into()),
        Cell::Text(result.variant.as_str().into()),
        Cell::Text(result.model.clone()),
        Cell::text(result.prompt.clone()),
        Cell::Count(result.sample.into()),
        Cell::Text(result.result_id.as_str().into()),
        Cell::Text(result.status.as_str().into()),
        outcome_cell(answer.outcome()),
        Cell::maybe(check, |check| Cell::Count(check.carried() as i128)),
        Cell::Count(case.golden.expected_facts.len() as i128),
        Cell::maybe(check.and_then(|check| check.grounded_rate), Cell::Real),
        Cell::maybe(check, |_| Cell::Flag(answer.refusal.is_some())),
        Cell::maybe(check, |check| Cell::Count(check.citations.cited as i128)),
        Cell::maybe(check, |check| Cell::Count(wrong(check))),
        Cell::Text(case.golden.question.clone()),
        Cell::text(why(answer)),
        Cell::text(result.output_text.clone()),
        Cell::maybe(result.cost_usd, Cell::Usd),
        Cell::maybe(result.latency_ms, Cell::Millis),
    ]
}

fn outcome_cell(outcome: Option<Outcome>) -> Cell {
    let paint = match outcome {
        Some(Outcome::Passed) => Paint::Good,
        Some(Outcome::Failed) => Paint::Bad,
        Some(Outcome::Unchecked) => Paint::Dim,
        None => Paint::Warning,
    };
    Cell::Status(outcome.map_or(UNANSWERED, Outcome::as_str).to_owned(), paint)
}

/// Why an answer did not pass: the facts that it does not carry, or why there is no answer. Nothing where it passed.
fn why(answer: &CheckedAnswer) -> Option<String> {
    let Some(check) = &answer.check else { return answer.result.error.clone() };
    let refused = answer.refusal.as_ref().map(|why| format!("refused ({why})"));
    let not_carried = check.facts.iter().filter(|fact| fact.carried != Carried::Carried);
    let facts = not_carried.map(|fact| format!("{}: {} ({})", fact.carried.as_str(), fact.fact, fact.why));
    let all: Vec<String> = refused.into_iter().chain(facts).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The whole report as the fields of a document.
pub fn document(report: &GoldenReport, status: RunStatus, cost: Value) -> Map<String, Value> {
    let variants = report.run.variants.iter().map(|variant| {
        json!({
            "id": variant.id,
            "model": variant.model.to_string(),
            "prompt": variant.prompt.as_ref().map(ToString::to_string),
        })
    });
    let cases = report.cases.iter().map(|case| {
        json!({
            "id": case.golden.id,
            "trace_id": case.golden.trace_id,
            "span_id": case.golden.span_id,
            "question": case.golden.question,
            "answers": case.answers.iter().map(answer).collect::<Vec<_>>(),
        })
    });
    let fields = [
        ("run_id", json!(report.run.run_id)),
        ("status", json!(status.as_str())),
        ("variants", variants.collect()),
        ("passed", json!(report.count(Some(Outcome::Passed)))),
        ("failed", json!(report.count(Some(Outcome::Failed)))),
        ("unchecked", json!(report.count(Some(Outcome::Unchecked)))),
        ("unanswered", json!(report.count(None))),
        ("cost_usd", cost),
        ("cases", cases.collect()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn answer(answer: &CheckedAnswer) -> Value {
    let (result, check) = (&answer.result, answer.check.as_ref());
    let facts = check.map(|check| {
        let fact = |fact: &crate::domain::golden::FactCheck| {
            json!({ "fact": fact.fact, "carried": fact.carried.as_str(), "why": fact.why })
        };
        check.facts.iter().map(fact).collect::<Vec<_>>()
    });
    let citations = check.map(|check| {
        let count = check.citations;
        json!({ "cited": count.cited, "missing": count.missing, "unsupported": count.unsupported })
    });
    json!({
        "variant": result.variant,
        "model": result.model,
        "prompt": result.prompt,
        "sample": result.sample,
        "result_id": result.result_id,
        "status": result.status.as_str(),
        "outcome": answer.outcome().map_or(UNANSWERED, Outcome::as_str),
        "facts": facts,
        "grounded_rate": check.and_then(|check| check.grounded_rate),
        "refused": check.map(|_| answer.refusal.is_some()),
        "refusal": answer.refusal,
        "citations": citations,
        "output_text": result.output_text,
        "cost_usd": result.cost_usd,
        "latency_ms": result.latency_ms,
        "error": result.error,
    })
}
