//! Importing recorded traces: files, directories and streams into the index, each kept whole before it counts.

mod catalog;
mod failure;
mod files;
mod hashes;
mod intake;
mod look;
mod reader;
mod report;
mod tally;

pub use catalog::{Catalog, CatalogEntry, Kept};
pub use failure::ImportFailure;
pub use intake::{Intake, KeepFiles, Progress, Request};
pub use report::{FileReport, ImportReport, Outcome, SkippedRecord};
