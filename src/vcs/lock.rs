//! Waits for another git that is writing the index.

use std::thread;
use std::time::{Duration, Instant};

use super::error::VcsError;
use super::repository::Repository;

/// How long another git is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

impl Repository {
    /// Returns as soon as no other git holds the index; an error after a second.
    pub(super) fn wait_for_index(&self) -> Result<(), VcsError> {
        let lock = self.open()?.path().join("index.lock");
        let start = Instant::now();
        while lock.symlink_metadata().is_ok() {
            if start.elapsed() >= PATIENCE {
                return Err(VcsError::Locked(lock));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}
