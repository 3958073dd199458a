//! Appending to a journal: callers wait until their lines are on disk, and share the wait.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::super::disk;
use super::super::error::{Result, StoreError};
use super::line;
use super::read::journal_paths;
use super::record::JournalRecord;
use crate::domain::ids::RunId;
use crate::domain::time::Timestamp;

#[derive(Default)]
struct Queue {
    pending: Vec<u8>,
    /// The number of the batch that is being filled.
    batch: u64,
    /// Batches up to this number are on disk.
    durable: u64,
    writing: bool,
    /// After a failed write nothing more is taken: what is on disk is then unknown.
    failed: Option<(io::ErrorKind, String)>,
}

struct Shared {
    path: PathBuf,
    file: Mutex<File>,
    queue: Mutex<Queue>,
    changed: Condvar,
}

fn path_of(state_dir: &Path, name: &str) -> PathBuf {
    state_dir.join("journal").join(format!("{name}.jsonl"))
}

fn name_of(run: &RunId) -> String {
    format!("run-{}", disk::safe_name(run.as_str()))
}

/// Where the journal of a run stands.
pub(super) fn path_of_run(state_dir: &Path, run: &RunId) -> PathBuf {
    path_of(state_dir, &name_of(run))
}

/// Whether somebody works on the run of a journal.
pub(super) fn is_locked(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK))
}

/// One journal file open for appending; clones share it. The first caller of a batch writes it for all who came meanwhile.
#[derive(Clone)]
pub struct Journal(Arc<Shared>);

impl Journal {
    /// Opens or makes `journal/NAME.jsonl` below a state directory. A torn last line is closed so that it is seen as such.
    pub fn open(state_dir: &Path, name: &str) -> Result<Self> {
        let dir = state_dir.join("journal");
        disk::private_dir(state_dir)?;
        disk::private_dir(&dir)?;
        let path = path_of(state_dir, name);
        let at = |error| StoreError::file(&path, error);
        let existed = path.exists();
        let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path).map_err(at)?;
        if existed {
            end_torn_line(&mut file).map_err(at)?;
        } else {
            disk::sync_dir(&dir)?;
        }
        let queue = Mutex::new(Queue { batch: 1, ..Queue::default() });
        Ok(Self(Arc::new(Shared { path, file: Mutex::new(file), queue, changed: Condvar::new() })))
    }

    /// The journal of a run.
    pub fn of_run(state_dir: &Path, run: &RunId) -> Result<Self> {
        Self::open(state_dir, &name_of(run))
    }

    /// The journal of a run, which nobody else may work on while it is open.
    pub fn of_run_alone(state_dir: &Path, run: &RunId) -> Result<Self> {
        let journal = Self::of_run(state_dir, run)?;
        for attempt in 1.. {
            let locked = flock(&*journal.file(), FlockOperation::NonBlockingLockExclusive);
            match locked {
                Ok(()) => break,
                // Whoever only asks whether it is at work holds the lock for a moment.
                Err(Errno::WOULDBLOCK | Errno::INTR) if attempt < 10 => std::thread::sleep(Duration::from_millis(10)),
                Err(Errno::WOULDBLOCK) => return Err(StoreError::AtWork { run: run.as_str().to_owned() }),
                Err(error) => return Err(StoreError::file(journal.path(), error.into())),
            }
        }
        Ok(journal)
    }

    /// Where the journal of a run is, or would be.
    pub fn path_of_run(state_dir: &Path, run: &RunId) -> PathBuf {
        path_of(state_dir, &name_of(run))
    }

    /// The journals of runs that were written to since a time, by file name.
    pub fn runs_written_since(state_dir: &Path, since: Timestamp) -> Result<Vec<PathBuf>> {
        let since = SystemTime::UNIX_EPOCH + Duration::from_nanos(u64::try_from(since.nanos()).unwrap_or(0));
        let paths = journal_paths(state_dir)?.into_iter().filter(|path| {
            let is_run = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("run-"));
            is_run && path.metadata().and_then(|data| data.modified()).is_ok_and(|at| at >= since)
        });
        Ok(paths.collect())
    }

    /// Whether a process works on the run of a journal.
    pub fn is_path_at_work(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK))
    }

    /// Whether there is a journal of a run.
    pub fn exists(state_dir: &Path, run: &RunId) -> bool {
        path_of(state_dir, &name_of(run)).is_file()
    }

    /// Whether a process works on a run.
    pub fn is_at_work(state_dir: &Path, run: &RunId) -> bool {
        is_locked(&path_of_run(state_dir, run))
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.0.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Appends one record and returns when it is on disk.
    pub fn append(&self, record: &JournalRecord) -> Result<()> {
        self.append_all(std::slice::from_ref(record))
    }

    /// Appends records and returns when all are on disk.
    pub fn append_all(&self, records: &[JournalRecord]) -> Result<()> {
        let mut lines = Vec::new();
        for record in records {
            lines.extend(line::encode(record)?);
        }
        self.append_lines(lines)
    }

    /// Appends records that were made into lines, and returns when all are on disk.
    pub fn append_lines(&self, lines: Vec<u8>) -> Result<()> {
        let mut queue = self.queue();
        queue.pending.extend(lines);
        let mine = queue.batch;
        loop {
            if let Some((kind, text)) = &queue.failed {
                return Err(StoreError::file(&self.0.path, io::Error::new(*kind, text.clone())));
            }
            if queue.durable >= mine {
                return Ok(());
            }
            if queue.writing {
                queue = self.0.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            queue.writing = true;
            let number = queue.batch;
            queue.batch += 1;
            let batch = std::mem::take(&mut queue.pending);
            drop(queue);
            let outcome = self.write(&batch);
            queue = self.queue();
            queue.writing = false;
            match outcome {
                Ok(()) => queue.durable = number,
                Err(error) => queue.failed = Some((error.kind(), error.to_string())),
            }
            self.0.changed.notify_all();
        }
    }

    fn write(&self, batch: &[u8]) -> io::Result<()> {
        let mut file = self.file();
        file.write_all(batch)?;
        file.sync_data()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Journal").field(&self.0.path).finish()
    }
}

/// Puts a line feed behind a line that a kill cut, so that what is appended does not run into it.
fn end_torn_line(file: &mut File) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        return Ok(());
    }
    // One that is whole but for its line feed was never confirmed; a second tab makes its checksum wrong.
    file.write_all(b"\t\n")?;
    file.sync_data()
}
