//! The sample workspace that is compiled in: the repository's own.

use std::fs;
use std::path::Path;

use super::error::WorkspaceError;

/// One file of the sample workspace.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Its path in the workspace, with slashes.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

macro_rules! samples {
    ($($path:literal),* $(,)?) => {
        &[$(Sample { path: $path, bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path)) }),*]
    };
}

/// Every file of the sample workspace; a test keeps the list complete.
pub const SAMPLES: &[Sample] = samples!["hindcast.toml"];

/// Writes the samples below a directory.
pub(super) fn write(root: &Path) -> Result<(), WorkspaceError> {
    for sample in SAMPLES {
        let path = root.join(sample.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(WorkspaceError::io(parent))?;
        }
        fs::write(&path, sample.bytes).map_err(WorkspaceError::io(&path))?;
    }
    Ok(())
}
