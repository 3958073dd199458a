//! Who of this process may use the index: many readers over one open file, or one writer alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use duckdb::Connection;

use super::disk;
use super::error::{Result, StoreError, is_corruption};
use super::migrate;
use super::open::{self, Purpose};
use super::options::StoreOptions;
use super::paths::Paths;
use crate::domain::cancel::Cancel;

/// After this long the file is closed as soon as no query runs, so that writers of other processes get their turn.
const MAX_OPEN: Duration = Duration::from_secs(2);

/// One per index and process: DuckDB's file lock belongs to the process, so two instances on one file would spoil it.
static INDEXES: Mutex<BTreeMap<PathBuf, Weak<Shared>>> = Mutex::new(BTreeMap::new());

#[derive(Default)]
struct State {
    open: Option<OpenIndex>,
    readers: usize,
    exclusive: bool,
    waiting_writers: usize,
    closer_runs: bool,
}

struct OpenIndex {
    root: Connection,
    opened: Instant,
    last_used: Instant,
}

/// The state that all handles on one index share.
pub(super) struct Shared {
    pub paths: Paths,
    pub options: StoreOptions,
    state: Mutex<State>,
    changed: Condvar,
    serial: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(&self.paths.dir).finish()
    }
}

impl Shared {
    /// The state of an index; the options of the first handle count.
    pub fn of(dir: PathBuf, options: StoreOptions) -> Arc<Self> {
        let dir = dir.canonicalize().or_else(|_| std::path::absolute(&dir)).unwrap_or(dir);
        let mut indexes = INDEXES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = indexes.get(&dir).and_then(Weak::upgrade) {
            return shared;
        }
        indexes.retain(|_, shared| shared.strong_count() > 0);
        let shared = Arc::new(Self {
            paths: Paths::new(dir.clone()),
            options,
            state: Mutex::default(),
            changed: Condvar::new(),
            serial: AtomicU64::new(0),
        });
        indexes.insert(dir, Arc::downgrade(&shared));
        shared
    }

