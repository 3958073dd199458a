//! Git: the history of prompt files. The only place that names git2.

mod command;
mod commit;
mod error;
mod history;
mod repository;
mod revision;
mod state;
#[cfg(test)]
mod tests;

pub use commit::Committed;
pub use error::VcsError;
pub use history::Revision;
pub use repository::{CommitId, Repository};
pub use revision::{FileAt, Tag};
pub use state::{FileState, Head, Operation};
