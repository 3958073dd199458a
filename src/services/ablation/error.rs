//! Why an ablation cannot be made.

use crate::services::replay::{PlanError, RunError};

/// Why an ablation cannot be made, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum AblationError {
    /// The case has no chunks.
    #[error("the answer of trace {trace} was given no chunks, so that none can be left out")]
    NoChunks {
        /// The trace.
        trace: String,
    },
    /// None of the chunks stands in the messages.
    #[error(
        "none of the {chunks} chunks of trace {trace} stands in the recorded messages, so that none can be left out: {reason}"
    )]
    NotInMessages {
        /// The trace.
        trace: String,
        /// How many chunks there are.
        chunks: usize,
        /// Why the first was not found.
        reason: String,
    },
    /// The prompt has no parts besides the question.
    #[error("the prompt of trace {trace} is the question alone: it has no part that can be left out")]
    NoParts {
        /// The trace.
        trace: String,
    },
    /// A model that answers from the recording alone does not look at the prompt.
    #[error("{model} does not read the prompt, so that leaving parts of it out changes nothing")]
    ReadsNoPrompt {
        /// The model.
        model: String,
    },
    /// The recorded answer has no such sentence.
    #[error("the recorded answer of trace {trace} has {count} sentences, so there is no sentence {wanted}")]
    NoSentence {
        /// The trace.
        trace: String,
        /// The sentence, from 1.
        wanted: u32,
        /// How many there are.
        count: usize,
    },
    /// A request cannot be made.
    #[error("trace {trace} cannot be asked again: {reason}")]
    NotReplayable {
        /// The trace.
        trace: String,
        /// Why.
        reason: String,
    },
    /// A run that is no ablation.
    #[error("run {run} is no ablation: go on with it with hindcast replay --resume {run}")]
    NotAnAblation {
        /// The run.
        run: String,
    },
    /// No plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The run could not go on.
    #[error(transparent)]
    Run(#[from] RunError),
}
