//! What a model answered.

use serde::{Deserialize, Serialize};

use crate::domain::message::ToolCall;
use crate::domain::span::Usage;
use crate::http::RateSignal;

/// An answer, or as much of it as came.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// What the model thought before, where the provider shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The words of a refusal that came apart from the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Tool calls the model asks for; never run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, or the provider's own word.
    pub finish_reason: Option<String>,
    /// Tokens as the provider counted them.
    pub usage: Usage,
    /// The model that says it answered.
    pub model: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// What the provider says of its limits.
    #[serde(skip)]
    pub limits: Option<Box<RateSignal>>,
}

impl Answer {
    /// Text of the answer, else of the refusal.
    pub fn shown_text(&self) -> &str {
        if self.text.is_empty() { self.refusal.as_deref().unwrap_or("") } else { &self.text }
    }

    /// Whether anything at all came.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.is_empty() && self.refusal.is_none() && self.tool_calls.is_empty()
    }
}

/// A piece of an answer while it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEvent {
    /// More text.
    Text(String),
    /// More reasoning.
    Reasoning(String),
    /// More of a tool call's name, as it was sent, or arguments.
    Tool {
        /// Which call of the answer, from 0.
        index: usize,
        /// The piece.
        text: String,
    },
}
