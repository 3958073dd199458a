//! How prompts were used: the recorded traces of each version, and how they went.

use duckdb::params;

use super::Store;
use super::error::Result;
use super::row_reader::RowReader;
use crate::domain::cancel::Cancel;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// The recorded traces that name one version of a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PromptUse {
    /// The version as recorded; `None` where only the prompt was.
    pub version: Option<String>,
    /// The traces.
    pub traces: u64,
    /// Of them with an error.
    pub errors: u64,
    /// What those cost whose cost is known.
    pub cost_usd: Option<Money>,
    /// The mean of the feedback.
    pub feedback: Option<f64>,
    /// Traces with feedback.
    pub judged: u64,
    /// When the first began.
    pub first_at: Option<Timestamp>,
    /// When the last began.
    pub last_at: Option<Timestamp>,
}

/// What the calls of a prompt were like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PromptTraffic {
    /// Model calls.
    pub calls: u64,
    /// From the first to the last of them, in days; at least one.
    pub days: f64,
    /// Tokens of an answer, on average.
    pub output_tokens: Option<f64>,
    /// The model that answered most of them.
    pub model: Option<String>,
    /// Its provider.
    pub provider: Option<String>,
}

impl PromptTraffic {
    /// Calls on a day, on average.
    pub fn calls_a_day(&self) -> f64 {
        self.calls as f64 / self.days.max(1.0)
    }
}

const USES: &str = "SELECT prompt_version, count(*), count(*) FILTER (has_error), sum(cost_usd), avg(feedback), \
    count(feedback), min(started_ns), max(started_ns) FROM store.traces WHERE prompt_name = ? GROUP BY 1 ORDER BY 8 DESC, 1";

const TRAFFIC: &str = "SELECT count(*), (max(started_ns) - min(started_ns)) / 86400e9, avg(output_tokens), mode(model), \
    mode(provider) FROM store.spans s ANTI JOIN store.duplicates d ON d.trace_id = s.trace_id AND d.span_id = s.span_id \
    WHERE kind = 'llm' AND prompt_name = ?";

impl Store {
    /// The recorded traces of a prompt by the version they name, the latest used first.
    pub fn prompt_uses(&self, name: &str, cancel: &Cancel) -> Result<Vec<PromptUse>> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(USES)?;
            let mut found = statement.query(params![name])?;
            let mut uses = Vec::new();
            while let Some(row) = found.next()? {
                let mut row = RowReader::new(row);
                uses.push(PromptUse {
                    version: row.text()?,
                    traces: row.count()?.unwrap_or(0),
                    errors: row.count()?.unwrap_or(0),
                    cost_usd: row.money()?,
                    feedback: row.get()?,
                    judged: row.count()?.unwrap_or(0),
                    first_at: row.get::<Option<i64>>()?.map(Timestamp::from_nanos),
                    last_at: row.get::<Option<i64>>()?.map(Timestamp::from_nanos),
                });
            }
            Ok(uses)
        })
    }

    /// What the recorded calls of a prompt were like; all versions together.
    pub fn prompt_traffic(&self, name: &str, cancel: &Cancel) -> Result<PromptTraffic> {
        self.shared.read(cancel, |conn| {
            let mut statement = conn.prepare(TRAFFIC)?;
            let mut found = statement.query(params![name])?;
            let Some(row) = found.next()? else { return Ok(PromptTraffic::default()) };
            let mut row = RowReader::new(row);
            Ok(PromptTraffic {
                calls: row.count()?.unwrap_or(0),
                days: row.get::<Option<f64>>()?.unwrap_or(0.0),
                output_tokens: row.get()?,
                model: row.text()?,
                provider: row.text()?,
            })
        })
    }
}
