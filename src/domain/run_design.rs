//! How a run is designed: what its variants are for, and when it may stop before its end.

use serde::{Deserialize, Serialize};

use super::ids::VariantId;
use super::statistics::Verdict;

/// What a variant is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariantRole {
    /// It is tried out.
    #[default]
    Candidate,
    /// The recorded model and messages, asked again: how far answers move when nothing is changed.
    Baseline,
    /// It judges which sentences of recorded answers their chunks carry.
    Judge,
}

impl VariantRole {
    /// Whether it is the role of a variant that nothing is said of.
    pub fn is_candidate(&self) -> bool {
        *self == Self::Candidate
    }
}

/// Whether the recorded model and messages are asked again beside the candidates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BaselineLane {
    /// Only candidates are asked.
    #[default]
    Left,
    /// They are asked as often as each candidate.
    Asked,
}

/// What lets a run stop before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopRule {
    /// It is clear by one evaluator whether each candidate differs from what it is compared with.
    Decided {
        /// The evaluator, as it is specified: `similarity`, `contains:refund`.
        evaluator: String,
    },
}

impl StopRule {
    /// The evaluator that decides.
    pub fn evaluator(&self) -> &str {
        let Self::Decided { evaluator } = self;
        evaluator
    }
}

/// What a run that may stop early has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The evaluator that decides, as it is specified.
    pub evaluator: String,
    /// Cases that every candidate still in question was asked for; 1 and more.
    pub cases: u64,
    /// Cases that were planned.
    pub planned_cases: u64,
    /// Answers that were planned and not asked for, since all was clear.
    pub saved_requests: u64,
    /// What is known of each candidate.
    pub questions: Vec<Question>,
}

/// Whether a candidate differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The candidate.
    pub variant: VariantId,
    /// What it is compared with: a variant, or `recorded`.
    pub baseline: VariantId,
    /// The cases that were looked at.
    pub cases: u64,
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether it was clear before the last case.
    pub early: bool,
}

/// What an ablation looks for, and what it leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AblationDesign {
    /// What is left out.
    pub subject: AblationSubject,
    /// The sentence of the recorded answer that is looked for, counted from 1; `None` for the whole answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<u32>,
}

/// What an ablation leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AblationSubject {
    /// The chunks of the case.
    #[default]
    Chunks,
    /// The parts of its prompt.
    Parts,
}
