//! What attributes mean: one file a dialect, the first that recognises a span reads it.

mod attributes;
mod base;
mod documents;
mod genai;
mod genai_events;
mod kind;
mod messages;
mod openinference;
mod openinference_messages;
mod other;
mod provider;
mod scores;
mod tenancy;
mod traceloop;
mod usage;

pub use base::normalise;
pub use genai_events::patch_from_log;
pub use messages::from_value as messages_from_value;
