//! Ablation: which chunk, or which part of the prompt, an answer depends on; planning and figures without any I/O.
//!
//! A test leaves some items (chunks or parts) out and asks the same model again. [`next_step`] tells from the answers so far
//! which tests to ask next, or what came out; it depends on nothing else, so that an ablation that was stopped goes on
//! where it was.

mod cause;
mod drop_set;
mod parts;
mod report;
mod ruler;
mod search;
#[cfg(test)]
mod simulation_tests;
mod words;

pub use cause::{Cause, Finding, Sufficiency, Verdict};
pub use drop_set::DropSet;
pub use parts::{PartKind, PromptPart, prompt_parts};
pub use report::{Ablated, ItemEffect, Tested, WordsMoved, report};
pub use ruler::{Effect, Measure, Ruler};
pub use search::{LEAST_SAID, Step, Tests, bound, most_tests, next_step};
