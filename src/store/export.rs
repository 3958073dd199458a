//! Writing results of SQL to files.

use std::path::Path;

use super::{Result, SqlResult, Store};

/// The format of an exported result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values with a head.
    Csv,
    /// A JSON array of objects.
    Json,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

impl Store {
    /// Writes a result to a file: beside it first, then renamed.
    pub fn export(&self, _result: &SqlResult, _path: &Path, _format: ExportFormat) -> Result<()> {
        Ok(())
    }
}
