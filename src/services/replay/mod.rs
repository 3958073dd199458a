//! Replays recorded calls on other models, prompts and chunks.

mod budget;
mod call;
mod cases;
mod chunk_edits;
mod circuit_words;
mod control;
mod day;
mod engine;
mod events;
mod order;
mod plan;
mod prices;
mod rebuild;
mod record;
mod resume;
mod service;
mod tokens;

#[cfg(test)]
pub(crate) mod testing;

pub use crate::http::{Circuit, Traffic};
pub use budget::{Ledger, NotReserved, Overrun, Reservation};
pub use cases::cases_of;
pub use chunk_edits::{edit_chunks, edit_messages};
pub use circuit_words::{circuit_note, circuit_words};
pub use control::{RunChange, RunControl};
pub use day::DayLimit;
pub use engine::RunError;
pub use events::{CallId, OutcomeVariant, RunEvent, RunOutcome, Spend};
pub use order::{CachePolicy, CallsMode, PromptRenderer, ReplayOrder};
pub use plan::{PlanError, PlanModel, PlannedCall, ReplayPlan};
pub use prices::prices;
pub use resume::{JournalledRun, ResumeOrder, UnknownCalls};
pub use service::ReplayService;
pub use tokens::{input_bound, input_estimate};
