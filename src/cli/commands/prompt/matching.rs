//! `hindcast prompt match`: which version of which prompt made a recorded call.

use serde_json::{Map, Value, json};

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::output::Format;
use super::super::super::table::{Column, Table};
use super::super::super::terminal::Paint;
use super::document;
use crate::domain::run::{CallsMode, Case};
use crate::error::{AppError, Exit};
use crate::services::prompts::{MatchReport, PromptMatch, Prompts, RecordedVersion, Verdict};
use crate::vcs::CommitId;

/// Most characters of a variable's value that a table shows.
const SHOWN: usize = 40;

/// Prints them, best first.
pub(super) fn find(
    prompts: &Prompts,
    trace: &str,
    span: Option<&str>,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let id = context.store()?.resolve_trace(trace, &context.cancel)?;
    let replay = context.services.replay()?;
    let mut cases = replay.cases(std::slice::from_ref(&id), CallsMode::All, &context.cancel)?;
    if let Some(span) = span {
        cases.retain(|case| case.span_id.as_str().starts_with(span));
    } else {
        let answer = replay.cases(std::slice::from_ref(&id), CallsMode::Answer, &context.cancel)?;
        // The call that answers comes first, then the others, the latest of them first.
        cases.reverse();
        cases.retain(|case| answer.iter().all(|answer| answer.span_id != case.span_id));
        cases.splice(0..0, answer);
    }
    context.notices.clear();
    let mut first: Option<(Case, MatchReport)> = None;
    for case in cases {
        let report = prompts.match_case_until(&case, &context.cancel)?;
        let fits = !report.matches.is_empty();
        if fits || first.is_none() {
            first = Some((case, report));
        }
        if fits {
            break;
        }
    }
    let Some((case, report)) = first else {
        let what = span.map_or_else(|| "model call".to_owned(), |span| format!("model call `{span}`"));
        return Err(AppError::store(format!(
            "the trace has no {what} to match; `hindcast show {}` lists its spans",
            id.as_str()
        )));
    };
    print(&case, &report, context)?;
    Ok(if report.matches.is_empty() { Exit::CheckFailed } else { Exit::Fine })
}

fn print(case: &Case, report: &MatchReport, context: &mut Context<'_>) -> Result<(), AppError> {
    match context.out.format() {
        Format::Json | Format::Jsonl => {
            let recorded = report.recorded.as_ref().map(|recorded| {
                json!({"name": recorded.name, "version": recorded.version, "agrees": recorded.verdict.agrees()})
            });
            document(
                &[
                    ("trace_id", Value::from(case.trace_id.as_str())),
                    ("span_id", Value::from(case.span_id.as_str())),
                    ("matches", report.matches.iter().map(object).collect()),
                    ("recorded", Value::from(recorded)),
                ],
                context,
            )?;
        }
        Format::Table if report.matches.is_empty() => {
            let why = if case.messages.is_empty() { ": the recording has no messages" } else { "" };
            context.out.line(&format!("none{why}"))?;
            recorded_line(report, context)?;
        }
        Format::Table => {
            context.out.rows(&table(&report.matches))?;
            recorded_line(report, context)?;
        }
        Format::Csv => context.out.rows(&rows(&report.matches))?,
    }
    Ok(())
}

fn object(found: &PromptMatch) -> Value {
    json!({
        "prompt": found.prompt,
        "version": found.version,
        "commit": found.commit.as_ref().map(CommitId::as_str),
        "score": found.score,
        "variables": found.variables,
    })
}

fn table(matches: &[PromptMatch]) -> Table {
    let mut table = Table::new(
        "matches",
        vec![
            Column::id("prompt", "prompt@version"),
            Column::id("commit", "commit"),
            Column::number("score", "score"),
            Column::text("variables", "variables"),
        ],
    );
    for found in matches {
        table.push(vec![
            Cell::Text(format!("{}@{}", found.prompt, found.version)),
            Cell::text(found.commit.as_ref().map(CommitId::short)),
            Cell::Text(format!("{:.2}", found.score)),
            Cell::Text(shortened(&found.variables)),
        ]);
    }
    table
}

/// What JSON has, a match a row.
fn rows(matches: &[PromptMatch]) -> Table {
    let columns = ["prompt", "version", "commit", "score", "variables"].map(Column::hidden);
    let mut table = Table::new("matches", columns.to_vec());
    for found in matches {
        table.push(vec![
            Cell::Text(found.prompt.clone()),
            Cell::Text(found.version.clone()),
            Cell::text(found.commit.as_ref().map(CommitId::as_str)),
            Cell::Real(found.score),
            Cell::Json(Value::Object(found.variables.clone())),
        ]);
    }
    table
}

/// The variables on one line, long values cut.
fn shortened(variables: &Map<String, Value>) -> String {
    let entries = variables.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = text.char_indices().nth(SHOWN).map_or(text.clone(), |(at, _)| format!("{}…", &text[..at]));
        format!("{name}={cut}")
    });
    entries.collect::<Vec<_>>().join("  ")
}

/// Says whether the match bears out the version that the trace names.
fn recorded_line(report: &MatchReport, context: &mut Context<'_>) -> Result<(), AppError> {
    let Some(RecordedVersion { name, version, verdict }) = &report.recorded else { return Ok(()) };
    let named = match (name, version) {
        (Some(name), Some(version)) => format!("{name}@{version}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => return Ok(()),
    };
    let (paint, says) = match verdict {
        Verdict::Agrees => (Paint::Good, "the match agrees"),
        Verdict::Disagrees if report.matches.is_empty() => (Paint::Bad, "but no version fits the messages"),
        Verdict::Disagrees => (Paint::Bad, "the match disagrees"),
        Verdict::Unknown => (Paint::Dim, "which the repository does not know"),
    };
    context.out.painted(&[(None, &format!("the trace names {named}: ")), (Some(paint), says)])
}
