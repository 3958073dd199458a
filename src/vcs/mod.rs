//! Git: the history of prompt files. The only place that names git2.

mod command;
mod commit;
mod endings;
mod error;
mod everywhere;
mod history;
mod lock;
mod references;
mod repository;
mod revision;
mod similarity;
mod state;
#[cfg(test)]
mod tests;
mod trees;

pub use commit::Committed;
pub use endings::LineEndings;
pub use error::VcsError;
pub use everywhere::Appearance;
pub use history::{History, Revision};
pub use references::{Reference, ReferenceKind};
pub use repository::{BlobId, CommitId, Repository};
pub use revision::FileAt;
pub use state::{FileState, Head, Operation};
