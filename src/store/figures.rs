//! Telemetry: figures over time and by model.

use std::time::Duration;

use super::rows::Telemetry;
use super::{Result, Store};
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

impl Store {
    /// Figures of a range of time.
    pub fn telemetry(&self, _query: &TelemetryQuery, _cancel: &Cancel) -> Result<Telemetry> {
        Ok(Telemetry::default())
    }
}
