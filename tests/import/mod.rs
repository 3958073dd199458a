//! Importing recorded traces: what comes out against what an independent reader counts.

mod damaged;
mod intake;
mod properties;
pub mod reading;
mod recorded;
