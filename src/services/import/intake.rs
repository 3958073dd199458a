//! The use case itself: which files are new, where they are kept, and how they come into the index.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::catalog::{Catalog, CatalogEntry, Kept};
use super::failure::ImportFailure;
use super::files::{self, Found, FoundFile};
use super::reader::{self, Counted};
use super::report::{FileReport, ImportReport, Outcome};
use super::tally::Tally;
use crate::domain::cancel::Cancel;
use crate::domain::ids::SourceId;
use crate::domain::time::Clock;
use crate::importers::{self, Batch, ImportError, Importer};
use crate::store::{Archive, Ingest, RebuildProgress, SkippedRow, SourceRow, Store, StoreError};

/// The format that sources of no known format are listed under.
const NO_FORMAT: &str = "unknown";
const NOT_RECOGNISED: &str = "no known trace format; `--as FORMAT` names one";

/// Whether files from elsewhere are copied into the archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepFiles {
    /// A compressed copy of each is kept.
    #[default]
    Copy,
    /// Only the path is kept.
    Link,
}

/// What is to be imported.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files, directories, `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The format's name, where it is not to be recognised.
    pub format: Option<String>,
    /// What becomes of the files.
    pub keep: KeepFiles,
}

/// How far an import is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The file being read. It came from outside: make it safe before it is shown.
    pub path: String,
    /// Files done.
    pub files_done: u64,
    /// Files in all.
    pub files: u64,
    /// Bytes read, as on disk.
    pub bytes_done: u64,
    /// Bytes in all; 0 where not known.
    pub bytes: u64,
    /// Spans read.
    pub spans: u64,
}

/// Imports into one workspace.
#[derive(Clone)]
pub struct Intake {
    store: Store,
    root: PathBuf,
    traces: PathBuf,
    clock: Arc<dyn Clock>,
}

/// Where a file's content is read from.
enum Content {
    /// The file itself.
    Path(PathBuf),
    /// The archive, by hash.
    Archive(String),
}

struct Work<'a> {
    asked: Option<&'static dyn Importer>,
    keep: KeepFiles,
    known: Vec<SourceRow>,
    all: Tally,
    state: Progress,
    bytes: Arc<AtomicU64>,
    progress: &'a mut dyn FnMut(&Progress),
    cancel: &'a Cancel,
}

impl Work<'_> {
    fn report(&mut self) {
        self.state.bytes_done = self.bytes.load(Ordering::Relaxed);
        (self.progress)(&self.state);
    }
}

/// A file that was looked at and is to be read.
struct Looked {
    shown: String,
    /// The path in the `sources` table.
    path: String,
    source_id: SourceId,
    hash: String,
    content: Content,
}

impl Intake {
    /// Imports into the workspace at `root`, whose own traces are below `traces`.
    pub fn new(store: Store, root: impl Into<PathBuf>, traces: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self { store, root: root.into(), traces: traces.into(), clock }
    }

    /// Imports what was asked for. What is wrong with single files is in the report and stops no other.
    pub fn import(
        &self,
        request: &Request,
        progress: &mut dyn FnMut(&Progress),
        cancel: &Cancel,
    ) -> Result<ImportReport, ImportFailure> {
        let asked = request.format.as_deref().map(named).transpose()?;
        let files = files::expand(&request.paths);
        self.run(&files, asked, request.keep, progress, cancel)
    }

    /// Imports the files below `traces/` that are new or have changed.
    pub fn sync(&self, progress: &mut dyn FnMut(&Progress), cancel: &Cancel) -> Result<ImportReport, ImportFailure> {
        let files = if self.traces.is_dir() { files::expand(std::slice::from_ref(&self.traces)) } else { Vec::new() };
        let known = self.store.sources(cancel)?;
        let changed = files.into_iter().filter(|file| {
            let hash = File::open(&file.path).and_then(hash);
            let path = self.path_in_sources(&file.path);
            !known.iter().any(|row| row.path == path && hash.as_ref().is_ok_and(|hash| row.content_hash == *hash))
        });
        let changed: Vec<FoundFile> = changed.collect();
        if changed.is_empty() {
            return Ok(ImportReport::of(Vec::new(), 0, 0));
        }
        self.run(&changed, None, KeepFiles::Link, progress, cancel)
    }

