//! The use case itself: which files are new, and how they come into the index.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::catalog::{Catalog, CatalogEntry};
use super::failure::ImportFailure;
use super::files::{self, Found, FoundFile};
use super::hashes::Hashes;
use super::look::{Looked, NO_FORMAT, NOT_RECOGNISED, Trouble, unrecognised};
use super::report::{FileReport, ImportReport, Outcome};
use super::tally::Tally;
use crate::domain::cancel::Cancel;
use crate::domain::ids::SourceId;
use crate::domain::time::Clock;
use crate::importers::{self, Importer};
use crate::store::{Ingest, RebuildProgress, SourceRow, Store, StoreError};

/// Files are merged into the index together until they have this many spans, or are so many.
const GROUP_SPANS: u64 = 100_000;
const GROUP_FILES: usize = 2_000;

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
    pub(super) store: Store,
    pub(super) root: PathBuf,
    pub(super) traces: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
}

/// Files that were read and are merged into the index together: opening it for each would take longer than reading.
#[derive(Default)]
struct Group {
    ingest: Option<Ingest>,
    rows: Vec<SourceRow>,
    entries: Vec<CatalogEntry>,
    /// Sources and the places of their files in the report.
    reports: Vec<(SourceId, usize)>,
    spans: u64,
}

struct Work<'a> {
    asked: Option<&'static dyn Importer>,
    keep: KeepFiles,
    known: Vec<SourceRow>,
    all: Tally,
    group: Group,
    reports: Vec<FileReport>,
    state: Progress,
    bytes: Arc<AtomicU64>,
    progress: &'a mut dyn FnMut(&Progress),
    cancel: &'a Cancel,
}

