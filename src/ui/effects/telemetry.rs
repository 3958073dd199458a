//! Requests about figures and SQL.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::time::Timestamp;
use crate::store::{SqlResult, TableInfo, Telemetry};

/// What the screen of telemetry asks.
#[derive(Clone, Debug, PartialEq)]
pub enum TelemetryRequest {
    /// The figures of a range.
    Figures(Range),
    /// Runs a read-only query.
    Sql(String),
    /// Tables and columns, for completion.
    Tables,
    /// Queries asked before, and those saved as files.
    Queries,
    /// Writes a query to `queries/NAME.sql`.
    SaveQuery {
        /// Its name.
        name: String,
        /// The query.
        query: String,
    },
    /// Writes a result to a file.
    Export {
        /// The result.
        result: Arc<SqlResult>,
        /// Where to, from the workspace; the suffix decides the format.
        path: String,
    },
}

/// A range of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// How long.
    pub span: Span,
    /// Its end; the newest data where `None`.
    pub until: Option<Timestamp>,
}

/// How long a range is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// An hour, a minute a column.
    Hour,
    /// A day, an hour a column.
    Day,
    /// A week, six hours a column.
    Week,
    /// 30 days, a day a column.
    Month,
    /// All there is, a day a column.
    #[default]
    All,
}

impl Span {
    /// Every length, shortest first.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::All];

    /// Its name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Hour => "1 hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::All => "all time",
        }
    }

    /// Seconds of the range; `None` for all there is.
    pub const fn seconds(self) -> Option<u64> {
        match self {
            Self::Hour => Some(3_600),
            Self::Day => Some(86_400),
            Self::Week => Some(604_800),
            Self::Month => Some(2_592_000),
            Self::All => None,
        }
    }

    /// Seconds of a column.
    pub const fn interval(self) -> u64 {
        match self {
            Self::Hour => 60,
            Self::Day => 3_600,
            Self::Week => 21_600,
            Self::Month | Self::All => 86_400,
        }
    }
}

/// Figures with the range they are of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figured {
    /// The figures.
    pub telemetry: Telemetry,
    /// From here.
    pub since: Option<Timestamp>,
    /// Up to here.
    pub until: Option<Timestamp>,
    /// Seconds of a column.
    pub interval: u64,
}

/// A query that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its name: the file's without suffix.
    pub name: String,
    /// The query.
    pub query: String,
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum TelemetryAnswer {
    /// The figures.
    Figures(Box<Figured>),
    /// The result of a query.
    Result(Arc<SqlResult>),
    /// The query is wrong or was stopped.
    BadSql(String),
    /// Tables and columns.
    Tables(Arc<Vec<TableInfo>>),
    /// Queries asked before, newest last, and saved ones.
    Queries {
        /// Asked before.
        history: Vec<String>,
        /// Saved.
        saved: Vec<SavedQuery>,
    },
    /// A query was saved.
    Saved(PathBuf),
    /// A result was written: where, and rows.
    Exported(PathBuf, usize),
}