    /// Makes the index anew from the files below `traces/`, the archive and the linked files.
    pub fn rebuild(&self, progress: &mut dyn FnMut(RebuildProgress), cancel: &Cancel) -> Result<(), ImportFailure> {
        let spans = AtomicU64::new(0);
        let mut show =
            |step: &str| progress(RebuildProgress { step: step.to_owned(), spans: spans.load(Ordering::Relaxed) });
        show("looking for files");
        let files = self.lasting_files();
        self.store.rebuild(&mut |_| {}, cancel, &mut |ingest: &mut Ingest| {
            let mut sources = Vec::new();
            for looked in &files {
                show(&looked.shown);
                let outcome = self.read_into(looked, None, ingest, cancel, &mut |batch| {
                    spans.fetch_add(batch.spans.len() as u64, Ordering::Relaxed);
                });
                match outcome? {
                    Some((format, tally)) => sources.push(self.row(looked, format, &tally)),
                    None => sources.push(self.row(looked, NO_FORMAT, &unrecognised())),
                }
            }
            Ok(sources)
        })?;
        Ok(())
    }

    /// The files that the index is made from, as `index --check` compares them: path as in `sources`, and hash.
    pub fn current_files(&self) -> Vec<(String, String)> {
        self.lasting_files().into_iter().map(|looked| (looked.path, looked.hash)).collect()
    }

