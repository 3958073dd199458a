//! Append-only files of what users made or paid for, on disk before it counts.
//!
//! Each line is the CRC-32C of the JSON as eight hex digits, a tab, a JSON object and a line feed. A file has one writer;
//! several processes write several files.

mod line;
mod read;
mod record;
mod tail;
mod writer;

pub(in crate::store) use read::journal_paths;
pub use read::{JournalDamage, JournalFile, read_journal, read_journals};
pub use record::{Intent, JournalRecord, SubmittedBatch};
pub use tail::{JournalTail, tails_at_work};
pub use writer::Journal;

#[cfg(test)]
mod tests;
