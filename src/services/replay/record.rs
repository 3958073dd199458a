//! Writes a run down: to its journal before anything counts, to the index soon after.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::store::{Journal, JournalRecord, Store, StoreError, StoredResult};

/// The most records of one write.
const BATCH: usize = 512;
/// Results go to the index when so many are waiting, or the first waits so long: opening and closing the index costs more
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
    queue: Option<Sender<StoredResult>>,
    thread: Option<JoinHandle<Option<String>>>,
}

impl Indexer {
    /// Starts the thread.
    pub(super) fn start(store: Store) -> Self {
        let (queue, results) = mpsc::channel();
        let thread =
            std::thread::Builder::new().name("run-index".to_owned()).spawn(move || index_all(&store, &results));
        Self { queue: Some(queue), thread: thread.ok() }
    }

    /// Takes a result.
    pub(super) fn take(&self, result: StoredResult) {
        if let Some(queue) = &self.queue {
            // A thread that ended has nothing to index; the journal has the result.
            let _ = queue.send(result);
        }
    }

    /// Writes what is left; blocks. Returns what the index refused, in words.
    pub(super) fn finish(mut self) -> Option<String> {
        self.queue = None;
        self.thread.take().and_then(|thread| thread.join().ok()).flatten()
    }
}

fn index_all(store: &Store, results: &Receiver<StoredResult>) -> Option<String> {
    let mut waiting: Vec<StoredResult> = Vec::new();
    let mut since = Instant::now();
    let mut refused = None;
    loop {
        let ended = match results.recv_timeout(INDEX_EVERY) {
            Ok(result) => {
                if waiting.is_empty() {
                    since = Instant::now();
                }
                waiting.push(result);
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        let due = ended || waiting.len() >= INDEX_BATCH || since.elapsed() >= INDEX_EVERY;
        if due && !waiting.is_empty() {
            if let Err(error) = store.put_results(&waiting) {
                refused = Some(error.to_string());
            }
            waiting.clear();
        }
        if ended {
            return refused;
        }
    }
}
