//! The outcome of a replay as text and as data.

use serde_json::Value;

use super::cell::Cell;
use super::decided_text::decided_lines;
use super::figures;
use super::notices::Notices;
use super::output::{Format, Output};
use super::run_end::{tell_stopped, tell_unknown};
use super::table::{Column, Table};
use crate::error::AppError;
use crate::services::replay::{OutcomeVariant, RunOutcome};

/// Prints what came out.
pub fn print_outcome(outcome: &RunOutcome, out: &mut Output) -> Result<(), AppError> {
    match out.format() {
        Format::Json => {
            let document = serde_json::to_value(outcome)
                .map_err(|error| AppError::internal(format!("the outcome cannot be written: {error}")))?;
            let Value::Object(mut fields) = document else { return Ok(()) };
            fields.shift_remove("schema_version");
            out.document(fields)
        }
        Format::Table | Format::Jsonl | Format::Csv => {
            let mut table = Table::new(
                "runs",
                vec![
                    Column::id("run_id", "run"),
                    Column::id("status", "status"),
                    Column::number("requests", "calls"),
                    Column::number("results", "results"),
                    Column::number("ok", "ok"),
                    Column::number("failed", "failed"),
                    Column::number("unknown", "unknown"),
                    Column::number("from_cache", "cached"),
                    Column::number("cost_usd", "$"),
                    Column::number("estimated_cost_usd", "estimated $"),
                    Column::number("wall_ms", "ms"),
                ],
            );
            table.push(vec![
                Cell::Text(outcome.run_id.as_str().into()),
                Cell::Text(outcome.status.as_str().into()),
                Cell::Count(outcome.requests.into()),
                Cell::Count(outcome.results.into()),
                Cell::Count(outcome.ok.into()),
                Cell::Count(outcome.failed.into()),
                Cell::Count(outcome.unknown.into()),
                Cell::Count(outcome.from_cache.into()),
                Cell::maybe(outcome.cost_usd, Cell::Usd),
                Cell::maybe(outcome.estimated_cost_usd, Cell::Usd),
                Cell::Count(outcome.wall_ms.into()),
            ]);
            out.rows(&table)
        }
    }
}

/// Says how it ended, and what to do next.
pub fn tell_end(outcome: &RunOutcome, notices: &Notices) {
    let id = outcome.run_id.as_str();
    if let Some(reason) = &outcome.stopped_by {
        notices.warning(reason);
    }
    if let Some(decided) = &outcome.decided {
        let name = |variant: &OutcomeVariant| format!("{} {}", variant.id.as_str(), variant.model);
        notices.note(&outcome.variants.iter().map(name).collect::<Vec<_>>().join(" · "));
        for line in decided_lines(decided) {
            notices.note(&line);
        }
    }
    tell_stopped(outcome.status, "replay", id, notices);
    if outcome.diverged > 0 {
        notices.note(&format!(
            "{} the recording: `hindcast runs {id} --format jsonl` shows each step, the workbench shows it beside the \
             recording and can go on from there",
            figures::counted(outcome.diverged, "chain left", "chains left"),
        ));
    }
    tell_unknown(outcome.unknown, id, notices);
    if outcome.skipped > 0 {
        notices.note(&format!("{} skipped", figures::counted(outcome.skipped, "answer was", "answers were")));
    }
    notices.note(&format!("answers: hindcast runs {id} · side by side: hindcast compare {id}"));
}
