//! The live line of a run on stderr.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::figures;
use super::notices::Notices;
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, RunResult};
use crate::services::replay::{Circuit, ReplayPlan, RunEvent, circuit_words};

/// The shortest time between two lines.
const INTERVAL: Duration = Duration::from_millis(100);

/// From this long on a wait is told where no line is seen.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// Failures that are told one by one.
const MOST_FAILURES: u64 = 5;

/// What a run did so far, told as it happens.
pub struct Live {
    notices: Notices,
    all: u64,
    done: u64,
    failed: u64,
    spent: Money,
    unknown: u64,
    told_to_wait: bool,
    batches: Vec<String>,
    /// Models that are held back, and what is said of them.
    held: BTreeMap<String, String>,
    shown: Option<Instant>,
}

impl Live {
    /// A line for a plan.
    pub fn new(notices: Notices, plan: &ReplayPlan) -> Self {
        let all = plan.calls.len() + plan.done.len() + plan.skipped.len() + plan.unknown.len();
        Self {
            notices,
            all: all as u64,
            done: 0,
            failed: 0,
            spent: plan.spent_before,
            unknown: 0,
            told_to_wait: false,
            batches: Vec::new(),
            held: BTreeMap::new(),
            shown: None,
        }
    }

    /// Takes in what happened.
    pub fn take(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started { done, .. } => self.done = done.len() as u64,
            RunEvent::Finished(result) => self.finished(result),
            RunEvent::Batch { provider, batch_id, done, total } => {
                let first = !self.batches.contains(batch_id);
                if first {
                    self.batches.push(batch_id.clone());
                    self.notices.note(&format!(
                        "batch {batch_id} of {total} is at {provider}; it goes on there if this is stopped"
                    ));
                }
                self.show(&format!(" · batch {done}/{total}"));
            }
            RunEvent::Spend(spend) => self.spent = spend.spent,
            RunEvent::ModelStopped { model, reason } => {
                self.notices.warning(&format!("no more calls of {model}: {reason}"));
            }
            RunEvent::Circuit { model, circuit } => self.circuit(model, circuit),
            RunEvent::Waiting { wait, reason, .. } if wait.as_secs() >= 2 => {
                if *wait >= LONG_WAIT && !self.told_to_wait && !self.notices.shows_progress() {
                    self.told_to_wait = true;
                    self.notices.note(&format!("waiting {} s: {reason}", wait.as_secs()));
                }
                self.show(&format!(" · waiting {} s: {reason}", wait.as_secs()));
                return;
            }
            RunEvent::Sent { .. }
            | RunEvent::Text { .. }
            | RunEvent::Reasoning { .. }
            | RunEvent::Step { .. }
            | RunEvent::Waiting { .. }
            | RunEvent::Changed(_)
            | RunEvent::Ended(_) => {}
        }
        if self.shown.is_none_or(|shown| shown.elapsed() >= INTERVAL) {
            self.show("");
        }
    }

    fn finished(&mut self, result: &RunResult) {
        self.done += 1;
        let unknown = result.status == ResultStatus::Unknown;
        if unknown || matches!(result.status, ResultStatus::Failed | ResultStatus::Incomplete) {
            self.unknown += u64::from(unknown);
            self.failed += u64::from(!unknown);
            if self.failed + self.unknown <= MOST_FAILURES {
                let reason = result.error.as_deref().unwrap_or(result.status.as_str());
                let (trace, variant) = (result.trace_id.as_str(), result.variant.as_str());
                self.notices.warning(&format!("trace {trace}, variant {variant} ({}): {reason}", result.model));
            }
        }
    }

    /// Tells at once that a model is held back, and once that it answers again.
    fn circuit(&mut self, model: &str, circuit: &Circuit) {
        match circuit_words(model, circuit) {
            Some(words) => {
                let first = self.held.insert(model.to_owned(), words.clone()).is_none();
                if first {
                    self.notices.warning(&words);
                }
                self.shown = None;
            }
            None if self.held.remove(model).is_some() => self.notices.note(&format!("{model} answers again")),
            None => {}
        }
    }

    fn show(&mut self, rest: &str) {
        self.shown = Some(Instant::now());
        let counted = |count: u64, word: &str| if count > 0 { format!(" · {count} {word}") } else { String::new() };
        let failed = counted(self.failed, "failed") + &counted(self.unknown, "unknown");
        let held = self.held.values().fold(String::new(), |told, words| told + " · " + words);
        self.notices.progress(&format!(
            "{} of {}{failed} · ${}{held}{rest}",
            self.done,
            self.all,
            figures::usd(self.spent)
        ));
    }
}
