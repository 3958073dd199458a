//! Looks at files before they are read: what they are, whether they changed, and where their content is kept.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::catalog::{Catalog, CatalogEntry, Kept};
use super::files::{self, FoundFile};
use super::hashes::Hashes;
use super::intake::{Intake, KeepFiles};
use super::reader::{self, Counted};
use super::tally::Tally;
use crate::domain::cancel::Cancel;
use crate::domain::ids::SourceId;
use crate::importers::container::HEAD;
use crate::importers::{Batch, Importer};
use crate::store::{Archive, Ingest, SkippedRow, SourceRow, StoreError};

/// The format that sources of no known format are listed under.
pub const NO_FORMAT: &str = "unknown";
/// Why such a source is left out.
pub const NOT_RECOGNISED: &str = "no known trace format; `--as FORMAT` names one";

/// Where a file's content is read from.
pub enum Content {
    /// The file itself.
    Path(PathBuf),
    /// The archive, by hash.
    Archive(String),
}

/// A file that was looked at and is to be read.
pub struct Looked {
    /// The path as the user knows it.
    pub shown: String,
    /// The path in the `sources` table.
    pub path: String,
    /// Its source.
    pub source_id: SourceId,
    /// The BLAKE3 hash of its content in hex.
    pub hash: String,
    /// Where its content is.
    pub content: Content,
}

