//! Requests about figures and SQL, performed with the store and the workspace.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::telemetry::{Figured, Range, SavedQuery, Span, TelemetryAnswer, TelemetryRequest};
use super::worker::ServicesWorker;
use super::{Answer, Reply};
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::services::workspace::Workspace;
use crate::store::{ExportFormat, SqlLimits, Store, StoreError, TelemetryQuery};

/// Queries kept in the history.
const HISTORY: usize = 500;
/// Lengths of an interval that are offered for all time, in seconds.
const INTERVALS: [u64; 7] = [60, 300, 3_600, 21_600, 86_400, 604_800, 2_592_000];
/// Intervals of all time at most.
const MOST: u64 = 120;

/// Performs a request; what it returns as an error is answered as a failure.
pub fn perform(worker: &ServicesWorker, request: TelemetryRequest, reply: &dyn Reply) -> Result<(), AppError> {
    let store = worker.store(reply)?;
    let workspace = worker.services().workspace()?;
    let answer = match request {
        TelemetryRequest::Figures(range) => TelemetryAnswer::Figures(Box::new(figures(store, range, reply)?)),
        TelemetryRequest::Sql(query) => {
            remember(workspace, &query);
            worker.services().fill_tables(&query)?;
            match store.sql(&query, SqlLimits::default(), reply.cancel()) {
                Ok(result) => TelemetryAnswer::Result(Arc::new(result)),
                Err(StoreError::Interrupted) => TelemetryAnswer::BadSql("the query was stopped".into()),
                Err(error) => TelemetryAnswer::BadSql(error.to_string()),
            }
        }
        TelemetryRequest::Tables => TelemetryAnswer::Tables(Arc::new(store.tables(reply.cancel())?)),
        TelemetryRequest::Queries => {
            TelemetryAnswer::Queries { history: history(workspace), saved: saved(&workspace.queries()) }
        }
        TelemetryRequest::SaveQuery { name, query } => TelemetryAnswer::Saved(save(workspace, &name, &query)?),
        TelemetryRequest::Export { result, path } => {
            let path = workspace.root().join(path);
            let Some(format) = ExportFormat::of_path(&path) else {
                return Err(AppError::usage(
                    "name a file ending in .csv, .json, .jsonl or .parquet; nothing was written",
                ));
            };
            if path.exists() {
                return Err(AppError::usage(format!("{} is there already; choose another name", path.display())));
            }
            store.export(&result, &path, format)?;
            TelemetryAnswer::Exported(path, result.rows.len())
        }
    };
    reply.send(Answer::Telemetry(answer));
    Ok(())
}

fn figures(store: &Store, range: Range, reply: &dyn Reply) -> Result<Figured, AppError> {
    let newest = store.size(reply.cancel())?.newest;
    let end = range.until.or(newest).map(|until| until.plus(Duration::from_nanos(1)));
    if let (Some(seconds), Some(until)) = (range.span.seconds(), end) {
        let since = until.minus(Duration::from_secs(seconds));
        let interval = range.span.interval();
        let query =
            TelemetryQuery { since: Some(since), until: Some(until), interval: Some(Duration::from_secs(interval)) };
        let telemetry = store.telemetry(&query, reply.cancel())?;
        return Ok(Figured { telemetry, since: Some(since), until: Some(until), interval });
    }
    let mut interval = Span::All.interval();
    let mut telemetry = store.telemetry(&TelemetryQuery::default(), reply.cancel())?;
    let Some((since, until)) = telemetry.extent else { return Ok(Figured::default()) };
    let seconds = u64::try_from(until.since(since) / 1_000_000_000).unwrap_or(0);
    let fit =
        INTERVALS.into_iter().find(|interval| seconds / interval < MOST).unwrap_or(INTERVALS[INTERVALS.len() - 1]);
    if fit != interval {
        interval = fit;
        let query = TelemetryQuery { interval: Some(Duration::from_secs(interval)), ..TelemetryQuery::default() };
        telemetry = store.telemetry(&query, reply.cancel())?;
    }
    Ok(Figured { telemetry, since: Some(since), until: Some::<Timestamp>(until), interval })
}

fn history_path(workspace: &Workspace) -> PathBuf {
    workspace.state().join("sql_history")
}

/// Adds a query to the history: a JSON string a line. A history that cannot be written is no reason not to ask.
fn remember(workspace: &Workspace, query: &str) {
    let Ok(line) = serde_json::to_string(query) else { return };
    if history(workspace).last().is_some_and(|last| last == query) {
        return;
    }
    let file = fs::OpenOptions::new().create(true).append(true).open(history_path(workspace));
    if let Err(error) = file.and_then(|mut file| writeln!(file, "{line}")) {
        tracing::warn!(%error, "the history of queries cannot be written");
    }
}

fn history(workspace: &Workspace) -> Vec<String> {
    let text = fs::read_to_string(history_path(workspace)).unwrap_or_default();
    let queries: Vec<String> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    queries[queries.len().saturating_sub(HISTORY)..].to_vec()
}

fn saved(folder: &Path) -> Vec<SavedQuery> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut queries: Vec<SavedQuery> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .filter_map(|path| {
            let name = path.file_stem()?.to_string_lossy().into_owned();
            let query = fs::read_to_string(&path).ok()?.trim().to_owned();
            Some(SavedQuery { name, query })
        })
        .collect();
    queries.sort_by(|one, other| one.name.cmp(&other.name));
    queries
}

fn save(workspace: &Workspace, name: &str, query: &str) -> Result<PathBuf, AppError> {
    let fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    if name.is_empty() || !name.chars().all(fine) {
        return Err(AppError::usage("a name has letters, digits, spaces, - and _ only; nothing was saved"));
    }
    let folder = workspace.queries();
    let path = folder.join(format!("{name}.sql"));
    let failed = |error: std::io::Error| AppError::store(format!("{}: {error}; nothing was saved", path.display()));
    if path.exists() {
        return Err(AppError::usage(format!("{} is there already; choose another name", path.display())));
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::write(&path, format!("{}\n", query.trim_end())).map_err(failed)?;
    Ok(path)
}
