//! Ablation: leaves chunks, or parts of the prompt, out of a recorded call and asks a model again, until it is clear which
//! of them the answer depends on.
//!
//! An ablation is a run of one case in the replay engine: each test is a variant that leaves some items out, so that plan,
//! cap, journal, cache and interruption are those of every run. Which tests come next is told by the answers so far
//! ([`crate::domain::ablation::next_step`]), so variants are added to the run while it goes, and a run that was stopped is
//! taken up from its journal without asking anything twice.
//!
//! [`AblationService::plan`] says what would be sent; [`AblationService::run`] sends it, tells [`AblationEvent`]s and ends
//! with an [`AblationOutcome`]; [`AblationService::resume`] plans what is left of one.

mod collect;
mod error;
mod items;
mod plan;
mod report;
mod service;
mod verdict_words;

pub use error::AblationError;
pub use items::{Item, Items};
pub use plan::{AblationOrder, AblationPlan, DEFAULT_SAMPLES, Forecast};
pub use report::{AblationReport, ReportedItem};
pub use service::{AblationEvent, AblationOutcome, AblationService};
pub use verdict_words::{moved_words, verdict_words};
