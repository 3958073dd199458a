//! Other runs of the workspace, in this process or another: what they ask now, and what they were answered.
//!
//! Their journals tell it: an intent stands there before its request is sent, a result when it counts. Two runs that begin
//! to ask the same within the same moment may both ask; whoever comes later waits for the other's answer.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::flights::Key;
use crate::domain::ids::{ResultId, RunId};
use crate::domain::run::ResultStatus;
use crate::store::{JournalRecord, JournalTail, StoredResult, tails_at_work};

/// How often other runs are looked for.
const LOOK_FOR: Duration = Duration::from_millis(500);

/// What other runs say of a request.
pub(super) enum Beside {
    /// Nobody asks it.
    Nobody,
    /// Somebody does, and has no answer yet.
    UnderWay,
    /// This was answered.
    Answered(Arc<StoredResult>),
}

/// The other runs.
pub(super) struct Neighbours {
    state_dir: PathBuf,
    own: RunId,
    wanted: HashSet<Key>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    looked: Option<Instant>,
    runs: Vec<Neighbour>,
    answers: HashMap<Key, Arc<StoredResult>>,
}

/// One run at work.
struct Neighbour {
    tail: JournalTail,
    samples: u64,
    /// Requests that are under way.
    open: HashMap<ResultId, Key>,
}

impl Neighbours {
    /// The neighbours of a run that asks these requests.
    pub(super) fn new(state_dir: PathBuf, own: RunId, wanted: HashSet<Key>) -> Self {
        Self { state_dir, own, wanted, state: Mutex::default() }
    }

    /// What they say of a request now.
    pub(super) async fn ask(&self, key: &Key) -> Beside {
        let mut state = self.state.lock().await;
        // Journals are read on this thread: what is new is a few lines, and a run without neighbours reads nothing.
        if state.looked.is_none_or(|looked| looked.elapsed() >= LOOK_FOR) {
            state.looked = Some(Instant::now());
            let known: BTreeSet<PathBuf> = state.runs.iter().map(|run| run.tail.path().to_owned()).collect();
            let found = tails_at_work(&self.state_dir, &self.own, &known);
            state.runs.extend(found.into_iter().map(Neighbour::new));
        }
        let State { runs, answers, .. } = &mut *state;
        runs.retain_mut(|run| run.read_on(&self.wanted, answers));
        if let Some(answer) = answers.get(key) {
            return Beside::Answered(Arc::clone(answer));
        }
        let asked = runs.iter().any(|run| run.open.values().any(|open| open == key));
        if asked { Beside::UnderWay } else { Beside::Nobody }
    }
}

impl Neighbour {
    fn new(tail: JournalTail) -> Self {
        Self { tail, samples: 1, open: HashMap::new() }
    }

    /// Reads what is new; whether the run is still at work.
    fn read_on(&mut self, wanted: &HashSet<Key>, answers: &mut HashMap<Key, Arc<StoredResult>>) -> bool {
        // Asked before the rest is read: what comes after that was written while it was at work.
        let at_work = self.tail.is_at_work();
        let Ok(records) = self.tail.more() else { return false };
        for record in records {
            match record {
                JournalRecord::Run { run } => self.samples = u64::from(run.samples.max(1)),
                JournalRecord::Intent { intent } => {
                    let number = intent.result_id.as_str().rsplit_once('-').and_then(|(_, number)| number.parse().ok());
                    let sample = number.map(|number: u64| (number % self.samples) as u32);
                    let key = sample.map(|sample| (intent.request_hash.clone(), sample));
                    if let Some(key) = key.filter(|key| wanted.contains(key)) {
                        self.open.insert(intent.result_id, key);
                    }
                }
                JournalRecord::Result { result } => {
                    self.open.remove(&result.result.result_id);
                    let key = (result.request_hash.clone(), result.result.sample);
                    if result.result.status == ResultStatus::Ok && wanted.contains(&key) {
                        answers.entry(key).or_insert_with(|| Arc::from(result));
                    }
                }
                JournalRecord::Step { answer, .. } => {
                    self.open.remove(&answer.result_id);
                }
                JournalRecord::End { .. }
                | JournalRecord::Score { .. }
                | JournalRecord::Ruling { .. }
                | JournalRecord::Batch { .. }
                | JournalRecord::Allowed { .. }
                | JournalRecord::Given { .. }
                | JournalRecord::CacheCleared { .. } => {}
            }
        }
        at_work
    }
}