    /// A number that no other call of this process gets.
    pub fn next_serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, Duration::from_millis(50)).map_or_else(|e| e.into_inner().0, |pair| pair.0)
    }

    /// Runs a query on a connection of its own to the shared, read-only instance.
    pub fn read<T>(self: &Arc<Self>, cancel: &Cancel, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let lease = self.lease(cancel)?;
        let outcome = match &lease.conn {
            Some(conn) => interruptible(conn, cancel, || work(conn)),
            None => Err(StoreError::Interrupted),
        };
        if let Err(StoreError::Damaged { detail }) = &outcome
            && is_corruption(detail)
        {
            // Where this cannot be written, the error still tells what to do.
            drop(disk::private_file(&self.paths.condemned));
        }
        outcome
    }

    fn lease(self: &Arc<Self>, cancel: &Cancel) -> Result<Lease> {
        let mut state = self.state();
        loop {
            if cancel.is_cancelled() {
                return Err(StoreError::Interrupted);
            }
            if state.exclusive || state.waiting_writers > 0 {
                state = self.wait(state);
                continue;
            }
            if state.readers == 0 && state.open.as_ref().is_some_and(|open| open.opened.elapsed() > MAX_OPEN) {
                state.open = None;
            }
            if let Some(open) = &state.open {
                let conn = open.root.try_clone()?;
                state.readers += 1;
                return Ok(Lease { conn: Some(conn), shared: Arc::clone(self) });
            }
            // Opening may take long: nobody else may begin meanwhile, but the state is not locked.
            state.exclusive = true;
            drop(state);
            let opened = self.open_for_reading(cancel);
            state = self.state();
            state.exclusive = false;
            self.changed.notify_all();
            let now = Instant::now();
            state.open = Some(OpenIndex { root: opened?, opened: now, last_used: now });
            if !state.closer_runs {
                state.closer_runs = self.start_closer();
            }
        }
    }

    fn open_for_reading(&self, cancel: &Cancel) -> Result<Connection> {
        let temp = self.paths.temp_dir(self.next_serial());
        if !self.paths.index.exists() {
            // Nothing there yet: an empty index in memory answers every query.
            let conn = open::memory(&self.options, Purpose::Write, &temp, &[])?;
            migrate::migrate(&conn)?;
            return Ok(conn);
        }
        let conn = open::patiently(&self.options, cancel, || {
            open::file(&self.options, Purpose::Read, &self.paths.index, &temp)
        })?;
        match migrate::version(&conn)? {
            migrate::VERSION => Ok(conn),
            other => Err(StoreError::Damaged { detail: format!("it has schema version {other}") }),
        }
    }

    /// A thread that closes the index when nobody used it for a while; it ends with that.
    fn start_closer(self: &Arc<Self>) -> bool {
        let shared = Arc::clone(self);
        let idle = self.options.idle_close.max(Duration::from_millis(10));
        let run = move || loop {
            std::thread::sleep(idle / 2);
            let mut state = shared.state();
            let unused = state.readers == 0 && state.open.as_ref().is_none_or(|open| open.last_used.elapsed() >= idle);
            if unused {
                // Closed under the lock: a close drops this process' locks on the file, whoever opened it.
                state.open = None;
                state.closer_runs = false;
                return;
            }
        };
        std::thread::Builder::new().name("store-closer".to_owned()).spawn(run).is_ok()
    }

    /// Closes the index in this process and keeps readers out until the guard is dropped.
    pub fn exclusive(self: &Arc<Self>, cancel: &Cancel) -> Result<Exclusive> {
        let mut state = self.state();
        state.waiting_writers += 1;
        while state.exclusive || state.readers > 0 {
            if cancel.is_cancelled() {
                state.waiting_writers -= 1;
                self.changed.notify_all();
                return Err(StoreError::Interrupted);
            }
            state = self.wait(state);
        }
        state.waiting_writers -= 1;
        state.open = None;
        state.exclusive = true;
        Ok(Exclusive(Arc::clone(self)))
    }
}

/// A reader's connection; while it lives, writers of this process wait.
struct Lease {
    conn: Option<Connection>,
    shared: Arc<Shared>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.conn = None;
        let mut state = self.shared.state();
        state.readers = state.readers.saturating_sub(1);
        if let Some(open) = &mut state.open {
            open.last_used = Instant::now();
        }
        self.shared.changed.notify_all();
    }
}

/// While it lives, nobody else of this process opens the index.
pub(super) struct Exclusive(Arc<Shared>);

impl Drop for Exclusive {
    fn drop(&mut self) {
        self.0.state().exclusive = false;
        self.0.changed.notify_all();
    }
}

/// Runs work on a connection so that `cancel` stops it.
pub(super) fn interruptible<T>(conn: &Connection, cancel: &Cancel, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let handle = conn.interrupt_handle();
    let done = Arc::new(AtomicBool::new(false));
    let watched = Arc::clone(&done);
    let hook = cancel.on_cancel(move || {
        let (handle, watched) = (Arc::clone(&handle), Arc::clone(&watched));
        // DuckDB forgets an interrupt that comes just before a statement begins, so it is repeated.
        let stop = move || {
            while !watched.load(Ordering::SeqCst) {
                handle.interrupt();
                std::thread::sleep(Duration::from_millis(10));
            }
        };
        // Without a thread the flag itself still ends the work between statements.
        drop(std::thread::Builder::new().name("store-interrupt".to_owned()).spawn(stop));
    });
    let outcome = if cancel.is_cancelled() { Err(StoreError::Interrupted) } else { work() };
    done.store(true, Ordering::SeqCst);
    drop(hook);
    outcome.map_err(|error| if cancel.is_cancelled() { StoreError::Interrupted } else { error })
}
