//! The state of a workspace in one page: what is imported, figures, answers that look wrong, runs, what to do next.

use std::time::Duration;

use super::Services;
use super::workspace::Origin;
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::store::{Cell, IndexSize, RunRow, SqlLimits, Store, Telemetry, TelemetryQuery};

/// An answer that somebody or something found wrong, or a trace that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongAnswer {
    /// The trace.
    pub trace_id: TraceId,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// Why it is listed: the error, or the feedback and scores.
    pub reasons: String,
    /// The question.
    pub input: Option<String>,
}

/// The state of a workspace.
#[derive(Clone, Debug)]
pub struct Report {
    /// How much the index holds.
    pub size: IndexSize,
    /// Figures over all traces.
    pub telemetry: Telemetry,
    /// Answers that look wrong, the newest first.
    pub wrong: Vec<WrongAnswer>,
    /// The last runs, the newest first.
    pub runs: Vec<RunRow>,
    /// What to do next: a command and what it does.
    pub next: Vec<(String, String)>,
}

/// Answers that are listed.
const MOST_WRONG: usize = 10;

/// Runs that are listed.
const MOST_RUNS: usize = 5;

/// Errors; end users' thumbs down; verdicts of evaluators; after these, answers with unsupported sentences. A number without a verdict counts where 0 is the bad end.
const WRONG: &str = "
WITH wrong AS (
  SELECT trace_id, 0 AS severity, 'error: ' || coalesce(nullif(status_message, ''), error_type, name) AS reason
  FROM spans WHERE status = 'error'
  UNION ALL
  SELECT trace_id, 1, name || ': ' || coalesce(label, CAST(value AS VARCHAR))
  FROM scores WHERE result_id IS NULL AND (
    (source = 'user' AND value <= 0)
    OR lower(label) IN ('fail', 'failed', 'incorrect', 'wrong', 'no', 'bad', 'false', 'down', 'thumbs_down',
      'thumbs-down', 'negative', 'unsupported', 'hallucinated', 'irrelevant')
    OR (label IS NULL AND source <> 'user' AND value = 0
      AND NOT regexp_matches(lower(name), 'toxic|hallucin|bias|pii|harm|error|refus|violat|inject|profan')))
  UNION ALL
  SELECT trace_id, 2, 'no chunk supports: ' || left(min_by(text, position), 80)
  FROM sentences WHERE verdict = 'unsupported' GROUP BY trace_id
)
SELECT t.trace_id, t.started_at, t.name, string_agg(DISTINCT w.reason, '; ' ORDER BY w.reason) AS reasons,
  left(t.input_text, 400) AS input
FROM wrong w JOIN traces t USING (trace_id)
GROUP BY ALL ORDER BY min(w.severity) > 1, t.started_at DESC, t.trace_id LIMIT 10";

/// Reads the state of the workspace; the store has to be up to date.
pub fn report(services: &Services, store: &Store, cancel: &Cancel) -> Result<Report, AppError> {
    let size = store.size(cancel)?;
    if size.traces == 0 {
        let (telemetry, wrong, runs) = (Telemetry::default(), Vec::new(), Vec::new());
        return Ok(Report { next: next(services, &size, &wrong)?, size, telemetry, wrong, runs });
    }
    let telemetry = store.telemetry(&TelemetryQuery::default(), cancel)?;
    let wrong = wrong_answers(store, cancel)?;
    let mut runs = store.runs(cancel)?;
    runs.truncate(MOST_RUNS);
    Ok(Report { next: next(services, &size, &wrong)?, size, telemetry, wrong, runs })
}

fn wrong_answers(store: &Store, cancel: &Cancel) -> Result<Vec<WrongAnswer>, AppError> {
    let limits = SqlLimits { timeout: Duration::from_secs(30), rows: MOST_WRONG, bytes: 1 << 20 };
    let result = store.sql(WRONG, limits, cancel)?;
    let text = |cell: Option<&Cell>| match cell {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let rows = result.rows.iter().filter_map(|row| {
        Some(WrongAnswer {
            trace_id: text(row.first())?.into(),
            started_at: match row.get(1) {
                Some(Cell::Time(time)) => Some(*time),
                _ => None,
            },
            name: text(row.get(2)).unwrap_or_default(),
            reasons: text(row.get(3)).unwrap_or_default(),
            input: text(row.get(4)),
        })
    });
    Ok(rows.collect())
}

fn next(services: &Services, size: &IndexSize, wrong: &[WrongAnswer]) -> Result<Vec<(String, String)>, AppError> {
    let mut next = Vec::new();
    let mut say = |command: String, what: &str| next.push((command, what.to_owned()));
    if services.workspace()?.origin() == Origin::Samples {
        say("hindcast init".into(), "makes a workspace in this directory");
    }
    if size.traces == 0 {
        say("hindcast import PATH".into(), "imports recorded traces; files below traces/ are imported by themselves");
        return Ok(next);
    }
    if let Some(answer) = wrong.first() {
        let id = answer.trace_id.as_str();
        say(format!("hindcast show {id}"), "shows why the newest of these answers came out as it did");
        say(
            format!("hindcast replay id:{id} -m builtin/extractive"),
            "answers it again, from its chunks only, at no cost",
        );
    }
    if services.config()?.defaults.models.value.is_empty() {
        say("hindcast models --check".into(), "finds models to replay on");
    }
    say("hindcast".into(), "in a terminal opens the workbench");
    Ok(next)
}