/// What can go wrong with one file, or with everything.
pub enum Trouble {
    /// The file.
    File(io::Error),
    /// Everything.
    Store(StoreError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Intake {
    /// Hashes a file and keeps a copy where that is due; `None` where its format is not known.
    pub(super) fn look(
        &self,
        file: &FoundFile,
        asked: Option<&'static dyn Importer>,
        keep: KeepFiles,
    ) -> Result<Option<Looked>, Trouble> {
        if file.path.as_os_str() == "-" {
            return self.look_at_stream(io::stdin().lock(), asked);
        }
        if file.path.is_dir() {
            return Err(Trouble::File(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if reader::recognise(File::open(&file.path)?, asked)?.is_none() {
            return Ok(None);
        }
        let stays = keep == KeepFiles::Link || self.is_own(&file.path);
        if stays {
            return Ok(Some(self.in_place(&file.path)?));
        }
        let archive = Archive::new(self.store.state_dir());
        let known = hash(File::open(&file.path)?)?;
        let hash = if archive.holds(&known) { known } else { archive.keep(&mut File::open(&file.path)?)?.hash };
        let path = self.path_in_sources(&file.path);
        let shown = file.path.display().to_string();
        let source_id = source_id(&path, "file");
        Ok(Some(Looked { shown, source_id, path, content: Content::Archive(hash.clone()), hash }))
    }

    fn look_at_stream(
        &self,
        mut stream: impl Read,
        asked: Option<&'static dyn Importer>,
    ) -> Result<Option<Looked>, Trouble> {
        let mut head = Vec::new();
        stream.by_ref().take(4 * HEAD as u64).read_to_end(&mut head)?;
        if reader::recognise(&head[..], asked)?.is_none() {
            return Ok(None);
        }
        let hash = Archive::new(self.store.state_dir()).keep(&mut Cursor::new(head).chain(stream))?.hash;
        // Each stream is a source of its own.
        let source_id = source_id(&hash, "stream");
        let path = "-".to_owned();
        Ok(Some(Looked { shown: path.clone(), path, source_id, content: Content::Archive(hash.clone()), hash }))
    }

    /// A file that is read where it is.
    pub(super) fn in_place(&self, path: &Path) -> io::Result<Looked> {
        let hash = hash(File::open(path)?)?;
        let name = self.path_in_sources(path);
        let shown = path.display().to_string();
        let source_id = source_id(&name, "file");
        Ok(Looked { shown, source_id, path: name, hash, content: Content::Path(path.to_owned()) })
    }

    /// A file's path in the `sources` table and its hash, from what is remembered where it did not change.
    pub(super) fn hash_of_own(&self, path: &Path, hashes: &mut Hashes) -> io::Result<(String, String)> {
        let name = self.path_in_sources(path);
        let about = std::fs::metadata(path)?;
        if let Some(hash) = hashes.of(&name, &about) {
            return Ok((name, hash.to_owned()));
        }
        let hash = hash(File::open(path)?)?;
        hashes.remember(&name, &about, &hash, self.clock.now());
        Ok((name, hash))
    }

    /// The workspace's own traces.
    pub(super) fn own_files(&self) -> Vec<FoundFile> {
        if self.traces.is_dir() { files::expand(std::slice::from_ref(&self.traces)) } else { Vec::new() }
    }

    /// The files of the workspace and of the catalogue, with their hashes; those that cannot be read are left out.
    pub(super) fn lasting_files(&self) -> Vec<Looked> {
        let own = self.own_files().into_iter().filter_map(|file| self.in_place(&file.path).ok());
        let others = Catalog::new(self.store.state_dir()).entries().into_iter().filter_map(|entry| match entry.kept {
            Kept::Link => self.in_place(&self.root.join(&entry.path)).ok(),
            Kept::Archive => {
                let (name, kind) = if entry.path == "-" { (&entry.hash, "stream") } else { (&entry.path, "file") };
                Some(Looked {
                    shown: entry.path.clone(),
                    source_id: source_id(name, kind),
                    path: entry.path,
                    content: Content::Archive(entry.hash.clone()),
                    hash: entry.hash,
                })
            }
        });
        own.chain(others).collect()
    }

    /// Reads a file into the index, or only counts what is in it; `None` where its format is not known.
    pub(super) fn read(
        &self,
        looked: &Looked,
        asked: Option<&'static dyn Importer>,
        count: &Arc<AtomicU64>,
        mut ingest: Option<&mut Ingest>,
        cancel: &Cancel,
        seen: &mut dyn FnMut(&Batch),
    ) -> Result<Option<(&'static str, Tally)>, StoreError> {
        let mut tally = Tally::default();
        let source = match self.open(&looked.content, count).and_then(|reader| Ok(reader::recognise(reader, asked)?)) {
            Ok(Some(source)) => source,
            Ok(None) => return Ok(None),
            Err(Trouble::File(error)) => {
                tally.skip(None, format!("it cannot be read: {error}"));
                return Ok(Some((NO_FORMAT, tally)));
            }
            Err(Trouble::Store(error)) => return Err(error),
        };
        let format = source.importer.name();
        let outcome = reader::read(source, looked.source_id.clone(), cancel, &mut |batch: Batch| {
            tally.count(&batch);
            seen(&batch);
            match ingest.as_deref_mut() {
                Some(ingest) => ingest.add_scores(&batch.scores).and_then(|()| ingest.add(batch.spans, batch.patches)),
                None => Ok(()),
            }
        })?;
        if cancel.is_cancelled() {
            return Err(StoreError::Interrupted);
        }
        if let Err(error) = outcome {
            tally.skip(None, error.to_string());
        }
        Ok(Some((format, tally)))
    }

    fn open(&self, content: &Content, count: &Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, Trouble> {
        let count = Arc::clone(count);
        Ok(match content {
            Content::Path(path) => Box::new(Counted::new(File::open(path)?, count)),
            Content::Archive(hash) => Box::new(Counted::new(Archive::new(self.store.state_dir()).open(hash)?, count)),
        })
    }

    /// What the catalogue says of a file; `None` for the workspace's own.
    pub(super) fn entry(&self, looked: &Looked, format: &str) -> Option<CatalogEntry> {
        let kept = match &looked.content {
            Content::Archive(_) => Kept::Archive,
            Content::Path(path) if self.is_own(path) => return None,
            Content::Path(_) => Kept::Link,
        };
        Some(CatalogEntry { path: looked.path.clone(), format: format.to_owned(), hash: looked.hash.clone(), kept })
    }

    /// What the index says of a file.
    pub(super) fn row(&self, looked: &Looked, format: &str, tally: &Tally) -> SourceRow {
        SourceRow {
            source_id: looked.source_id.clone(),
            path: looked.path.clone(),
            format: format.to_owned(),
            content_hash: looked.hash.clone(),
            imported_at: self.clock.now(),
            spans: tally.spans(),
            skipped: tally
                .skipped()
                .into_iter()
                .map(|skipped| SkippedRow { line: skipped.line, reason: skipped.reason })
                .collect(),
        }
    }

    /// Whether a file is one of the workspace's own traces.
    pub(super) fn is_own(&self, path: &Path) -> bool {
        match (path.canonicalize(), self.traces.canonicalize()) {
            (Ok(path), Ok(traces)) => path.starts_with(traces),
            _ => false,
        }
    }

    /// The path in the `sources` table: from the workspace's root where it is there, else absolute.
    fn path_in_sources(&self, path: &Path) -> String {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned()
    }
}

/// What is said of a file of no known format.
pub fn unrecognised() -> Tally {
    let mut tally = Tally::default();
    tally.skip(None, NOT_RECOGNISED.to_owned());
    tally
}

/// The id of a source: the first 16 hex digits of the BLAKE3 hash of its kind and path.
fn source_id(path: &str, kind: &str) -> SourceId {
    let hash = blake3::hash(format!("{kind}\0{path}").as_bytes()).to_hex();
    SourceId::new(hash.as_str().chars().take(16).collect::<String>())
}

fn hash(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().to_hex().to_string()),
            Ok(read) => {
                hasher.update(buffer.get(..read).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
