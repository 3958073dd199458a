//! Opening DuckDB, locked down, and waiting for whoever holds the file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use duckdb::{AccessMode, Config, Connection};

use super::disk;
use super::error::{Result, StoreError, is_damage};
use super::options::StoreOptions;
use crate::domain::cancel::Cancel;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Queries; writes are refused.
    Read,
    /// Small writes.
    Write,
    /// Merging an import.
    Import,
}

/// The settings every connection has.
fn config(options: &StoreOptions, purpose: Purpose, temp: &Path) -> duckdb::Result<Config> {
    // DuckDB makes the last directory of the path only. Where this one cannot be made, it says so when it needs it.
    if let Some(parent) = temp.parent().filter(|parent| parent.parent().is_some_and(Path::exists)) {
        drop(disk::private_dir(parent));
    }
    // An import has its parsers on the other cores, and a second thread of DuckDB's would take turns spinning with the first.
    let (memory, threads) = match purpose {
        Purpose::Import => (options.import_memory_mb, 1),
        Purpose::Read | Purpose::Write => (options.query_memory_mb, options.threads.max(1)),
    };
    let config = Config::default()
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .with("allow_community_extensions", "false")?
        .with("allow_persistent_secrets", "false")?
        .with("memory_limit", format!("{memory}MB"))?
        .with("max_temp_directory_size", format!("{}MB", options.temp_mb))?
        .with("temp_directory", temp.to_string_lossy())?
        .threads(i64::from(threads))?
        // Nothing is rewritten in place: the log is compacted into a new file instead.
        .with("checkpoint_threshold", "1TB")?;
    match purpose {
        Purpose::Read => config.access_mode(AccessMode::ReadOnly),
        Purpose::Write | Purpose::Import => Ok(config),
    }
}

/// Locks the settings of a connection: only the named files can be reached from SQL.
fn lock_down(conn: &Connection, allowed: &[PathBuf]) -> duckdb::Result<()> {
    let list: Vec<String> =
        allowed.iter().map(|path| format!("'{}'", path.to_string_lossy().replace('\'', "''"))).collect();
    // A library with ICU would reckon days in this machine's zone; one without has no such setting, and knows UTC only.
    drop(conn.execute_batch("SET TimeZone = 'UTC'"));
    conn.execute_batch(&format!(
        "PRAGMA disable_checkpoint_on_shutdown; SET allowed_paths = [{}]; SET enable_external_access = false; \
         SET lock_configuration = true;",
        list.join(", ")
    ))
}

/// Opens a file.
pub(super) fn file(options: &StoreOptions, purpose: Purpose, path: &Path, temp: &Path) -> duckdb::Result<Connection> {
    let conn = Connection::open_with_flags(path, config(options, purpose, temp)?)?;
    lock_down(&conn, &[])?;
    Ok(conn)
}

/// Opens an instance in memory that may attach the named files and no others.
pub(super) fn memory(
    options: &StoreOptions,
    purpose: Purpose,
    temp: &Path,
    allowed: &[PathBuf],
) -> duckdb::Result<Connection> {
    let conn = Connection::open_in_memory_with_flags(config(options, purpose, temp)?)?;
    lock_down(&conn, allowed)?;
    Ok(conn)
}

/// Tries until nobody holds the file, with growing pauses; says so after a second.
pub(super) fn patiently<T>(
    options: &StoreOptions,
    cancel: &Cancel,
    mut open: impl FnMut() -> duckdb::Result<T>,
) -> Result<T> {
    let mut wait = Wait::new(options);
    let mut damaged_once = false;
    loop {
        let error = match open() {
            Ok(opened) => return Ok(opened),
            Err(error) => error,
        };
        let text = error.to_string();
        if let Some(holder) = holder(&text) {
            wait.pause(&holder, cancel)?;
        } else if is_damage(&text) && !damaged_once {
            // A new index may have taken the old one's place between opening the file and reading its log.
            damaged_once = true;
            std::thread::sleep(Duration::from_millis(50));
        } else {
            return Err(error.into());
        }
    }
}

/// Who holds the file, from DuckDB's message; `None` where it failed for another reason.
fn holder(text: &str) -> Option<String> {
    if !text.contains("Could not set lock on file") {
        return None;
    }
    let Some((_, rest)) = text.split_once("Conflicting lock is held in ") else {
        return Some("another process".to_owned());
    };
    let held = rest.split_once(')').map_or(rest, |(program, _)| program);
    let (program, pid) = held.split_once(" (PID ").unwrap_or((held, ""));
    let name =
        Path::new(program).file_name().map_or_else(|| program.into(), |name| name.to_string_lossy().into_owned());
    Some(format!("{name} (PID {pid})"))
}

/// Waiting for a lock: 5 to 50 ms at a time, a notice after a second, an error at the limit.
pub(super) struct Wait<'a> {
    options: &'a StoreOptions,
    started: Instant,
    pause: Duration,
    told: bool,
}

impl<'a> Wait<'a> {
    /// Begins to wait.
    pub fn new(options: &'a StoreOptions) -> Self {
        Self { options, started: Instant::now(), pause: Duration::from_millis(5), told: false }
    }

    /// Counts the time from now on: whoever is waited for makes headway.
    pub fn begin_anew(&mut self) {
        self.started = Instant::now();
    }

    /// Waits once; fails when it took too long.
    pub fn pause(&mut self, holder: &str, cancel: &Cancel) -> Result<()> {
        if cancel.is_cancelled() {
            return Err(StoreError::Interrupted);
        }
        let waited = self.started.elapsed();
        if waited >= self.options.lock_timeout {
            return Err(StoreError::Busy { holder: holder.to_owned(), waited });
        }
        if waited >= Duration::from_secs(1) && !self.told {
            self.told = true;
            if let Some(notice) = &self.options.wait_notice {
                notice(&format!("waiting for {holder}, which holds the index"));
            }
        }
        std::thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(Duration::from_millis(50));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_is_named_from_the_message() {
        let text = "IO Error: Could not set lock on file \"/w/index.duckdb\": Conflicting lock is held in \
                    /usr/bin/hindcast (PID 42). See also https://duckdb.org/docs";
        assert_eq!(holder(text).as_deref(), Some("hindcast (PID 42)"));
        assert_eq!(holder("IO Error: disk on fire"), None);
    }
}
