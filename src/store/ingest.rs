//! Taking in spans: gathered in memory (and on disk, where there are many), then merged into the index at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::{Connection, params};

use super::error::Result;
use super::merge::{self, Merge, Target};
use super::migrate;
use super::open;
use super::paths::with_companions;
use super::row_batch::RowBatch;
use super::rows::{ImportCounts, SourceCounts, SourceRow};
use super::shared::{Shared, interruptible};
use super::tables::{PATCH_COLUMNS, SpanRows, push_score, short_hash};
use super::writer::{WriterLock, close, in_transaction};
use super::{Store, journal_replay};
use crate::domain::cancel::Cancel;
use crate::domain::patch::SpanPatch;
use crate::domain::score::Score;
use crate::domain::span::Span;

/// Rows are handed to DuckDB from this many spans or bytes of text on.
const FLUSH_SPANS: usize = 8_192;
const FLUSH_BYTES: usize = 24 << 20;
/// Repeated spans that are more complete wait for each other up to this many.
const LATE_SPANS: usize = 4_096;
/// From this many spans or bytes of text on, a new index is built beside the old one.
const BULK_SPANS: u64 = 20_000;
const BULK_BYTES: u64 = 32 << 20;
/// So many spans or bytes of text are merged at once, so that sorting them by time fits in memory whatever the file.
const PART_SPANS: u64 = 50_000;
const PART_BYTES: u64 = 160 << 20;
/// An index that nobody sees before it is whole needs no log.
const COPY_OPTIONS: &str = "(RECOVERY_MODE no_wal_writes)";
/// Small row groups are compressed and written while the rest comes.
const NEW_OPTIONS: &str = "(RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE 40960)";

/// Whether more comes after what is merged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    More,
    Last,
}

/// An import under way: spans are gathered, and counted and visible once it is finished; dropped, it changes nothing.
///
/// Only of an import that is too large to be sorted at once, parts are visible before. Its files are not known as read before
/// the end, so that they are read again after a stop; spans that are there already stay as they are.
pub struct Ingest {
    shared: Arc<Shared>,
    cancel: Cancel,
    conn: Connection,
    build: PathBuf,
    rows: SpanRows,
    patches: RowBatch,
    /// How complete each span is that was taken, by a hash of its key.
    seen: HashMap<u128, u32>,
    late: HashMap<u128, Span>,
    spans: u64,
    bytes: u64,
    /// Spans when the last part was merged.
    merged_spans: u64,
    /// What the parts merged so far changed.
    merged: Merged,
    /// Held from the first part of a new index on: who gets it removes unfinished ones.
    lock: Option<WriterLock>,
    last_start: i64,
    /// Whether spans came in the order of their starts, so that they need no sorting.
    in_order: bool,
    target: Target,
}

/// Counts of all and by source.
type Merged = (ImportCounts, Vec<SourceCounts>);

impl std::fmt::Debug for Ingest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ingest").field("spans", &self.spans).finish_non_exhaustive()
    }
}

impl Store {
    /// Begins an import. Others go on reading and writing meanwhile.
    pub fn ingest(&self, cancel: &Cancel) -> Result<Ingest> {
        Ingest::begin(&self.shared, cancel, Target::Index)
    }
}

impl Ingest {
    pub(super) fn begin(shared: &Arc<Shared>, cancel: &Cancel, target: Target) -> Result<Self> {
        super::disk::state_dir(&shared.paths.dir)?;
        let build = shared.paths.build(shared.next_serial());
        let conn = gathering(shared, &build)?;
        Ok(Self {
            shared: Arc::clone(shared),
            cancel: cancel.clone(),
            conn,
            build,
            rows: SpanRows::new()?,
            patches: RowBatch::new(PATCH_COLUMNS)?,
            seen: HashMap::new(),
            late: HashMap::new(),
            spans: 0,
            bytes: 0,
            merged_spans: 0,
            merged: Merged::default(),
            lock: None,
            last_start: i64::MIN,
            in_order: true,
            target,
        })
    }

