//! Telemetry: figures over time and by model.

use std::time::Duration;

use duckdb::{Connection, params};

use super::Store;
use super::error::Result;
use super::row_reader::RowReader;
use super::rows::{Figures, ModelFigures, Telemetry, TimeFigures};
use crate::domain::cancel::Cancel;
use crate::domain::time::Timestamp;

/// Which traces the figures are about.
#[derive(Clone, Debug, Default)]
pub struct TelemetryQuery {
    /// From here on, inclusive.
    pub since: Option<Timestamp>,
    /// Up to here, exclusive.
    pub until: Option<Timestamp>,
    /// The length of an interval; a day where `None`. Intervals begin at whole multiples since 1970 in UTC.
    pub interval: Option<Duration>,
}

const DAY: Duration = Duration::from_hours(24);

const OF_TRACES: &str = "count(*), count(*) FILTER (has_error), sum(cost_usd), sum(tokens)::BIGINT, \
    quantile_cont(duration_ms, 0.5), quantile_cont(duration_ms, 0.95), avg(feedback) \
    FROM store.traces WHERE started_ns >= ? AND started_ns < ?";

impl Store {
    /// Figures of a range of time.
    pub fn telemetry(&self, query: &TelemetryQuery, cancel: &Cancel) -> Result<Telemetry> {
        let since = query.since.map_or(i64::MIN, Timestamp::nanos);
        let until = query.until.map_or(i64::MAX, Timestamp::nanos);
        let interval = i64::try_from(query.interval.unwrap_or(DAY).as_nanos()).unwrap_or(i64::MAX).max(1);
        self.shared.read(cancel, |conn| {
            let mut total = Vec::new();
            each(conn, &format!("SELECT {OF_TRACES}"), &[since, until], &mut |row| {
                total.push(figures(row)?);
                Ok(())
            })?;
            let mut by_time = Vec::new();
            let sql = format!(
                "SELECT started_ns // {interval} * {interval} AS start, {OF_TRACES} GROUP BY start ORDER BY start"
            );
            each(conn, &sql, &[since, until], &mut |row| {
                by_time.push(TimeFigures { start: row.nanos()?, figures: figures(row)? });
                Ok(())
            })?;
            let mut by_model = Vec::new();
            each(conn, BY_MODEL, &[since, until], &mut |row| {
                by_model.push(ModelFigures { provider: row.text()?, model: row.text()?, figures: figures(row)? });
                Ok(())
            })?;
            let extent: (Option<i64>, Option<i64>) =
                conn.query_row("SELECT min(started_ns), max(started_ns) FROM store.traces", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let extent = extent.0.zip(extent.1);
            Ok(Telemetry {
                extent: extent.map(|(first, last)| (Timestamp::from_nanos(first), Timestamp::from_nanos(last))),
                total: total.pop().unwrap_or_default(),
                by_time,
                by_model,
            })
        })
    }
}

/// Figures of model calls, each once.
const BY_MODEL: &str = "SELECT s.provider, s.model, count(*), count(*) FILTER (s.status = 'error'), sum(s.cost_usd), \
    sum(CASE WHEN s.input_tokens IS NOT NULL OR s.output_tokens IS NOT NULL \
          THEN coalesce(s.input_tokens, 0) + coalesce(s.output_tokens, 0) END)::BIGINT, \
    quantile_cont(s.duration_ms, 0.5), quantile_cont(s.duration_ms, 0.95), NULL::DOUBLE \
    FROM store.spans s ANTI JOIN store.duplicates d ON d.trace_id = s.trace_id AND d.span_id = s.span_id \
    WHERE s.kind = 'llm' AND s.started_ns >= ? AND s.started_ns < ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2";

fn figures(row: &mut RowReader<'_, '_>) -> Result<Figures> {
    Ok(Figures {
        count: row.count()?.unwrap_or(0),
        errors: row.count()?.unwrap_or(0),
        cost_usd: row.money()?,
        tokens: row.count()?,
        p50_ms: row.get()?,
        p95_ms: row.get()?,
        feedback: row.get()?,
    })
}

fn each(
    conn: &Connection,
    sql: &str,
    range: &[i64; 2],
    read: &mut dyn FnMut(&mut RowReader<'_, '_>) -> Result<()>,
) -> Result<()> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params![range[0], range[1]])?;
    while let Some(row) = rows.next()? {
        read(&mut RowReader::new(row))?;
    }
    Ok(())
}
