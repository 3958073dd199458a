//! Parses the pieces of one file on all cores, in bounded memory, and hands them on in the order of the file.

use std::collections::{BTreeMap, HashMap};
use std::thread::{self, Scope};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::batch::{Batch, BatchSink, ImportError, SinkClosed};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::patch::SpanPatch;

/// Spans after which a batch is handed on.
const BATCH_SPANS: usize = 2_000;
/// Bytes of input after which a batch is handed on.
const BATCH_BYTES: u64 = 2 * 1024 * 1024;
/// Patches held back to be put together; more than these are handed on as they are.
const HELD_PATCHES: usize = 20_000;
/// More parsing threads than this only wait for the index.
const MAX_WORKERS: usize = 8;

/// A part of a file that can be parsed without the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// The line its first byte stands on, from 1; 0 in files without lines.
    pub line: u64,
    /// Where it begins in the decompressed file, in bytes.
    pub offset: u64,
    /// Its bytes: one record, or one a line.
    pub bytes: Vec<u8>,
    /// Whether each line is a record of its own.
    pub layout: Layout,
    /// Bytes of the decompressed file it accounts for.
    pub read: u64,
    /// Set where the piece cannot be parsed, with the reason for the user.
    pub damage: Option<String>,
}

/// How records stand in a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// The whole piece is one record.
    #[default]
    One,
    /// Each line is one.
    Lines,
}

impl Piece {
    /// The records in it with their line numbers.
    pub fn records(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let ends = match self.layout {
            Layout::One => Vec::new(),
            Layout::Lines => memchr::memchr_iter(b'\n', &self.bytes).collect(),
        };
        let mut start = 0;
        let mut line = self.line;
        ends.into_iter().chain([self.bytes.len()]).map(move |end| {
            let record = self.bytes.get(start..end).unwrap_or_default();
            start = end + 1;
            line += 1;
            (line - 1, record)
        })
    }
}

/// Something that cuts a file into pieces.
pub trait Pieces {
    /// Cuts everything, piece by piece.
    fn each(self, emit: &mut dyn FnMut(Piece) -> Result<(), ImportError>) -> Result<(), ImportError>;
}

/// Cuts, parses and hands on. What was parsed before an error is with the sink when this returns.
pub fn run<P, F>(pieces: P, sink: &mut dyn BatchSink, parse: F) -> Result<(), ImportError>
where
    P: Pieces,
    F: Fn(&Piece) -> Batch + Sync,
{
    let mut outlet = Outlet { sink, batch: Batch::default(), patches: HeldPatches::default() };
    let cut = thread::scope(|scope| {
        let mut line =
            Line { parse: &parse, scope, first: None, workers: None, next: 0, out: 0, early: BTreeMap::new() };
        let cut = pieces.each(&mut |piece| line.take(piece, &mut outlet));
        let drained = line.drain(&mut outlet);
        cut.and(drained)
    });
    let flushed = outlet.finish();
    cut.and(flushed.map_err(ImportError::from))
}

/// The worker threads and the channels to and from them.
struct Workers {
    pieces: Sender<(u64, Piece)>,
    batches: Receiver<(u64, Batch)>,
    in_flight: u64,
}

/// The assembly line: started with the second piece, since most files have only one.
struct Line<'scope, 'env, F> {
    parse: &'env F,
    scope: &'scope Scope<'scope, 'env>,
    first: Option<Piece>,
    workers: Option<Workers>,
    next: u64,
    out: u64,
    early: BTreeMap<u64, Batch>,
}

impl<F: Fn(&Piece) -> Batch + Sync> Line<'_, '_, F> {
    fn take(&mut self, piece: Piece, outlet: &mut Outlet<'_>) -> Result<(), ImportError> {
        if self.workers.is_none() {
            let Some(first) = self.first.replace(piece) else { return Ok(()) };
            self.workers = Some(self.start()?);
            self.send(first, outlet)?;
            return match self.first.take() {
                Some(second) => self.send(second, outlet),
                None => Ok(()),
            };
        }
        self.send(piece, outlet)
    }

