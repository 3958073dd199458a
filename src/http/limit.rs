//! Limits of one provider: requests in flight, requests and tokens in a minute.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::time::{Clock, Timestamp};

const MINUTE: Duration = Duration::from_mins(1);

/// What a provider's configuration allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateLimit {
    /// The most requests in flight.
    pub in_flight: Option<usize>,
    /// The most requests in any minute.
    pub requests: Option<u32>,
    /// The most tokens, input and allowed output, in any minute.
    pub tokens: Option<u64>,
}

/// A place among the requests in flight; dropping it gives it back.
#[derive(Debug)]
pub struct Pass {
    _permit: OwnedSemaphorePermit,
}

/// The limiter of one provider. Cheap to clone; clones share the counts.
#[derive(Clone)]
pub struct Limits {
    in_flight: Arc<Semaphore>,
    window: Arc<Mutex<Window>>,
    limit: RateLimit,
    clock: Arc<dyn Clock>,
}

/// What was let through in the last minute.
#[derive(Default)]
struct Window {
    sent: VecDeque<(Timestamp, u64)>,
    tokens: u64,
}

impl Limits {
    /// A limiter.
    pub fn new(limit: RateLimit, clock: Arc<dyn Clock>) -> Self {
        let in_flight = limit.in_flight.unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        Self { in_flight: Arc::new(Semaphore::new(in_flight)), window: Arc::default(), limit, clock }
    }

    /// Waits for a place among the requests in flight; `None` only if the limiter was closed.
    pub async fn pass(&self) -> Option<Pass> {
        Arc::clone(&self.in_flight).acquire_owned().await.ok().map(|permit| Pass { _permit: permit })
    }

    /// Takes a place in the minute for a request of so many tokens, or says how long to wait before asking again.
    ///
    /// A request that alone is larger than the limit goes when nothing else was sent in the last minute.
    pub fn take(&self, tokens: u64) -> Result<(), Duration> {
        if self.limit.requests.is_none() && self.limit.tokens.is_none() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(&(at, spent)) = window.sent.front() {
            if now.since(at) < MINUTE.as_nanos() as i64 {
                break;
            }
            window.sent.pop_front();
            window.tokens -= spent;
        }
        let full = self.limit.requests.is_some_and(|most| window.sent.len() as u64 >= u64::from(most.max(1)))
            || self.limit.tokens.is_some_and(|most| window.tokens > 0 && window.tokens.saturating_add(tokens) > most);
        if full && let Some(&(first, _)) = window.sent.front() {
            let wait = first.plus(MINUTE).since(now).max(1);
            return Err(Duration::from_nanos(wait as u64));
        }
        window.sent.push_back((now, tokens));
        window.tokens += tokens;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_nanos(self.0.load(Ordering::Relaxed))
        }
    }

    fn limits(limit: RateLimit) -> (Limits, Arc<Hand>) {
        let clock = Arc::new(Hand::default());
        (Limits::new(limit, clock.clone()), clock)
    }

    #[test]
    fn requests_in_any_minute() {
        let (limits, clock) = limits(RateLimit { requests: Some(2), ..RateLimit::default() });
        assert_eq!(limits.take(1), Ok(()));
        clock.0.store(10_000_000_000, Ordering::Relaxed);
        assert_eq!(limits.take(1), Ok(()));
        assert_eq!(limits.take(1), Err(Duration::from_secs(50)));
        clock.0.store(60_000_000_000, Ordering::Relaxed);
        assert_eq!(limits.take(1), Ok(()));
        assert_eq!(limits.take(1), Err(Duration::from_secs(10)));
    }

    #[test]
    fn tokens_in_any_minute_and_one_that_is_too_large() {
        let (limits, clock) = limits(RateLimit { tokens: Some(100), ..RateLimit::default() });
        assert_eq!(limits.take(500), Ok(()));
        assert_eq!(limits.take(1), Err(Duration::from_mins(1)));
        clock.0.store(60_000_000_000, Ordering::Relaxed);
        assert_eq!(limits.take(60), Ok(()));
        assert_eq!(limits.take(41), Err(Duration::from_mins(1)));
        assert_eq!(limits.take(40), Ok(()));
    }

    #[tokio::test]
    async fn a_pass_comes_back_when_dropped() {
        let (limits, _) = limits(RateLimit { in_flight: Some(1), ..RateLimit::default() });
        let first = limits.pass().await;
        assert!(tokio::time::timeout(Duration::from_millis(5), limits.pass()).await.is_err());
        drop(first);
        assert!(limits.pass().await.is_some());
    }
}
