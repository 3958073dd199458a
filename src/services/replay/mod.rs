//! Replays recorded calls on other models, prompts and chunks.

mod batch;
mod budget;
mod call;
mod cases;
mod chain;
mod chain_ask;
mod chain_case;
mod chain_continue;
mod chain_plan;
mod chunk_edits;
mod chunk_places;
mod chunk_variables;
mod circuit_words;
mod control;
mod day;
mod engine;
mod events;
mod flights;
mod neighbours;
mod order;
mod plan;
mod prices;
mod rebuild;
mod record;
mod resume;
mod running;
mod service;
mod tokens;
mod twins;
mod watch;

#[cfg(test)]
pub(crate) mod testing;

pub use crate::http::{Circuit, Traffic};
pub use batch::{BatchWish, WaitingBatch};
pub use budget::{Ledger, NotReserved, Overrun, Reservation};
pub use cases::{case_again, cases_of};
pub use chain_ask::{Asker, ChainQuestion, UserSays};
pub use chain_case::recorded_chain_of;
pub use chain_continue::ContinueWith;
pub use chunk_edits::{edit_chunks, edit_messages};
pub use circuit_words::{circuit_note, circuit_words};
pub use control::{RunChange, RunControl};
pub use day::DayLimit;
pub use engine::RunError;
pub use events::{CallId, OutcomeVariant, RunEvent, RunOutcome, Spend};
pub use order::{BaselineLane, CachePolicy, CallsMode, Pacing, PromptRenderer, ReplayOrder};
pub use plan::{PlanError, PlanModel, PlannedCall, ReplayPlan};
pub use prices::prices;
pub use resume::{JournalledRun, ResumeOrder, UnknownCalls};
pub use service::ReplayService;
pub use tokens::{input_bound, input_estimate};
pub use twins::is_unsteady;
