//! An agent's trace as a chain of calls: what was asked of which tool, what it answered, and where a replay leaves it.

mod canonical;
mod divergence;
mod follow;
mod limits;
mod options;
mod pool;
mod read;
mod recorded;
mod request;
mod step;

#[cfg(test)]
mod generated_tests;
#[cfg(test)]
mod tests;

pub use canonical::CallKey;
pub use divergence::{AskedCall, Divergence, DivergenceKind};
pub use follow::{Asked, ChainWalk, Next, Turn};
pub use limits::{ChainLimits, LimitWatch};
pub use options::{ChainOptions, OnDivergence};
pub use pool::AnswerPool;
pub use read::{last_of_conversation, recorded_chain};
pub use recorded::{AnswerSource, RecordedAnswer, RecordedChain, RecordedRequest, RecordedStep};
pub use request::canonical_request;
pub use step::{AnswerFrom, ChainStep, ServedAnswer, StepRequest};
