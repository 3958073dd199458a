//! An import: spans are gathered, and handed to the merging thread part by part.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};

use super::gather::{Gathered, Part};
use super::merge::{Merged, Merging};
use super::{Key, Target};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;
use crate::domain::patch::SpanPatch;
use crate::domain::score::Score;
use crate::domain::span::Span;
use crate::store::Store;
use crate::store::error::{Result, StoreError};
use crate::store::rows::{ImportCounts, SourceCounts, SourceRow};
use crate::store::shared::Shared;

/// From this many spans or bytes of text on, a new index is built beside the old one.
const BULK_SPANS: usize = 20_000;
const BULK_BYTES: usize = 32 << 20;

/// An import under way: spans are gathered, and visible once it is finished; dropped, it changes nothing.
pub struct Ingest {
    shared: Arc<Shared>,
    cancel: Cancel,
    target: Target,
    gathered: Gathered,
    seen: Seen,
    /// In which part each trace began.
    traces: HashMap<Key, u32>,
    part: u32,
    last_trace: Option<TraceId>,
    chunks: u64,
    bulk: Option<Bulk>,
}

/// How complete each span is that was taken, by a hash of its key; in several maps, so that growing copies only one of them.
#[derive(Default)]
struct Seen([HashMap<Key, u32>; 16]);

impl Seen {
    fn insert(&mut self, key: Key, completeness: u32) -> Option<u32> {
        let [first, ..] = key;
        self.0[usize::from(first % 16)].insert(key, completeness)
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashMap::len).sum()
    }
}

/// The thread that merges the parts of a large import while the next is gathered.
struct Bulk {
    work: Sender<Work>,
    merging: JoinHandle<Result<Merged>>,
}

enum Work {
    Part(Box<Part>),
    Last(Box<Part>, Vec<SourceRow>),
}

impl std::fmt::Debug for Ingest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ingest").field("spans", &self.seen.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// Begins an import. Others go on reading meanwhile, and writing unless it is a large one.
    pub fn ingest(&self, cancel: &Cancel) -> Result<Ingest> {
        Ingest::begin(&self.shared, cancel, Target::Index)
    }
}

impl Ingest {
    pub(in crate::store) fn begin(shared: &Arc<Shared>, cancel: &Cancel, target: Target) -> Result<Self> {
        crate::store::disk::state_dir(&shared.paths.dir)?;
        Ok(Self {
            shared: Arc::clone(shared),
            cancel: cancel.clone(),
            target,
            gathered: Gathered::new()?,
            seen: Seen::default(),
            traces: HashMap::new(),
            part: 0,
            last_trace: None,
            chunks: 0,
            bulk: None,
        })
    }

