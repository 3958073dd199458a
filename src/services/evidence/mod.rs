//! Evidence for a prompt: what a run measured, written into the commit, and checked against the journal later.

mod measure;
#[cfg(test)]
mod tests;
mod verify;

pub use measure::{for_commit, measure};
pub use verify::{Check, Outcome, Verification, verify};
