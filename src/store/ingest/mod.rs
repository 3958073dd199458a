//! Taking in spans: gathered in memory part by part, then appended to the index by time, all or nothing.

mod by_time;
mod facts;
mod gather;
mod import;
mod merge;
mod part_tables;
mod patches;
mod summary;
mod trace_rows;

pub use import::Ingest;
pub(in crate::store) use part_tables::append;

/// A hash of a span's natural key.
type Key = [u8; 16];

/// What an import goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The index as it is.
    Index,
    /// A new index without anything of the old one.
    Fresh,
}
