//! What an evaluator is given and what it says.

use serde::{Serialize, Serializer};

use crate::domain::chunk::Chunk;
use crate::domain::message::ToolCall;
use crate::domain::money::Money;
use crate::domain::statistics::{Better, Scale};

/// An answer: what a model said and which tools it asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer<'a> {
    /// The text; empty where it only asks for tools.
    pub text: &'a str,
    /// The tool calls, in order.
    pub tool_calls: &'a [ToolCall],
}

/// Everything an evaluator may look at. All texts came from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subject<'a> {
    /// The answer that is judged.
    pub answer: Answer<'a>,
    /// The answer it should be like: the recorded one; `None` where there is none, or where it is the one judged.
    pub expected: Option<Answer<'a>>,
    /// The chunks the model was given, ranks from 1.
    pub chunks: &'a [Chunk],
    /// Why the model stopped, as the provider says.
    pub finish_reason: Option<&'a str>,
    /// What the answer cost; `None` where not known.
    pub cost: Option<Money>,
    /// How long it took in milliseconds; `None` where not known or served from a cache.
    pub latency_ms: Option<f64>,
    /// The output schema that the prompt declares, as JSON Schema.
    pub schema: Option<&'a serde_json::Value>,
}

impl<'a> Subject<'a> {
    /// The text an answer should be like: the one that was written down, else the recorded one; `None` where there is neither.
    pub fn wanted(&self, written: Option<&'a str>) -> Option<&'a str> {
        written.or_else(|| Some(self.expected?.text))
    }
}

/// What kind of score an evaluator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Kind {
    /// A number, or yes and no.
    pub scale: Scale,
    /// Which way is the better one; for yes and no, `higher` is yes.
    pub better: Better,
    /// The unit of numbers, empty for shares and for yes and no.
    pub unit: &'static str,
}

impl Kind {
    /// A number.
    pub const fn number(better: Better, unit: &'static str) -> Self {
        Self { scale: Scale::Number, better, unit }
    }

    /// Yes or no.
    pub const fn yes_no(better: Better) -> Self {
        Self { scale: Scale::YesNo, better, unit: "" }
    }
}

/// What an evaluator found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number, finite.
    Number(f64),
    /// Yes or no.
    YesNo(bool),
}

impl Value {
    /// As a number: 1 for yes, 0 for no.
    pub fn as_number(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::YesNo(yes) => f64::from(u8::from(yes)),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
        }
    }
}

/// A score and, where there is something to say, why. It is written as its value alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The score.
    pub value: Value,
    /// Why; may quote the answer, which came from outside.
    pub reason: Option<String>,
}

impl Score {
    /// A number.
    pub const fn number(number: f64) -> Self {
        Self { value: Value::Number(number), reason: None }
    }

    /// Yes or no.
    pub const fn yes_no(yes: bool) -> Self {
        Self { value: Value::YesNo(yes), reason: None }
    }

    /// With the reason.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// Judges an answer; the same subject always gets the same score.
pub trait Evaluator: Send + Sync {
    /// What kind of score it gives.
    fn kind(&self) -> Kind;

    /// The score; `None` where it has nothing to judge: no expected answer, no chunks, no known cost.
    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score>;
}
