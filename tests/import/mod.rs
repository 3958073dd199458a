//! Importing recorded traces: what comes out against what an independent reader counts.

mod damaged;
mod properties;
mod reading;
mod recorded;