    /// Takes spans and patches; they may come in any order.
    pub fn add(&mut self, spans: Vec<Span>, patches: Vec<SpanPatch>) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(StoreError::Interrupted);
        }
        for span in spans {
            // Between traces where that can be: the row of a trace that is whole in its part is made at once.
            if self.part_is_full(1) && self.last_trace.as_ref() != Some(&span.trace_id) || self.part_is_full(2) {
                self.merge_part()?;
            }
            self.take(&span);
        }
        for patch in patches.into_iter().filter(|patch| !patch.is_empty()) {
            self.gathered.add_patch(&patch)?;
            if self.part_is_full(2) {
                self.merge_part()?;
            }
        }
        Ok(())
    }

    /// Takes scores that came apart from spans.
    pub fn add_scores(&mut self, scores: &[Score]) -> Result<()> {
        for score in scores {
            self.gathered.add_score(score);
        }
        Ok(())
    }

    /// How many different spans it holds.
    pub fn spans(&self) -> u64 {
        self.seen.len() as u64
    }

    fn take(&mut self, span: &Span) {
        let key = hash(&[span.trace_id.as_str(), span.span_id.as_str()]);
        let completeness = span.completeness();
        match self.seen.insert(key, completeness) {
            Some(known) if known >= completeness => {
                self.seen.insert(key, known);
            }
            Some(_) => {
                self.note_trace(&span.trace_id);
                self.gathered.replace(key, span);
            }
            None => {
                self.note_trace(&span.trace_id);
                self.chunks += span.chunks.len() as u64;
                self.gathered.add(key, span);
            }
        }
    }

    fn note_trace(&mut self, trace_id: &TraceId) {
        if self.last_trace.as_ref() == Some(trace_id) {
            return;
        }
        self.last_trace = Some(trace_id.clone());
        if *self.traces.entry(hash(&[trace_id.as_str()])).or_insert(self.part) < self.part {
            self.gathered.continues(trace_id);
        }
    }

    fn part_is_full(&self, times: usize) -> bool {
        let options = &self.shared.options;
        self.gathered.spans() >= times * options.part_spans || self.gathered.bytes() >= times * options.part_bytes
    }

    fn counts(&self, merged: &Merged) -> ImportCounts {
        let sum = |count: fn(&SourceCounts) -> u64| merged.by_source.iter().map(count).sum();
        ImportCounts {
            traces: self.traces.len() as u64,
            spans: self.seen.len() as u64,
            new_spans: sum(|source| source.new_spans),
            updated_spans: sum(|source| source.updated_spans),
            chunks: self.chunks,
        }
    }

    /// Merges everything into the index together with what is known of its sources, all or nothing.
    pub fn finish(self, sources: &[SourceRow]) -> Result<ImportCounts> {
        Ok(self.finish_by_source(sources)?.0)
    }

    /// As [`finish`](Self::finish), and says what changed by each source.
    pub fn finish_by_source(mut self, sources: &[SourceRow]) -> Result<(ImportCounts, Vec<SourceCounts>)> {
        let last = Box::new(self.gathered.part()?);
        let large = last.spans.num_rows() >= BULK_SPANS || last.bytes >= BULK_BYTES;
        let merged = if self.bulk.is_some() || large || self.target == Target::Fresh {
            self.hand_over(Work::Last(last, sources.to_vec()))?;
            match self.bulk.take() {
                Some(bulk) => bulk.join()?,
                None => Merged::default(),
            }
        } else {
            let mut merging = Merging::into_index(&self.shared, &self.cancel)?;
            merging.take(&last)?;
            merging.finish(sources)?
        };
        Ok((self.counts(&merged), merged.by_source))
    }

    /// Hands what was gathered so far to the merging thread and begins to gather anew.
    fn merge_part(&mut self) -> Result<()> {
        let part = self.gathered.part()?;
        self.part += 1;
        self.last_trace = None;
        self.hand_over(Work::Part(Box::new(part)))
    }

    fn hand_over(&mut self, work: Work) -> Result<()> {
        if self.bulk.is_none() {
            self.bulk = Some(Bulk::start(&self.shared, &self.cancel, self.target)?);
        }
        if let Some(bulk) = &self.bulk
            && bulk.work.send(work).is_ok()
        {
            return Ok(());
        }
        // It ended before its time: it says why.
        match self.bulk.take() {
            Some(bulk) => bulk.join().map(drop),
            None => Ok(()),
        }
    }
}

impl Bulk {
    fn start(shared: &Arc<Shared>, cancel: &Cancel, target: Target) -> Result<Self> {
        // One part is gathered while another is merged; a third would only take memory.
        let (work, parts) = bounded::<Work>(0);
        let (shared, cancel) = (Arc::clone(shared), cancel.clone());
        let merge = move || {
            let mut merging = Merging::into_new_file(&shared, &cancel, target)?;
            for work in parts {
                match work {
                    Work::Part(part) => merging.take(&part)?,
                    Work::Last(part, sources) => {
                        merging.take(&part)?;
                        drop(part);
                        return merging.finish(&sources);
                    }
                }
            }
            Err(StoreError::Interrupted)
        };
        let named = std::thread::Builder::new().name("store-merge".to_owned());
        let merging = named.spawn(merge).map_err(|error| StoreError::Database(format!("no thread: {error}")))?;
        Ok(Self { work, merging })
    }

    fn join(self) -> Result<Merged> {
        drop(self.work);
        self.merging.join().unwrap_or_else(|_| Err(StoreError::Database("the merging thread died".to_owned())))
    }
}

/// 128 bits of a hash of texts; bytes need no alignment, and so less memory.
fn hash(texts: &[&str]) -> Key {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}
