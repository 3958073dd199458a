//! Replays recorded calls on other models, prompts and chunks.

mod events;
mod order;

pub use events::{CallId, OutcomeVariant, RunEvent, RunOutcome, Spend};
pub use order::{CachePolicy, CallsMode, PromptRenderer, ReplayOrder};
