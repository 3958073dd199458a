//! Points in time and spans of time, counted in nanoseconds as OpenTelemetry does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest and latest points an import accepts: the years 1970 to 2200.
    pub const RANGE: (Self, Self) = (Self(0), Self(7_258_118_400_000_000_000));

    /// A point from its nanoseconds since 1970.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// A point from its microseconds since 1970, saturating.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    /// Nanoseconds since 1970.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Microseconds since 1970, rounded down: the resolution of SQL's `TIMESTAMPTZ`.
    pub const fn micros(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The time from `earlier` to here in nanoseconds; negative when the clock went backwards.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This point moved later by a duration, saturating.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// This point moved earlier by a duration, saturating.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// The point in RFC 3339 with microseconds in UTC: `2026-11-23T06:41:07.000123Z`.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_nanosecond(i128::from(self.0))
            .map_or_else(|_| self.0.to_string(), |time| format!("{time:.6}"))
    }

    /// Reads RFC 3339, with any offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time: jiff::Timestamp = text.trim().parse().ok()?;
        i64::try_from(time.as_nanosecond()).ok().map(Self)
    }
}

/// Where the present time comes from; injected so that tests are exact.
pub trait Clock: Send + Sync {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX));
        Timestamp(nanos)
    }
}

/// A clock that stands still at one point, for tests.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips() {
        let time = Timestamp::from_nanos(1_795_420_000_123_456_000);
        assert_eq!(time.to_rfc3339(), "2026-11-23T07:46:40.123456Z");
        assert_eq!(Timestamp::parse_rfc3339(&time.to_rfc3339()), Some(time));
        assert_eq!(Timestamp::parse_rfc3339("2026-11-23T08:46:40.123456+01:00"), Some(time));
    }

    #[test]
    fn a_clock_that_went_backwards_is_a_negative_duration() {
        assert_eq!(Timestamp::from_nanos(5).since(Timestamp::from_nanos(9)), -4);
    }
}
