//! What may be spent on one day, over all runs of this machine.
//!
//! The journals are the truth: a run that is over counts with what its journal says it spent on the day (calls whose fate is
//! unknown at their reservation), a run that is at work with what it is allowed, which it writes down before it counts on it.
//! Under the lock of the day's book no two runs are allowed the same money. A day is a day in UTC.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Mutex;

use super::budget::Ledger;
use super::journalled::spent_since;
use super::plan::ReplayPlan;
use super::record::Recorder;
use super::service::ReplayService;
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::time::{Clock, Timestamp};
use crate::store::{DayBook, Journal, JournalRecord, StoreError};

const DAY_NANOS: i64 = 86_400_000_000_000;

/// The most that runs of this machine may spend on a day, and where the books of days are.
#[derive(Clone, Debug)]
pub struct DayLimit {
    /// The most.
    pub most: Money,
    /// A directory of the user's own, for one file a day.
    pub books: PathBuf,
}

/// A run's part of the day.
pub(super) struct Day {
    limit: DayLimit,
    state_dir: PathBuf,
    run_id: RunId,
    clock: Arc<dyn Clock>,
    /// What the run is expected to want at most.
    wanted: Money,
    /// What it had spent in all when it began, or went on.
    spent_before: Money,
    part: Mutex<Part>,
}

#[derive(Default)]
struct Part {
    /// What the run had spent on this day before it went on; known from the first question on.
    before: Option<Money>,
    /// The most it is allowed on this day, that included.
    allowed: Money,
}

/// What to do about a call that does not fit into what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// Look again: there is more.
    Look,
    /// It fits once calls in flight have cost less than is held back for them.
    Wait,
}

/// Why there is no more.
pub(super) enum DayStop {
    /// The day's total is used up, in words.
    Spent(String),
    /// It cannot be told, or not be written down.
    Journal(Arc<StoreError>),
}

impl Day {
    pub(super) fn new(limit: DayLimit, service: &ReplayService, run: &RunId, plan: &ReplayPlan) -> Self {
        Self {
            limit,
            state_dir: service.store().state_dir().to_owned(),
            run_id: run.clone(),
            clock: Arc::clone(service.clock()),
            wanted: plan.worst_case(),
            spent_before: plan.spent_before,
            part: Mutex::default(),
        }
    }

    /// Asks for so much that a call of an amount fits.
    pub(super) async fn more(&self, ledger: &Ledger, recorder: &Recorder, amount: Money) -> Result<More, DayStop> {
        let mut part = self.part.lock().await;
        let spend = ledger.spend();
        let own = spend.spent.minus_or_zero(self.spent_before);
        if let Some(before) = part.before
            && before + own + spend.reserved + amount <= part.allowed
        {
            return Ok(More::Look);
        }
        let now = self.clock.now();
        let (book, others, told) = self.look(now).await?;
        let before = *part.before.get_or_insert(told);
        let needed = before + own + amount;
        let most = (before + self.wanted).max(needed + spend.reserved);
        let allowed = most.min(self.limit.most.minus_or_zero(others)).max(part.allowed);
        if allowed > part.allowed {
            let record = JournalRecord::Allowed { run_id: self.run_id.clone(), amount: allowed, at: now };
            recorder.write(&record).await.map_err(DayStop::Journal)?;
            part.allowed = allowed;
            ledger.allow(self.spent_before + allowed.minus_or_zero(before));
        }
        drop(book);
        match allowed {
            allowed if needed + spend.reserved <= allowed => Ok(More::Look),
            allowed if needed <= allowed => Ok(More::Wait),
            _ => Err(DayStop::Spent(self.words(others + before + own, amount))),
        }
    }

    /// Takes the book and reads what others are allowed or spent on the day, and what this run did.
    async fn look(&self, now: Timestamp) -> Result<(DayBook, Money, Money), DayStop> {
        let (limit, own_dir, run) = (self.limit.clone(), self.state_dir.clone(), self.run_id.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let start = Timestamp::from_nanos(now.nanos().div_euclid(DAY_NANOS) * DAY_NANOS);
            let day: String = start.to_rfc3339().chars().take(10).collect();
            let book = DayBook::open(&limit.books, &day, &own_dir)?;
            let own_path = Journal::path_of_run(&own_dir, &run);
            let own = spent_since(&own_path, start)?.0;
            let mut others = Money::ZERO;
            for dir in book.state_dirs() {
                others += spent_in(dir, start, &own_path)?;
            }
            Ok::<_, StoreError>((book, others, own))
        });
        let looked = looked.await.unwrap_or(Err(StoreError::Interrupted));
        looked.map_err(|error| DayStop::Journal(Arc::new(error)))
    }

    fn words(&self, spent: Money, amount: Money) -> String {
        format!(
            "the next call can cost up to ${amount:.4}, and ${spent:.4} of the ${} that may be spent in a day \
             (max_cost_per_day_usd) is spent or held back by runs of this machine; a new day begins at 00:00 UTC",
            self.limit.most
        )
    }
}

/// What the runs of a state directory spent since a time, or are allowed if they are at work, but for one.
fn spent_in(state_dir: &Path, since: Timestamp, but: &Path) -> Result<Money, StoreError> {
    let mut sum = Money::ZERO;
    let but = but.canonicalize().unwrap_or_else(|_| but.to_owned());
    for path in Journal::runs_written_since(state_dir, since)? {
        if path.canonicalize().unwrap_or_else(|_| path.clone()) == but {
            continue;
        }
        let at_work = Journal::is_path_at_work(&path);
        let (spent, allowed) = spent_since(&path, since)?;
        sum += if at_work { spent.max(allowed) } else { spent };
    }
    Ok(sum)
}
