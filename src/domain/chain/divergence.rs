//! How a replay can leave its recording.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical::parsed;
use crate::domain::canonical_json::canonical_json;
use crate::domain::message::ToolCall;

/// In which way a replay left its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DivergenceKind {
    /// At this place the recording asked another tool.
    OtherTool,
    /// At this place the recording asked the same tool with other arguments.
    OtherArguments,
    /// The recording asked nothing at this place, or asked the same thing less often.
    ExtraCall,
    /// The recording asked for something that was never asked, though its answer was reached.
    MissingCall,
    /// Answered though the recording went on and asked for tools.
    EarlyStop,
    /// Asked as in the recording, which does not hold what the tool answered.
    NoAnswer,
}

impl DivergenceKind {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherTool => "other_tool",
            Self::OtherArguments => "other_arguments",
            Self::ExtraCall => "extra_call",
            Self::MissingCall => "missing_call",
            Self::EarlyStop => "early_stop",
            Self::NoAnswer => "no_answer",
        }
    }

    /// In words for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OtherTool => "another tool",
            Self::OtherArguments => "other arguments",
            Self::ExtraCall => "an extra call",
            Self::MissingCall => "a missing call",
            Self::EarlyStop => "an early stop",
            Self::NoAnswer => "a call without a recorded answer",
        }
    }
}

/// A tool call without its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedCall {
    /// The tool's name.
    pub name: String,
    /// Its arguments.
    pub arguments: Value,
}

impl From<&ToolCall> for AskedCall {
    fn from(call: &ToolCall) -> Self {
        Self { name: call.name.clone(), arguments: call.arguments.clone() }
    }
}

impl fmt::Display for AskedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, canonical_json(&parsed(&self.arguments)))
    }
}

/// One place where a replay left its recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// In which way.
    pub kind: DivergenceKind,
    /// What the recording asked for there, where it did.
    pub recorded: Option<AskedCall>,
}

impl Divergence {
    /// One with what the recording asked for.
    pub fn new(kind: DivergenceKind, recorded: Option<&ToolCall>) -> Self {
        Self { kind, recorded: recorded.map(AskedCall::from) }
    }

    /// In words, with what was asked where something was. Holds untrusted text.
    pub fn told(&self, asked: Option<&ToolCall>) -> String {
        let asked = asked.map(|call| format!("asked for {}: ", AskedCall::from(call))).unwrap_or_default();
        let instead = match (&self.recorded, self.kind) {
            (Some(call), DivergenceKind::EarlyStop) => format!("; the recording went on with {call}"),
            (Some(call), DivergenceKind::MissingCall) => format!(": {call} was not asked for"),
            (Some(call), DivergenceKind::OtherTool | DivergenceKind::OtherArguments) => {
                format!("; the recording asked for {call}")
            }
            _ => String::new(),
        };
        format!("{asked}{}{instead}", self.kind.words())
    }
}
