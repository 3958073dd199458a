//! How the store may use the machine.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Called when another process holds the index for more than a second, with a sentence for the user.
pub type WaitNotice = Arc<dyn Fn(&str) + Send + Sync>;

/// Limits and hooks of a [`Store`](super::Store).
#[derive(Clone)]
pub struct StoreOptions {
    /// Memory of DuckDB in megabytes (10^6 bytes) while an import is merged.
    pub import_memory_mb: u32,
    /// So many spans, or bytes of their texts, are put in order and merged at once.
    pub part_spans: usize,
    /// As [`part_spans`](Self::part_spans), in bytes.
    pub part_bytes: usize,
    /// Memory of DuckDB in megabytes for queries and small writes.
    pub query_memory_mb: u32,
    /// Disk space for what does not fit in memory, in megabytes.
    pub temp_mb: u32,
    /// Threads of one query.
    pub threads: u32,
    /// How long a lock of another process is waited for.
    pub lock_timeout: Duration,
    /// How long the index stays open after a query.
    pub idle_close: Duration,
    /// Told when something has to wait.
    pub wait_notice: Option<WaitNotice>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            import_memory_mb: 128,
            part_spans: 8_192,
            part_bytes: 12 << 20,
            query_memory_mb: 300,
            temp_mb: 20_000,
            threads: std::thread::available_parallelism().map_or(2, |count| count.get().min(4) as u32),
            lock_timeout: Duration::from_secs(10),
            idle_close: Duration::from_millis(800),
            wait_notice: None,
        }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions").field("threads", &self.threads).finish_non_exhaustive()
    }
}