    fn start(&self) -> Result<Workers, ImportError> {
        let count = thread::available_parallelism().map_or(2, usize::from).clamp(1, MAX_WORKERS);
        let (piece_sender, piece_receiver) = bounded::<(u64, Piece)>(count + 2);
        let (batch_sender, batch_receiver) = bounded::<(u64, Batch)>(count + 2);
        for index in 0..count {
            let (pieces, batches, parse) = (piece_receiver.clone(), batch_sender.clone(), self.parse);
            thread::Builder::new()
                .name(format!("import-{index}"))
                .spawn_scoped(self.scope, move || {
                    for (number, piece) in pieces {
                        if batches.send((number, parse(&piece))).is_err() {
                            break;
                        }
                    }
                })
                .map_err(|error| ImportError::Worker(error.to_string()))?;
        }
        Ok(Workers { pieces: piece_sender, batches: batch_receiver, in_flight: 0 })
    }

    fn send(&mut self, piece: Piece, outlet: &mut Outlet<'_>) -> Result<(), ImportError> {
        let room = self.workers.as_ref().map_or(0, |workers| workers.pieces.capacity().unwrap_or(2) as u64);
        while self.workers.as_ref().is_some_and(|workers| workers.in_flight >= room) {
            self.receive(outlet)?;
        }
        if let Some(workers) = &mut self.workers {
            workers.in_flight += 1;
            let sent = workers.pieces.send((self.next, piece));
            self.next += 1;
            sent.map_err(|_| ImportError::Worker("it ended early".to_owned()))?;
        }
        Ok(())
    }

    fn receive(&mut self, outlet: &mut Outlet<'_>) -> Result<(), ImportError> {
        let Some(workers) = &mut self.workers else { return Ok(()) };
        let (number, batch) = workers.batches.recv().map_err(|_| ImportError::Worker("it ended early".to_owned()))?;
        workers.in_flight -= 1;
        self.early.insert(number, batch);
        while let Some(batch) = self.early.remove(&self.out) {
            self.out += 1;
            outlet.put(batch)?;
        }
        Ok(())
    }

    fn drain(mut self, outlet: &mut Outlet<'_>) -> Result<(), ImportError> {
        if let Some(only) = self.first.take() {
            outlet.put((self.parse)(&only))?;
        }
        while self.workers.as_ref().is_some_and(|workers| workers.in_flight > 0) {
            self.receive(outlet)?;
        }
        Ok(())
    }
}

/// Makes batches of a good size.
struct Outlet<'a> {
    sink: &'a mut dyn BatchSink,
    batch: Batch,
    patches: HeldPatches,
}

impl Outlet<'_> {
    fn put(&mut self, mut batch: Batch) -> Result<(), SinkClosed> {
        self.patches.hold(std::mem::take(&mut batch.patches));
        self.batch.append(batch);
        if self.patches.held.len() > HELD_PATCHES {
            self.batch.patches.extend(self.patches.release());
        }
        if self.batch.spans.len() >= BATCH_SPANS || self.batch.bytes >= BATCH_BYTES {
            return self.sink.accept(std::mem::take(&mut self.batch));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), SinkClosed> {
        self.batch.patches.extend(self.patches.release());
        if self.batch.is_empty() && self.batch.bytes == 0 {
            return Ok(());
        }
        self.sink.accept(self.batch)
    }
}

/// Older instrumentations write one log record a message: they are put together before they are handed on.
#[derive(Default)]
struct HeldPatches {
    held: HashMap<(TraceId, SpanId), Vec<SpanPatch>>,
}

impl HeldPatches {
    fn hold(&mut self, patches: Vec<SpanPatch>) {
        for patch in patches {
            self.held.entry((patch.trace_id.clone(), patch.span_id.clone())).or_default().push(patch);
        }
    }

    fn release(&mut self) -> Vec<SpanPatch> {
        let mut whole: Vec<SpanPatch> = std::mem::take(&mut self.held)
            .into_values()
            .filter_map(|mut parts| {
                parts.sort_by_key(|part| part.recorded_at);
                parts.into_iter().reduce(|mut first, later| {
                    first.merge(later);
                    first
                })
            })
            .collect();
        whole.sort_by(|one, other| {
            (one.recorded_at, &one.trace_id, &one.span_id).cmp(&(other.recorded_at, &other.trace_id, &other.span_id))
        });
        whole
    }
}
