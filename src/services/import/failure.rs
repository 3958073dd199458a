//! Why an import as a whole fails; what is wrong with single files is in the report.

use std::io;
use std::path::PathBuf;

use crate::store::StoreError;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// No importer has the name given with `--as`.
    #[error("there is no format {name:?}; the formats are {known}")]
    UnknownFormat {
        /// The name given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The index or the archive failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list of imported files could not be written.
    #[error("{}: {source}; the files imported so far are in the index", path.display())]
    Catalog {
        /// The list.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// The user stopped it. What was imported before is kept.
    #[error("the import was stopped; files imported before that are in the index")]
    Cancelled,
}
