//! Writing: one process at a time, in short cycles; large changes go into a new file that then takes the old one's place.

use std::fs::{self, File, Permissions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use duckdb::Connection;
use rustix::fs::{FlockOperation, flock};

use super::disk;
use super::error::{Result, StoreError};
use super::migrate;
use super::open::{self, Purpose, Wait};
use super::paths::{BUILD_PREFIX, OLD_WAL, with_companions};
use super::shared::{Shared, interruptible};
use crate::domain::cancel::Cancel;

/// From this size on the write-ahead log is compacted: replaying a large one makes every open slow.
const COMPACT_FROM_BYTES: u64 = 8_000_000;

/// Held by the one writer of all processes.
pub(super) struct WriterLock(File);

impl WriterLock {
    /// Shows those who wait for the lock that the work goes on.
    pub fn refresh(&self) {
        // Where the time cannot be set, others give up earlier.
        drop(self.0.set_modified(SystemTime::now()));
    }
}

impl Shared {
    /// Waits for other writers, of this process or another.
    pub fn lock_writers(&self, cancel: &Cancel) -> Result<WriterLock> {
        let mut wait = Wait::new(&self.options);
        let mut refreshed = None;
        loop {
            let now = fs::metadata(&self.paths.lock).and_then(|lock| lock.modified()).ok();
            if std::mem::replace(&mut refreshed, now) != now {
                wait.begin_anew();
            }
            match self.try_lock_writers()? {
                Ok(lock) => return Ok(lock),
                Err(Some(pid)) if pid == std::process::id() => {
                    // Another import of this process: it ends or is cancelled, and the user sees it.
                    wait = Wait::new(&self.options);
                    wait.pause("this process", cancel)?;
                }
                Err(Some(pid)) => wait.pause(&format!("hindcast (PID {pid})"), cancel)?,
                Err(None) => wait.pause("another hindcast", cancel)?,
            }
        }
    }

    /// Takes the writers' lock where it is free; else says which process holds it, as far as known.
    pub fn try_lock_writers(&self) -> Result<Result<WriterLock, Option<u32>>> {
        disk::state_dir(&self.paths.dir)?;
        let at = |error| StoreError::file(&self.paths.lock, error);
        let mut file = disk::private_file(&self.paths.lock)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => {
                let mut holder = String::new();
                let read = file.take(20).read_to_string(&mut holder);
                return Ok(Err(read.ok().and_then(|_| holder.trim().parse().ok())));
            }
            Err(error) => return Err(at(error.into())),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(at)?;
        write!(file, "{}", std::process::id()).map_err(at)?;
        self.recover()?;
        Ok(Ok(WriterLock(file)))
    }

    /// Removes what a kill left behind; only whoever holds the writers' lock may.
    fn recover(&self) -> Result<()> {
        let at = |error| StoreError::file(&self.paths.dir, error);
        let mut builds = Vec::new();
        for entry in fs::read_dir(&self.paths.dir).map_err(at)? {
            let path = entry.map_err(at)?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(BUILD_PREFIX)) {
                builds.push(path);
            }
        }
        for old_wal in builds.iter().filter(|path| path.extension().is_some_and(|suffix| suffix == OLD_WAL)) {
            if old_wal.with_extension("duckdb").exists() && !self.paths.wal.exists() {
                // Killed before the new index took its place: the old one gets its log back.
                fs::rename(old_wal, &self.paths.wal).map_err(|error| StoreError::file(old_wal, error))?;
            }
        }
        for path in &builds {
            disk::remove(path)?;
        }
        self.remove_dead_temp_dirs();
        Ok(())
    }

    /// Removes what processes that are gone had moved out of their memory; what cannot be removed does no harm.
    fn remove_dead_temp_dirs(&self) {
        for entry in fs::read_dir(&self.paths.temp).into_iter().flatten().filter_map(std::result::Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let pid = name.split('-').next().and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw);
            if pid.is_some_and(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH)) {
                drop(fs::remove_dir_all(entry.path()));
            }
        }
    }

    /// One batch of work on the index, in one transaction, alone.
    pub fn write<T>(self: &Arc<Self>, cancel: &Cancel, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _lock = self.lock_writers(cancel)?;
        let _alone = self.exclusive(cancel)?;
        self.make_if_missing()?;
        let temp = self.paths.temp_dir(self.next_serial());
        let conn = open::patiently(&self.options, cancel, || {
            open::file(&self.options, Purpose::Write, &self.paths.index, &temp)
        })?;
        migrate::migrate(&conn)?;
        let outcome = interruptible(&conn, cancel, || in_transaction(&conn, || work(&conn)));
        close(conn)?;
        self.compact_if_large()?;
        outcome
    }

    /// Makes an empty index where there is none.
    pub fn make_if_missing(&self) -> Result<()> {
        if self.paths.index.exists() {
            return Ok(());
        }
        let build = self.paths.build(self.next_serial());
        self.make_empty(&build)?;
        self.swap_in(&build)
    }

    /// Makes an empty index under another name.
    pub fn make_empty(&self, build: &Path) -> Result<()> {
        let temp = self.paths.temp_dir(self.next_serial());
        let conn = open::file(&self.options, Purpose::Write, build, &temp)?;
        migrate::migrate(&conn)?;
        conn.execute_batch("CHECKPOINT")?;
        close(conn)
    }

    /// Copies the index and its log under another name; the caller holds both locks.
    pub fn copy_index(&self, build: &Path) -> Result<()> {
        for (from, to) in with_companions(&self.paths.index).iter().zip(with_companions(build)).take(2) {
            if from.exists() {
                fs::copy(from, &to).map_err(|error| StoreError::file(&to, error))?;
            }
        }
        Ok(())
    }

    /// Puts a finished file in the index' place; a kill at any moment leaves the old or the new one, whole.
    pub fn swap_in(&self, build: &Path) -> Result<()> {
        let at = |error| StoreError::file(build, error);
        if with_companions(build).iter().skip(1).any(|path| path.exists()) {
            return Err(StoreError::Database("the new index still has a log".to_owned()));
        }
        fs::set_permissions(build, Permissions::from_mode(0o600)).map_err(at)?;
        File::open(build).and_then(|file| file.sync_all()).map_err(at)?;
        let old_wal = build.with_extension(OLD_WAL);
        if self.paths.wal.exists() {
            fs::rename(&self.paths.wal, &old_wal).map_err(at)?;
            disk::sync_dir(&self.paths.dir)?;
        }
        fs::rename(build, &self.paths.index).map_err(at)?;
        disk::sync_dir(&self.paths.dir)?;
        disk::remove(&old_wal)
    }

    /// Brings a large log into the file, on a copy that then takes the index' place; the caller holds both locks.
    pub fn compact_if_large(&self) -> Result<()> {
        // Asks for the size by name: opening the file by hand would drop DuckDB's lock.
        let size = fs::metadata(&self.paths.wal).map_or(0, |wal| wal.len());
        if size < COMPACT_FROM_BYTES {
            return Ok(());
        }
        let build = self.paths.build(self.next_serial());
        self.copy_index(&build)?;
        let temp = self.paths.temp_dir(self.next_serial());
        let conn = open::file(&self.options, Purpose::Import, &build, &temp)?;
        conn.execute_batch("CHECKPOINT")?;
        close(conn)?;
        self.swap_in(&build)
    }

    /// Puts index and log aside under names that say when; returns the new name of the index.
    pub fn put_aside(&self) -> Result<PathBuf> {
        let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ").to_string();
        let kept = self.paths.dir.join(format!("index.damaged-{stamp}.duckdb"));
        for (from, to) in with_companions(&self.paths.index).iter().zip(with_companions(&kept)) {
            if from.exists() {
                fs::rename(from, &to).map_err(|error| StoreError::file(from, error))?;
            }
        }
        disk::sync_dir(&self.paths.dir)?;
        Ok(kept)
    }
}

/// Runs work between BEGIN and COMMIT; an error rolls back.
pub(super) fn in_transaction<T>(conn: &Connection, work: impl FnOnce() -> Result<T>) -> Result<T> {
    conn.execute_batch("BEGIN")?;
    match work().and_then(|value| conn.execute_batch("COMMIT").map(|()| value).map_err(StoreError::from)) {
        Ok(value) => Ok(value),
        Err(error) => {
            // The connection is closed next, which rolls back as well: the first error is the one to tell.
            drop(conn.execute_batch("ROLLBACK"));
            Err(error)
        }
    }
}

/// Closes a connection; failures are told instead of lost.
pub(super) fn close(conn: Connection) -> Result<()> {
    conn.close().map_err(|(_, error)| error.into())
}
