//! Asks the user what a tool answers where the recording does not tell.

use crate::domain::chain::{Divergence, ServedAnswer};
use crate::domain::ids::TraceId;
use crate::domain::message::ToolCall;

/// What a model asked for and the recording does not answer. All text is untrusted.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainQuestion {
    /// The case.
    pub trace_id: TraceId,
    /// The model that asks, `provider/model`.
    pub model: String,
    /// The number of the request within the chain, from 1.
    pub step: u32,
    /// What it asks for.
    pub call: ToolCall,
    /// How that leaves the recording.
    pub divergence: Divergence,
    /// The nearest recorded answer.
    pub nearest: Option<ServedAnswer>,
}

impl ChainQuestion {
    /// The question in words, without the ways to answer it.
    pub fn words(&self) -> String {
        format!(
            "trace {}, {}, step {}: {}",
            self.trace_id.as_str(),
            self.model,
            self.step,
            self.divergence.told(Some(&self.call))
        )
    }

    /// What the nearest recorded answer was given to, in words.
    pub fn nearest_words(&self) -> Option<String> {
        let nearest = self.nearest.as_ref()?;
        let content = nearest.content.as_str().map_or_else(|| nearest.content.to_string(), str::to_owned);
        let shown: String = content.chars().take(200).collect();
        Some(format!("{} -> {shown}", nearest.recorded.as_ref()?))
    }
}

/// What the user says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserSays {
    /// The chain ends here.
    Stop,
    /// The nearest recorded answer is given.
    Nearest,
    /// This is what the tool answers.
    Typed(String),
}

/// Somebody who can be asked; called on a thread that may wait.
pub trait Asker: Send + Sync {
    /// What the tool answers.
    fn ask(&self, question: &ChainQuestion) -> UserSays;
}
