//! Writes a run down: to its journal before anything counts, to the index soon after.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::store::{Journal, JournalRecord, Store, StoreError, StoredResult};

/// The most records of one write.
const BATCH: usize = 512;
/// Results go to the index when so many are waiting, or after so long: opening and closing the index costs more
/// than the results do.
const INDEX_BATCH: usize = 8_192;
const INDEX_EVERY: Duration = Duration::from_secs(2);

type Written = Result<(), Arc<StoreError>>;
/// A record as a line, and who waits until it is on disk.
type Asked = (Vec<u8>, oneshot::Sender<Written>);

/// Appends to a journal on a thread of its own; whoever asks meanwhile shares the next write to disk.
pub(super) struct Recorder {
    queue: Sender<Asked>,
}

impl Recorder {
    /// Starts the thread; it ends when the recorder is dropped.
    pub(super) fn start(journal: Journal) -> Result<Self, StoreError> {
        let (queue, asked) = mpsc::channel::<Asked>();
        let path = journal.path().to_owned();
        std::thread::Builder::new()
            .name("run-journal".to_owned())
            .spawn(move || write_all(&journal, &asked))
            .map_err(|error| StoreError::file(&path, error))?;
        Ok(Self { queue })
    }

    /// Appends a record and returns when it is on disk.
    pub(super) async fn write(&self, record: &JournalRecord) -> Written {
        // Written as a line here, where calls run beside each other, so that the one thread only has to write.
        let line = record.to_line().map_err(Arc::new)?;
        let (answer, written) = oneshot::channel();
        if self.queue.send((line, answer)).is_ok()
            && let Ok(outcome) = written.await
        {
            return outcome;
        }
        Err(Arc::new(StoreError::Interrupted))
    }
}

fn write_all(journal: &Journal, asked: &Receiver<Asked>) {
    while let Ok(first) = asked.recv() {
        let (mut lines, mut answers) = (first.0, vec![first.1]);
        while answers.len() < BATCH
            && let Ok((line, answer)) = asked.try_recv()
        {
            lines.extend(line);
            answers.push(answer);
        }
        let outcome = journal.append_lines(lines).map_err(Arc::new);
        for answer in answers {
            // Who asked may be gone; the record is written all the same.
            let _ = answer.send(outcome.clone());
        }
    }
}

/// Writes results into the index in batches, on a thread of its own. The journal is the truth: what the index refuses is
/// only reported.
pub(super) struct Indexer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<Option<String>>>,
}

/// Results that wait for the index. The thread is woken for a whole batch only: a wake for each result costs calls more
/// than the writing does.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    woken: Condvar,
}

#[derive(Default)]
struct Waiting {
    results: Vec<StoredResult>,
    ended: bool,
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is due after a while, and whether it was the last.
    fn due(&self) -> (Vec<StoredResult>, bool) {
        let is_early = |waiting: &mut Waiting| !waiting.ended && waiting.results.len() < INDEX_BATCH;
        let waited = self.woken.wait_timeout_while(self.waiting(), INDEX_EVERY, is_early);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        (std::mem::take(&mut waiting.results), waiting.ended)
    }
}

impl Indexer {
    /// Starts the thread.
    pub(super) fn start(store: Store) -> Self {
        let queue = Arc::new(Queue::default());
        let results = Arc::clone(&queue);
        let thread =
            std::thread::Builder::new().name("run-index".to_owned()).spawn(move || index_all(&store, &results));
        Self { queue, thread: thread.ok() }
    }

    /// Takes a result.
    pub(super) fn take(&self, result: StoredResult) {
        let mut waiting = self.queue.waiting();
        waiting.results.push(result);
        if waiting.results.len() >= INDEX_BATCH {
            self.queue.woken.notify_one();
        }
    }

    /// Writes what is left; blocks. Returns what the index refused, in words.
    pub(super) fn finish(mut self) -> Option<String> {
        self.end();
        self.thread.take().and_then(|thread| thread.join().ok()).flatten()
    }
}

impl Indexer {
    fn end(&self) {
        self.queue.waiting().ended = true;
        self.queue.woken.notify_one();
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.end();
    }
}

fn index_all(store: &Store, queue: &Queue) -> Option<String> {
    let mut refused = None;
    loop {
        let (results, ended) = queue.due();
        if !results.is_empty()
            && let Err(error) = store.put_results(&results)
        {
            refused = Some(error.to_string());
        }
        if ended {
            return refused;
        }
    }
}