    /// Takes spans and patches; they may come in any order.
    pub fn add(&mut self, spans: Vec<Span>, patches: Vec<SpanPatch>) -> Result<()> {
        for span in spans {
            let key = key(&span);
            let completeness = span.completeness();
            match self.seen.get(&key) {
                Some(known) if *known >= completeness => continue,
                Some(_) => {
                    self.late.insert(key, span);
                }
                None => self.take(&span),
            }
            self.seen.insert(key, completeness);
            if self.rows.spans.rows() >= FLUSH_SPANS || self.rows.bytes() >= FLUSH_BYTES {
                self.flush()?;
            }
            if self.late.len() >= LATE_SPANS {
                self.flush_late()?;
            }
        }
        if self.spans.saturating_sub(self.merged_spans) >= PART_SPANS || self.bytes >= PART_BYTES {
            self.merge_part()?;
        }
        for patch in patches.into_iter().filter(|patch| !patch.is_empty()) {
            let body = serde_json::to_string(&patch)?;
            self.patches.text(Some(&short_hash(body.as_bytes()))).text(Some(patch.trace_id.as_str()));
            self.patches.text(Some(patch.span_id.as_str())).text(Some(&body)).end_row();
        }
        if self.patches.rows() >= FLUSH_SPANS || self.patches.bytes() >= FLUSH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Takes scores that came apart from spans.
    pub fn add_scores(&mut self, scores: &[Score]) -> Result<()> {
        for score in scores {
            push_score(&mut self.rows.scores, score);
        }
        if self.rows.scores.rows() >= FLUSH_SPANS || self.rows.bytes() >= FLUSH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// How many different spans it holds.
    pub fn spans(&self) -> u64 {
        self.spans
    }

    fn take(&mut self, span: &Span) {
        let start = span.started_at.nanos();
        // A few spans out of order do not spoil a block's range of times.
        self.in_order &= start >= self.last_start.saturating_sub(60_000_000_000);
        self.last_start = self.last_start.max(start);
        self.rows.push(span);
        self.spans += 1;
    }

    fn flush(&mut self) -> Result<()> {
        if self.cancel.is_cancelled() {
            return Err(super::StoreError::Interrupted);
        }
        self.bytes += self.rows.bytes() as u64;
        let tables = self.rows.tables().into_iter().chain([("pending_patches", &mut self.patches)]);
        for (table, rows) in tables {
            if rows.rows() > 0 {
                let mut appender = self.conn.appender_to_catalog_and_db(table, "memory", "store")?;
                rows.append_to(&mut appender)?;
                appender.flush()?;
            }
        }
        Ok(())
    }

    /// Puts more complete spans in the place of those taken before.
    fn flush_late(&mut self) -> Result<()> {
        if self.late.is_empty() {
            return Ok(());
        }
        self.flush()?;
        let late: Vec<Span> = self.late.drain().map(|(_, span)| span).collect();
        self.conn.execute_batch("CREATE OR REPLACE TEMP TABLE late (trace_id VARCHAR, span_id VARCHAR)")?;
        let mut insert = self.conn.prepare("INSERT INTO late VALUES (?, ?)")?;
        for span in &late {
            insert.execute(params![span.trace_id.as_str(), span.span_id.as_str()])?;
        }
        drop(insert);
        merge::delete_spans(&self.conn, "memory", "late")?;
        for span in &late {
            self.spans = self.spans.saturating_sub(1);
            self.take(span);
        }
        self.flush()
    }

    /// Merges everything into the index together with what is known of its sources, all or nothing.
    pub fn finish(self, sources: &[SourceRow]) -> Result<ImportCounts> {
        Ok(self.finish_by_source(sources)?.0)
    }

    /// As [`finish`](Self::finish), and says what changed by each source.
    pub fn finish_by_source(mut self, sources: &[SourceRow]) -> Result<(ImportCounts, Vec<SourceCounts>)> {
        self.flush_late()?;
        self.flush()?;
        self.seen = HashMap::new();
        let last = self.merge(sources, Part::Last)?;
        add(&mut self.merged, last);
        close(self.conn)?;
        Ok(self.merged)
    }

    /// Merges what was gathered so far and begins to gather anew.
    fn merge_part(&mut self) -> Result<()> {
        self.flush_late()?;
        self.flush()?;
        let part = self.merge(&[], Part::More)?;
        add(&mut self.merged, part);
        // The old one goes first: both together would take twice the memory.
        self.conn = Connection::open_in_memory()?;
        self.conn = gathering(&self.shared, &self.build)?;
        self.merged_spans = self.spans;
        self.bytes = 0;
        self.in_order = true;
        self.last_start = i64::MIN;
        Ok(())
    }

    fn merge(&mut self, sources: &[SourceRow], part: Part) -> Result<Merged> {
        let shared = Arc::clone(&self.shared);
        if self.target == Target::Fresh {
            return self.merge_into_new(sources, part);
        }
        let _lock = shared.lock_writers(&self.cancel)?;
        let bulk = self.spans >= BULK_SPANS || self.bytes >= BULK_BYTES;
        if bulk {
            return self.merge_into_copy(sources);
        }
        let _alone = shared.exclusive(&self.cancel)?;
        shared.make_if_missing()?;
        let counts = self.merge_into(&shared.paths.index.clone(), "", sources, Part::More)?;
        shared.compact_if_large()?;
        Ok(counts)
    }

    /// Builds a new index part by part; with the last one it takes the place of the old one.
    fn merge_into_new(&mut self, sources: &[SourceRow], part: Part) -> Result<Merged> {
        let shared = Arc::clone(&self.shared);
        if self.lock.is_none() {
            self.lock = Some(shared.lock_writers(&self.cancel)?);
            shared.make_empty(&self.build)?;
        }
        let counts = self.merge_into(&self.build.clone(), NEW_OPTIONS, sources, part)?;
        if part == Part::Last {
            let _alone = shared.exclusive(&self.cancel)?;
            shared.swap_in(&self.build)?;
        }
        Ok(counts)
    }

    /// Builds the new index beside the old one; readers are kept out while it is copied and while it takes its place.
    fn merge_into_copy(&mut self, sources: &[SourceRow]) -> Result<Merged> {
        let shared = Arc::clone(&self.shared);
        let options = if shared.paths.index.exists() {
            let _alone = shared.exclusive(&self.cancel)?;
            shared.copy_index(&self.build)?;
            COPY_OPTIONS
        } else {
            shared.make_empty(&self.build)?;
            NEW_OPTIONS
        };
        let counts = self.merge_into(&self.build.clone(), options, sources, Part::More)?;
        let _alone = shared.exclusive(&self.cancel)?;
        shared.swap_in(&self.build)?;
        Ok(counts)
    }

    fn merge_into(&self, file: &Path, options: &str, sources: &[SourceRow], part: Part) -> Result<Merged> {
        let conn = &self.conn;
        let name = file.to_string_lossy().replace('\'', "''");
        open::patiently(&self.shared.options, &self.cancel, || {
            conn.execute_batch(&format!("ATTACH '{name}' AS idx {options}; USE idx;"))
        })?;
        let outcome = interruptible(conn, &self.cancel, || {
            migrate::migrate(conn)?;
            let merge = Merge { conn, in_order: self.in_order };
            let plan = merge.plan()?;
            let by_source = merge.by_source()?;
            let counts = in_transaction(conn, || {
                merge.apply(plan, sources)?;
                if self.target == Target::Fresh && part == Part::Last {
                    journal_replay::replay_all(conn, &self.shared.paths.dir)?;
                }
                Ok(plan.counts)
            })?;
            if file != self.shared.paths.index {
                conn.execute_batch("CHECKPOINT idx")?;
            }
            Ok((counts, by_source))
        });
        // In any case: the file must be closed before others of this process may open it.
        let detached = conn.execute_batch("USE memory; DETACH idx;");
        let counts = outcome?;
        detached?;
        Ok(counts)
    }
}

/// An instance in memory to gather rows in, which may attach the index and the file it is built in.
fn gathering(shared: &Shared, build: &Path) -> Result<Connection> {
    let temp = shared.paths.temp_dir(shared.next_serial());
    let mut allowed = with_companions(&shared.paths.index);
    allowed.extend(with_companions(build));
    let conn = open::memory(&shared.options, &temp, &allowed)?;
    migrate::migrate(&conn)?;
    Ok(conn)
}

/// Adds what one part changed to what the parts before did.
fn add(all: &mut Merged, part: Merged) {
    let (counts, by_source) = part;
    all.0.traces += counts.traces;
    all.0.spans += counts.spans;
    all.0.new_spans += counts.new_spans;
    all.0.updated_spans += counts.updated_spans;
    all.0.chunks += counts.chunks;
    for source in by_source {
        match all.1.iter_mut().find(|known| known.source_id == source.source_id) {
            Some(known) => {
                known.new_spans += source.new_spans;
                known.updated_spans += source.updated_spans;
            }
            None => all.1.push(source),
        }
    }
}

/// 128 bits of a hash of a span's natural key.
fn key(span: &Span) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(span.trace_id.as_str().as_bytes());
    hasher.update(&[0]);
    hasher.update(span.span_id.as_str().as_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    u128::from_le_bytes(bytes)
}
