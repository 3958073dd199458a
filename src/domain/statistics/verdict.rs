//! What a difference comes to, in plain words.

use serde::{Deserialize, Serialize};

use super::paired::PairedDifference;

/// Which way of a measure is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// More is better: a similarity.
    Higher,
    /// Less is better: a cost.
    Lower,
    /// Neither: a length.
    Neither,
}

/// What a paired difference comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The whole interval is on the better side.
    #[serde(rename = "better")]
    Better,
    /// The whole interval is on the worse side.
    #[serde(rename = "worse")]
    Worse,
    /// The whole interval is above 0, where neither way is better.
    #[serde(rename = "higher")]
    Higher,
    /// The whole interval is below 0, where neither way is better.
    #[serde(rename = "lower")]
    Lower,
    /// The interval holds 0.
    #[serde(rename = "no difference shown")]
    NoDifference,
    /// So few cases that nothing could be shown whatever they say.
    #[serde(rename = "too few cases to tell")]
    TooFew,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 6] = [Self::Better, Self::Worse, Self::Higher, Self::Lower, Self::NoDifference, Self::TooFew];

    /// The verdict on a difference of variant less baseline.
    pub fn of(difference: &PairedDifference, better: Better) -> Self {
        difference.interval.map_or(Self::TooFew, |interval| Self::of_interval(interval.low, interval.high, better))
    }

    /// The verdict on an interval of variant less baseline.
    pub fn of_interval(low: f64, high: f64, better: Better) -> Self {
        match better {
            _ if low <= 0.0 && high >= 0.0 => Self::NoDifference,
            Better::Neither if low > 0.0 => Self::Higher,
            Better::Neither => Self::Lower,
            Better::Higher if low > 0.0 => Self::Better,
            Better::Lower if high < 0.0 => Self::Better,
            Better::Higher | Better::Lower => Self::Worse,
        }
    }

    /// The words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NoDifference => "no difference shown",
            Self::TooFew => "too few cases to tell",
        }
    }

    /// Reads the words.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}
