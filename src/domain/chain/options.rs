//! How a chain is replayed.

use serde::{Deserialize, Serialize};

use super::limits::ChainLimits;

/// What happens where a replay asks for something that was not recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDivergence {
    /// The case ends there as `diverged`.
    #[default]
    Stop,
    /// The nearest recorded answer is given, marked as such.
    Nearest,
    /// The user is asked what the tool answers.
    Ask,
}

impl OnDivergence {
    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Nearest => "nearest",
            Self::Ask => "ask",
        }
    }
}

/// How the chains of a run are replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainOptions {
    /// What happens at a divergence.
    #[serde(default)]
    pub on_divergence: OnDivergence,
    /// The first call that is sent, from 1; those before it stay as recorded.
    #[serde(default = "first")]
    pub from_step: u32,
    /// What ends a chain that does not end by itself.
    #[serde(default)]
    pub limits: ChainLimits,
}

impl Default for ChainOptions {
    fn default() -> Self {
        Self { on_divergence: OnDivergence::Stop, from_step: 1, limits: ChainLimits::default() }
    }
}

impl ChainOptions {
    /// Whether everything is as without being asked for.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

const fn first() -> u32 {
    1
}