    fn run(
        &self,
        files: &[FoundFile],
        asked: Option<&'static dyn Importer>,
        keep: KeepFiles,
        progress: &mut dyn FnMut(&Progress),
        cancel: &Cancel,
    ) -> Result<ImportReport, ImportFailure> {
        let state = Progress {
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.bytes).sum(),
            ..Progress::default()
        };
        let known = self.store.sources(cancel)?;
        let bytes = Arc::new(AtomicU64::new(0));
        let mut work = Work { asked, keep, known, all: Tally::default(), state, bytes, progress, cancel };
        let mut reports = Vec::with_capacity(files.len());
        for file in files {
            if cancel.is_cancelled() {
                return Err(ImportFailure::Cancelled);
            }
            work.state.path = file.path.display().to_string();
            work.report();
            // A store that was interrupted was so by this import's own flag.
            let report = self.one(file, &mut work);
            reports.push(report.map_err(|error| if cancel.is_cancelled() { ImportFailure::Cancelled } else { error })?);
            work.state.files_done += 1;
            work.report();
        }
        Ok(ImportReport::of(reports, work.all.traces(), work.all.spans()))
    }

    /// Imports one file.
    fn one(&self, file: &FoundFile, work: &mut Work<'_>) -> Result<FileReport, ImportFailure> {
        let shown = file.path.display().to_string();
        let looked = match self.look(file, work) {
            Ok(Some(looked)) => looked,
            Ok(None) => {
                let outcome = if file.found == Found::Walked { Outcome::Ignored } else { Outcome::Failed };
                self.remember_unrecognised(file)?;
                return Ok(FileReport::empty(shown, outcome, Some(NOT_RECOGNISED.to_owned())));
            }
            Err(Trouble::File(error)) => {
                return Ok(FileReport::empty(shown, Outcome::Failed, Some(format!("it cannot be read: {error}"))));
            }
            Err(Trouble::Store(error)) => return Err(error.into()),
        };
        let unchanged = work.known.iter().any(|row| {
            row.source_id == looked.source_id
                && row.content_hash == looked.hash
                && work.asked.is_none_or(|asked| asked.name() == row.format)
        });
        let mut ingest = if unchanged { None } else { Some(self.store.ingest(work.cancel)?) };
        let Some((format, tally)) = self.read(&looked, work, ingest.as_mut())? else {
            return Ok(FileReport::empty(shown, Outcome::Failed, Some(NOT_RECOGNISED.to_owned())));
        };
        let mut report = FileReport {
            path: shown,
            format: Some(format.to_owned()),
            traces: tally.traces(),
            spans: tally.spans(),
            chunks: tally.chunks,
            new_spans: 0,
            updated_spans: 0,
            skipped: tally.skipped(),
            outcome: if unchanged { Outcome::Unchanged } else { Outcome::Imported },
        };
        if tally.is_failure() {
            report.outcome = Outcome::Failed;
        }
        if let Some(ingest) = ingest {
            self.catalogue(&looked, format)?;
            let counts = ingest.finish(&[self.row(&looked, format, &tally)])?;
            (report.new_spans, report.updated_spans) = (counts.new_spans, counts.updated_spans);
        }
        work.all.add(&tally);
        Ok(report)
    }

    /// Hashes a file and keeps a copy where that is due; `None` where its format is not known.
    fn look(&self, file: &FoundFile, work: &Work<'_>) -> Result<Option<Looked>, Trouble> {
        let shown = file.path.display().to_string();
        let archive = Archive::new(self.store.state_dir());
        if file.path.as_os_str() == "-" {
            return self.look_at_stream(io::stdin().lock(), shown, work);
        }
        if file.path.is_dir() {
            return Err(Trouble::File(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if reader::recognise(File::open(&file.path)?, work.asked)?.is_none() {
            return Ok(None);
        }
        let path = self.path_in_sources(&file.path);
        let stays = work.keep == KeepFiles::Link || self.is_own(&file.path);
        let (hash, content) = if stays {
            (hash(File::open(&file.path)?)?, Content::Path(file.path.clone()))
        } else {
            let hash = archive.keep(&mut File::open(&file.path)?)?.hash;
            (hash.clone(), Content::Archive(hash))
        };
        Ok(Some(Looked { shown, source_id: source_id(&path, "file"), path, hash, content }))
    }

    fn look_at_stream(&self, mut stream: impl Read, shown: String, work: &Work<'_>) -> Result<Option<Looked>, Trouble> {
        let mut head = Vec::new();
        stream.by_ref().take(4 * importers::container::HEAD as u64).read_to_end(&mut head)?;
        if reader::recognise(&head[..], work.asked)?.is_none() {
            return Ok(None);
        }
        let hash = Archive::new(self.store.state_dir()).keep(&mut Cursor::new(head).chain(stream))?.hash;
        // Each stream is a source of its own.
        let source_id = source_id(&hash, "stream");
        Ok(Some(Looked { shown, path: "-".to_owned(), source_id, content: Content::Archive(hash.clone()), hash }))
    }

    /// Reads a file into the index, or only counts what is in it.
    fn read(
        &self,
        looked: &Looked,
        work: &mut Work<'_>,
        mut ingest: Option<&mut Ingest>,
    ) -> Result<Option<(&'static str, Tally)>, ImportFailure> {
        let mut tally = Tally::default();
        let source =
            match self.open(&looked.content, &work.bytes).and_then(|reader| Ok(reader::recognise(reader, work.asked)?))
            {
                Ok(Some(source)) => source,
                Ok(None) => return Ok(None),
                Err(Trouble::File(error)) => {
                    tally.skip(None, format!("it cannot be read: {error}"));
                    return Ok(Some((NO_FORMAT, tally)));
                }
                Err(Trouble::Store(error)) => return Err(error.into()),
            };
        let format = source.importer.name();
        let cancel = work.cancel;
        let outcome = reader::read(source, looked.source_id.clone(), cancel, &mut |batch: Batch| {
            tally.count(&batch);
            work.state.spans += batch.spans.len() as u64;
            work.report();
            match ingest.as_deref_mut() {
                Some(ingest) => ingest.add(batch.spans, batch.patches),
                None => Ok(()),
            }
        })?;
        finish_reading(outcome, cancel, &mut tally)?;
        Ok(Some((format, tally)))
    }

    /// Reads a file into an index that is being made anew.
    fn read_into(
        &self,
        looked: &Looked,
        asked: Option<&'static dyn Importer>,
        ingest: &mut Ingest,
        cancel: &Cancel,
        seen: &mut dyn FnMut(&Batch),
    ) -> Result<Option<(&'static str, Tally)>, StoreError> {
        let mut tally = Tally::default();
        let count = Arc::new(AtomicU64::new(0));
        let source = match self.open(&looked.content, &count).and_then(|reader| Ok(reader::recognise(reader, asked)?)) {
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
            ingest.add(batch.spans, batch.patches)
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
        Ok(match content {
            Content::Path(path) => Box::new(Counted::new(File::open(path)?, Arc::clone(count))),
            Content::Archive(hash) => {
                Box::new(Counted::new(Archive::new(self.store.state_dir()).open(hash)?, Arc::clone(count)))
            }
        })
    }

    /// The files of the workspace and of the catalogue, with their hashes; those that cannot be read are left out.
    fn lasting_files(&self) -> Vec<Looked> {
        let own = if self.traces.is_dir() { files::expand(std::slice::from_ref(&self.traces)) } else { Vec::new() };
        let own = own.into_iter().filter_map(|file| {
            let hash = File::open(&file.path).and_then(hash).ok()?;
            let path = self.path_in_sources(&file.path);
            let shown = file.path.display().to_string();
            Some(Looked { shown, source_id: source_id(&path, "file"), path, hash, content: Content::Path(file.path) })
        });
        let others = Catalog::new(self.store.state_dir()).entries().into_iter().filter_map(|entry| {
            let (hash, content) = match entry.kept {
                Kept::Archive => (entry.hash.clone(), Content::Archive(entry.hash.clone())),
                Kept::Link => {
                    let path = self.root.join(&entry.path);
                    (File::open(&path).and_then(hash).ok()?, Content::Path(path))
                }
            };
            let source_id =
                if entry.path == "-" { source_id(&entry.hash, "stream") } else { source_id(&entry.path, "file") };
            Some(Looked { shown: entry.path.clone(), path: entry.path, source_id, hash, content })
        });
        own.chain(others).collect()
    }

    /// Writes down a file from elsewhere before the index names it.
    fn catalogue(&self, looked: &Looked, format: &str) -> Result<(), ImportFailure> {
        let kept = match &looked.content {
            Content::Archive(_) => Kept::Archive,
            Content::Path(path) if self.is_own(path) => return Ok(()),
            Content::Path(_) => Kept::Link,
        };
        let catalog = Catalog::new(self.store.state_dir());
        let entry =
            CatalogEntry { path: looked.path.clone(), format: format.to_owned(), hash: looked.hash.clone(), kept };
        catalog.add(&entry).map_err(|source| ImportFailure::Catalog { path: catalog.path().to_owned(), source })
    }

    /// A file of the workspace that is no trace is remembered, so that it is not looked at at every start.
    fn remember_unrecognised(&self, file: &FoundFile) -> Result<(), ImportFailure> {
        if !self.is_own(&file.path) {
            return Ok(());
        }
        if let Ok(hash) = File::open(&file.path).and_then(hash) {
            let path = self.path_in_sources(&file.path);
            let looked = Looked {
                shown: path.clone(),
                source_id: source_id(&path, "file"),
                path,
                hash,
                content: Content::Path(file.path.clone()),
            };
            self.store.ingest(&Cancel::new())?.finish(&[self.row(&looked, NO_FORMAT, &unrecognised())])?;
        }
        Ok(())
    }

    fn row(&self, looked: &Looked, format: &str, tally: &Tally) -> SourceRow {
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
    fn is_own(&self, path: &Path) -> bool {
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

/// What can go wrong with one file, or with everything.
enum Trouble {
    File(io::Error),
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

fn finish_reading(outcome: Result<(), ImportError>, cancel: &Cancel, tally: &mut Tally) -> Result<(), ImportFailure> {
    match outcome {
        _ if cancel.is_cancelled() => Err(ImportFailure::Cancelled),
        Ok(()) => Ok(()),
        Err(error) => {
            tally.skip(None, error.to_string());
            Ok(())
        }
    }
}

fn unrecognised() -> Tally {
    let mut tally = Tally::default();
    tally.skip(None, NOT_RECOGNISED.to_owned());
    tally
}

fn named(name: &str) -> Result<&'static dyn Importer, ImportFailure> {
    importers::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = importers::IMPORTERS.iter().map(|importer| importer.name()).collect();
        ImportFailure::UnknownFormat { name: name.to_owned(), known: known.join(", ") }
    })
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
