//! The cache of answers: what is in it, and clearing it.

use std::time::Duration;

use crate::domain::cache::CacheLimits;
use crate::domain::cancel::Cancel;
use crate::error::AppError;
use crate::services::Services;
use crate::store::CacheRow;

/// What would be served again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheContents {
    /// By model, the most entries first.
    pub models: Vec<CacheRow>,
    /// The limits that count.
    pub limits: CacheLimits,
}

impl CacheContents {
    /// Entries of all models.
    pub fn entries(&self) -> u64 {
        self.models.iter().map(|row| row.entries).sum()
    }
}

/// Which answers are not to be served any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Only those older than this; `None` clears all.
    pub older_than: Option<Duration>,
    /// Only those of one model, `provider/model`.
    pub model: Option<String>,
}

/// What the cache would serve now. Blocks.
pub fn contents(services: &Services, cancel: &Cancel) -> Result<CacheContents, AppError> {
    let limits = services.config()?.cache.limits();
    let store = services.store()?;
    let window = store.cache_window(limits, services.clock().now(), cancel)?;
    Ok(CacheContents { models: store.cache_rows(&window, cancel)?, limits })
}

/// Clears the cache; returns how many entries are not served any more. Results and journals of runs stay as they are.
/// Blocks.
pub fn clear(services: &Services, which: &Cleared, cancel: &Cancel) -> Result<u64, AppError> {
    let before = contents(services, cancel)?.entries();
    let now = services.clock().now();
    let until = which.older_than.map_or(now, |age| now.minus(age));
    services.store()?.clear_cache(until, which.model.as_deref(), now)?;
    Ok(before.saturating_sub(contents(services, cancel)?.entries()))
}
