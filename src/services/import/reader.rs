//! Reads one file on its own threads while the caller takes its batches.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_channel::{Sender, bounded};

use crate::domain::cancel::Cancel;
use crate::domain::ids::SourceId;
use crate::importers::container::{self, Opened};
use crate::importers::{self, Batch, BatchSink, ImportError, Importer, Input, SinkClosed};

/// Batches that may wait for the index: the memory of an import is these and what is being parsed.
const WAITING: usize = 1;

/// Counts the bytes read of a file as it is on disk, for the progress bar.
pub struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    /// Counts into `count`.
    pub const fn new(reader: R, count: Arc<AtomicU64>) -> Self {
        Self { reader, count }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

struct Channel<'a> {
    batches: Sender<Batch>,
    cancel: &'a Cancel,
}

impl BatchSink for Channel<'_> {
    fn accept(&mut self, batch: Batch) -> Result<(), SinkClosed> {
        if self.cancel.is_cancelled() {
            return Err(SinkClosed);
        }
        self.batches.send(batch).map_err(|_| SinkClosed)
    }
}

/// A file whose format is known.
pub struct Recognised<'a> {
    /// Its importer.
    pub importer: &'static dyn Importer,
    opened: Opened<'a>,
}

/// Opens a file and recognises its format, or takes the one asked for; `None` where no importer knows it.
pub fn recognise<'a>(
    reader: impl Read + Send + 'a,
    asked: Option<&'static dyn Importer>,
) -> io::Result<Option<Recognised<'a>>> {
    let opened = container::open(reader)?;
    let importer = asked.or_else(|| importers::recognise(&opened.head));
    Ok(importer.map(|importer| Recognised { importer, opened }))
}

/// Reads a file to its end. `take` gets the batches on the calling thread; its error stops the reading.
pub fn read<E>(
    file: Recognised<'_>,
    source_id: SourceId,
    cancel: &Cancel,
    take: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<Result<(), ImportError>, E> {
    thread::scope(|scope| {
        let (sender, receiver) = bounded(WAITING);
        let importer = file.importer;
        let input = Input { reader: file.opened.reader, source_id };
        let reading = scope.spawn(move || importer.read(input, &mut Channel { batches: sender, cancel }));
        let mut taken = Ok(());
        for batch in &receiver {
            taken = take(batch);
            if taken.is_err() {
                break;
            }
        }
        // A reader that waits for room must see that nobody takes any more.
        drop(receiver);
        let outcome = reading.join().unwrap_or_else(|_| Err(ImportError::Worker("the reader died".to_owned())));
        taken.map(|()| outcome)
    })
}
