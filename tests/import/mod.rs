//! Importing recorded traces: what comes out against what an independent reader counts.

mod damaged;
mod intake;
mod properties;
mod reading;
mod recorded;