impl Work<'_> {
    fn show(&mut self) {
        self.state.bytes_done = self.bytes.load(Ordering::Relaxed);
        (self.progress)(&self.state);
    }
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
        self.run(&files, asked, request.keep, progress, cancel).map_err(|error| stopped(error, cancel))
    }

    /// Imports the files below `traces/` that are new or have changed.
    pub fn sync(&self, progress: &mut dyn FnMut(&Progress), cancel: &Cancel) -> Result<ImportReport, ImportFailure> {
        let files = self.own_files();
        if files.is_empty() {
            return Ok(ImportReport::of(Vec::new(), 0, 0));
        }
        let known = self.store.sources(cancel).map_err(|error| stopped(error.into(), cancel))?;
        let known: HashMap<&str, &str> =
            known.iter().map(|row| (row.path.as_str(), row.content_hash.as_str())).collect();
        let mut hashes = Hashes::read(self.store.state_dir());
        let mut names = Vec::with_capacity(files.len());
        let mut changed = Vec::new();
        for file in files {
            let Ok((name, hash)) = self.hash_of_own(&file.path, &mut hashes) else { continue };
            if known.get(name.as_str()) != Some(&hash.as_str()) {
                changed.push(file);
            }
            names.push(name);
        }
        hashes.write(&names);
        if changed.is_empty() {
            return Ok(ImportReport::of(Vec::new(), 0, 0));
        }
        self.run(&changed, None, KeepFiles::Link, progress, cancel).map_err(|error| stopped(error, cancel))
    }

    /// Makes the index anew from the files below `traces/`, the archive and the linked files.
    pub fn rebuild(&self, progress: &mut dyn FnMut(RebuildProgress), cancel: &Cancel) -> Result<(), ImportFailure> {
        let spans = AtomicU64::new(0);
        let mut show =
            |step: &str| progress(RebuildProgress { step: step.to_owned(), spans: spans.load(Ordering::Relaxed) });
        show("looking for files");
        let files = self.lasting_files();
        let count = Arc::new(AtomicU64::new(0));
        let rebuilt = self.store.rebuild(&mut |_| {}, cancel, &mut |ingest: &mut Ingest| {
            let mut sources = Vec::new();
            for looked in &files {
                show(&looked.shown);
                let read = self.read(looked, None, &count, Some(ingest), cancel, &mut |batch| {
                    spans.fetch_add(batch.spans.len() as u64, Ordering::Relaxed);
                })?;
                let (format, tally) = read.unwrap_or_else(|| (NO_FORMAT, unrecognised()));
                sources.push(self.row(looked, format, &tally));
            }
            Ok(sources)
        });
        rebuilt.map_err(|error| stopped(error.into(), cancel))
    }

    /// Whether files from outside the workspace were imported, of which the archive or the catalog knows.
    pub fn has_kept_files(&self) -> bool {
        !Catalog::new(self.store.state_dir()).entries().is_empty()
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
        let mut work = Work {
            asked,
            keep,
            known: self.store.sources(cancel)?,
            all: Tally::default(),
            group: Group::default(),
            reports: Vec::with_capacity(files.len()),
            state,
            bytes: Arc::new(AtomicU64::new(0)),
            progress,
            cancel,
        };
        for file in files {
            if cancel.is_cancelled() {
                return Err(ImportFailure::Cancelled);
            }
            work.state.path = file.path.display().to_string();
            work.show();
            let report = self.one(file, &mut work)?;
            work.reports.push(report);
            if work.group.spans >= GROUP_SPANS || work.group.rows.len() >= GROUP_FILES {
                self.merge(&mut work)?;
            }
            work.state.files_done += 1;
            work.show();
        }
        self.merge(&mut work)?;
        Ok(ImportReport::of(work.reports, work.all.traces(), work.all.spans()))
    }

    /// Reads one file.
    fn one(&self, file: &FoundFile, work: &mut Work<'_>) -> Result<FileReport, ImportFailure> {
        let shown = file.path.display().to_string();
        let looked = match self.look(file, work.asked, work.keep) {
            Ok(Some(looked)) => looked,
            Ok(None) => return Ok(self.unrecognised(file, work)),
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
        let Some((format, tally)) = self.read_one(&looked, unchanged, work)? else {
            return Ok(FileReport::empty(shown, Outcome::Failed, Some(NOT_RECOGNISED.to_owned())));
        };
        let outcome = match (tally.is_failure(), unchanged) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Unchanged,
            (false, false) => Outcome::Imported,
        };
        if !unchanged {
            work.group.rows.push(self.row(&looked, format, &tally));
            work.group.entries.extend(self.entry(&looked, format));
            work.group.reports.push((looked.source_id, work.reports.len()));
            work.group.spans += tally.spans();
        }
        let report = FileReport {
            path: shown,
            format: Some(format.to_owned()),
            traces: tally.traces(),
            spans: tally.spans(),
            chunks: tally.chunks,
            new_spans: 0,
            updated_spans: 0,
            skipped: tally.skipped(),
            outcome,
        };
        work.all.add(tally);
        Ok(report)
    }

    /// Reads a file into the group's ingest; one that has not changed is only counted.
    fn read_one(
        &self,
        looked: &Looked,
        unchanged: bool,
        work: &mut Work<'_>,
    ) -> Result<Option<(&'static str, Tally)>, ImportFailure> {
        if !unchanged && work.group.ingest.is_none() {
            work.group.ingest = Some(self.store.ingest(work.cancel)?);
        }
        let mut ingest = if unchanged { None } else { work.group.ingest.take() };
        let (asked, cancel, bytes) = (work.asked, work.cancel, Arc::clone(&work.bytes));
        let read = self.read(looked, asked, &bytes, ingest.as_mut(), cancel, &mut |batch| {
            work.state.spans += batch.spans.len() as u64;
            work.show();
        });
        if ingest.is_some() {
            work.group.ingest = ingest;
        }
        Ok(read?)
    }

    /// A file of the workspace that is no trace is remembered, so that it is not looked at at every start.
    fn unrecognised(&self, file: &FoundFile, work: &mut Work<'_>) -> FileReport {
        if self.is_own(&file.path)
            && let Ok(looked) = self.in_place(&file.path)
        {
            work.group.rows.push(self.row(&looked, NO_FORMAT, &unrecognised()));
        }
        let outcome = if file.found == Found::Walked { Outcome::Ignored } else { Outcome::Failed };
        FileReport::empty(file.path.display().to_string(), outcome, Some(NOT_RECOGNISED.to_owned()))
    }

    /// Merges the group into the index, files from elsewhere written down first.
    fn merge(&self, work: &mut Work<'_>) -> Result<(), ImportFailure> {
        let group = std::mem::take(&mut work.group);
        let catalog = Catalog::new(self.store.state_dir());
        catalog
            .add(&group.entries)
            .map_err(|source| ImportFailure::Catalog { path: catalog.path().to_owned(), source })?;
        let Some(ingest) = group.ingest else {
            if !group.rows.is_empty() {
                self.store.put_sources(&group.rows)?;
            }
            return Ok(());
        };
        let (_, counts) = ingest.finish_by_source(&group.rows)?;
        for count in counts {
            let place = group.reports.iter().find(|(source, _)| *source == count.source_id);
            if let Some(report) = place.and_then(|(_, place)| work.reports.get_mut(*place)) {
                report.new_spans = count.new_spans;
                report.updated_spans = count.updated_spans;
            }
        }
        Ok(())
    }
}

/// A store that was interrupted by this import's own flag is a stopped import.
fn stopped(error: ImportFailure, cancel: &Cancel) -> ImportFailure {
    match error {
        ImportFailure::Store(StoreError::Interrupted) if cancel.is_cancelled() => ImportFailure::Cancelled,
        other => other,
    }
}

fn named(name: &str) -> Result<&'static dyn Importer, ImportFailure> {
    importers::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = importers::IMPORTERS.iter().map(|importer| importer.name()).collect();
        ImportFailure::UnknownFormat { name: name.to_owned(), known: known.join(", ") }
    })
}
