//! The handle on everything a replay needs.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::cache::CacheLimits;
use crate::domain::cancel::Cancel;
use crate::domain::ids::{RunId, SpanId, TraceId};
use crate::domain::model_price::ModelPrice;
use crate::domain::price::{PriceBook, PriceOverride};
use crate::domain::run::{CallsMode, Case};
use crate::domain::time::Clock;
use crate::http::RetryPolicy;
use crate::providers::Providers;
use crate::store::{Store, StoreError};

use super::cases::cases_of;
use super::day::DayLimit;

/// Plans, runs and resumes replays. Cheap to clone.
#[derive(Clone)]
pub struct ReplayService {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    providers: Providers,
    prices: PriceBook,
    store: Store,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    cache: CacheLimits,
    random: Arc<dyn Fn() -> f64 + Send + Sync>,
    batch_pause: Duration,
    run_ids: Arc<dyn Fn() -> RunId + Send + Sync>,
    day: Option<DayLimit>,
    unrecorded: Vec<Case>,
}

impl ReplayService {
    /// A service over the providers, prices and store of a workspace. How providers are priced is taken from them.
    pub fn new(providers: Providers, prices: PriceBook, store: Store, clock: Arc<dyn Clock>) -> Self {
        let prices = providers
            .names()
            .map(|name| (name.to_owned(), providers.pricing(name)))
            .fold(prices, |prices, (name, pricing)| prices.with_provider(&name, pricing));
        let run_ids = || RunId::from(uuid::Uuid::now_v7().simple().to_string());
        Self {
            inner: Arc::new(Inner {
                providers,
                prices,
                store,
                clock,
                policy: RetryPolicy::default(),
                cache: CacheLimits::default(),
                random: Arc::new(random),
                batch_pause: Duration::from_secs(5),
                run_ids: Arc::new(run_ids),
                day: None,
                unrecorded: Vec::new(),
            }),
        }
    }

    /// With other limits of the cache.
    #[must_use]
    pub fn with_cache(self, cache: CacheLimits) -> Self {
        Self { inner: Arc::new(Inner { cache, ..(*self.inner).clone() }) }
    }

    /// With a limit on what all runs of this machine spend on one day.
    #[must_use]
    pub fn with_day(self, limit: Option<DayLimit>) -> Self {
        Self { inner: Arc::new(Inner { day: limit, ..(*self.inner).clone() }) }
    }

    /// With calls that no recording in the index tells, for runs of them that are taken up again.
    #[must_use]
    pub fn with_unrecorded(self, unrecorded: Vec<Case>) -> Self {
        Self { inner: Arc::new(Inner { unrecorded, ..(*self.inner).clone() }) }
    }

    /// With prices that the user says, over all others.
    #[must_use]
    pub fn with_prices(self, prices: &[ModelPrice]) -> Self {
        let book = prices.iter().fold(self.inner.prices.clone(), |book, price| {
            let own = PriceOverride { input: price.input, output: price.output, ..PriceOverride::default() };
            book.with_price(&price.model.to_string(), own)
        });
        Self { inner: Arc::new(Inner { prices: book, ..(*self.inner).clone() }) }
    }

    /// With another retry policy, source of jitter (from 0 to 1) and of run ids, so that tests are exact.
    #[must_use]
    pub fn with_chance(
        self,
        policy: RetryPolicy,
        random: impl Fn() -> f64 + Send + Sync + 'static,
        run_ids: impl Fn() -> RunId + Send + Sync + 'static,
    ) -> Self {
        let inner = Inner { policy, random: Arc::new(random), run_ids: Arc::new(run_ids), ..(*self.inner).clone() };
        Self { inner: Arc::new(inner) }
    }

    /// With another first pause between two looks at a batch, so that tests do not wait.
    #[must_use]
    pub fn with_batch_pause(self, batch_pause: Duration) -> Self {
        Self { inner: Arc::new(Inner { batch_pause, ..(*self.inner).clone() }) }
    }

    /// The cases of traces, read from the index, in the order of the traces.
    pub fn cases(&self, traces: &[TraceId], mode: CallsMode, cancel: &Cancel) -> Result<Vec<Case>, StoreError> {
        let spans = self.store().spans_of(traces, cancel)?;
        Ok(spans.iter().flat_map(|spans| cases_of(spans, mode)).collect())
    }

    /// The providers.
    pub fn providers(&self) -> &Providers {
        &self.inner.providers
    }

    /// The prices.
    pub fn prices(&self) -> &PriceBook {
        &self.inner.prices
    }

    pub(in crate::services) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The call of a span that no recording in the index tells.
    pub(super) fn unrecorded(&self, trace_id: &TraceId, span_id: &SpanId) -> Option<Case> {
        self.inner.unrecorded.iter().find(|case| case.trace_id == *trace_id && case.span_id == *span_id).cloned()
    }

    pub(super) fn day(&self) -> Option<DayLimit> {
        self.inner.day.clone()
    }

    pub(super) fn policy(&self) -> &RetryPolicy {
        &self.inner.policy
    }

    pub(super) fn batch_pause(&self) -> Duration {
        self.inner.batch_pause
    }

    pub(super) fn cache_limits(&self) -> CacheLimits {
        self.inner.cache
    }

    pub(super) fn random(&self) -> f64 {
        (self.inner.random)()
    }

    pub(super) fn new_run_id(&self) -> RunId {
        (self.inner.run_ids)()
    }
}

/// A number from 0 to 1, from the keys that the standard library draws for each hasher.
fn random() -> f64 {
    let drawn = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}
