//! Figures of traces and calls.

use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// Figures of a set of traces or calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many traces (or, by model, model calls).
    pub count: u64,
    /// How many of them failed.
    pub errors: u64,
    /// What they cost; `None` where nothing is known.
    pub cost_usd: Option<Money>,
    /// Their tokens.
    pub tokens: Option<u64>,
    /// Half of them took at most this long, in milliseconds.
    pub p50_ms: Option<f64>,
    /// 95 of 100 took at most this long, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The mean of the end users' feedback.
    pub feedback: Option<f64>,
}

/// Figures of one interval of time.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeFigures {
    /// Where the interval begins.
    pub start: Timestamp,
    /// Its figures.
    pub figures: Figures,
}

/// Figures of one model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFigures {
    /// The provider, where recorded.
    pub provider: Option<String>,
    /// The model; `None` for calls whose model is not recorded.
    pub model: Option<String>,
    /// Figures of its calls.
    pub figures: Figures,
}

/// The telemetry of a range of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// The earliest and the latest start of a trace in the index, whatever the range.
    pub extent: Option<(Timestamp, Timestamp)>,
    /// All traces of the range.
    pub total: Figures,
    /// Per interval; empty intervals are left out.
    pub by_time: Vec<TimeFigures>,
    /// Per model, most calls first.
    pub by_model: Vec<ModelFigures>,
}
