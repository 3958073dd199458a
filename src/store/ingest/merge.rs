//! Merging parts into the index, or into the file that takes its place, in one transaction.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::RecordBatch;

use super::Target;
use super::by_time::ByTime;
use super::gather::{Child, Part, in_order};
use super::part_tables::{SOURCE_ID, SPAN_ID, TRACE_ID, delete_spans, fill, fill_incoming, texts};
use super::patches;
use super::trace_rows::{self, Feedback};
use crate::domain::cancel::Cancel;
use crate::store::error::Result;
use crate::store::open::Purpose;
use crate::store::paths::with_companions;
use crate::store::row_batch::{Kind, RowBatch};
use crate::store::rows::{SourceCounts, SourceRow};
use crate::store::shared::{Exclusive, Shared, interruptible};
use crate::store::writer::WriterLock;
use crate::store::{disk, ids, journal_replay, migrate, open, sources};

/// An index that nobody sees before it is whole needs no log.
const COPY_OPTIONS: &str = "(RECOVERY_MODE no_wal_writes)";
/// Small row groups are compressed and written while the rest comes.
const NEW_OPTIONS: &str = "(RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE 20480)";

/// What a merge changed.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub by_source: Vec<SourceCounts>,
}

/// A file that is built to take the index' place; removed where it does not come to that.
struct NewFile(Option<PathBuf>);

/// A merge under way; dropped before its end, it changes nothing.
///
/// Its parts are dropped in this order: the connection is closed before the file is removed, and others wait that long.
pub(super) struct Merging {
    conn: Connection,
    build: NewFile,
    #[expect(dead_code, reason = "readers of this process wait until it is dropped")]
    alone: Option<Exclusive>,
    lock: WriterLock,
    shared: Arc<Shared>,
    cancel: Cancel,
    target: Target,
    merged: Merged,
    before: Before,
    by_time: ByTime,
    /// Traces whose rows are made anew at the end.
    touched: HashSet<String>,
}

/// What the index had before the merge: most imports go into an empty one, and are spared comparing.
#[derive(Clone, Copy)]
struct Before {
    spans: bool,
    scores: bool,
}

impl Merging {
    /// Merges into the index as it is: for little.
    pub fn into_index(shared: &Arc<Shared>, cancel: &Cancel) -> Result<Self> {
        let lock = shared.lock_writers(cancel)?;
        let alone = shared.exclusive(cancel)?;
        shared.make_if_missing()?;
        let conn = attach(shared, cancel, &shared.paths.index, "")?;
        Self::begin(shared, cancel, conn, Target::Index, (NewFile(None), Some(alone), lock))
    }

    /// Merges into a new file, which holds what the index has unless it is to be fresh. Readers are kept out only while the
    /// index is copied and while the new one takes its place.
    pub fn into_new_file(shared: &Arc<Shared>, cancel: &Cancel, target: Target) -> Result<Self> {
        let lock = shared.lock_writers(cancel)?;
        let build = NewFile(Some(shared.paths.build(shared.next_serial())));
        let file = build.path(shared);
        let options = if target == Target::Index && shared.paths.index.exists() {
            let _alone = shared.exclusive(cancel)?;
            shared.copy_index(file)?;
            COPY_OPTIONS
        } else {
            shared.make_empty(file)?;
            NEW_OPTIONS
        };
        let conn = attach(shared, cancel, file, options)?;
        Self::begin(shared, cancel, conn, target, (build, None, lock))
    }

    fn begin(
        shared: &Arc<Shared>,
        cancel: &Cancel,
        conn: Connection,
        target: Target,
        (build, alone, lock): (NewFile, Option<Exclusive>, WriterLock),
    ) -> Result<Self> {
        migrate::migrate(&conn)?;
        conn.execute_batch(
            "CREATE TEMP TABLE incoming (row INTEGER, trace_id VARCHAR, span_id VARCHAR, completeness INTEGER); \
             CREATE TEMP TABLE updated (trace_id VARCHAR, span_id VARCHAR); \
             CREATE TEMP TABLE part_traces (trace_id VARCHAR); \
             CREATE TEMP TABLE touched (trace_id VARCHAR); \
             CREATE TEMP TABLE part_scores AS FROM idx.store.scores LIMIT 0; \
             CREATE TEMP TABLE part_patches AS FROM idx.store.pending_patches LIMIT 0; \
             CREATE TEMP TABLE due_patches (trace_id VARCHAR, span_id VARCHAR, body VARCHAR); \
             BEGIN;",
        )?;
        let has = |table: &str| {
            let sql = format!("SELECT count(*) > 0 FROM (FROM idx.store.{table} LIMIT 1)");
            conn.query_row(&sql, [], |row| row.get(0))
        };
        let before = Before { spans: has("spans")?, scores: has("scores")? };
        Ok(Self {
            conn,
            build,
            alone,
            lock,
            shared: Arc::clone(shared),
            cancel: cancel.clone(),
            target,
            merged: Merged::default(),
            before,
            by_time: ByTime::new(shared.paths.temp.clone()),
            touched: HashSet::new(),
        })
    }

    /// Merges a part.
    pub fn take(&mut self, part: &Part) -> Result<()> {
        let cancel = self.cancel.clone();
        self.before.scores |= part.scores.num_rows() > 0;
        let (by_time, touched) = (&mut self.by_time, &mut self.touched);
        let work = PartMerge { conn: &self.conn, part, before: self.before, by_time, touched };
        let by_source = interruptible(&self.conn, &cancel, || work.apply())?;
        self.merged.add(by_source);
        // Others who wait see that it goes on.
        self.lock.refresh();
        Ok(())
    }

    /// Makes everything visible together with what is known of its sources.
    pub fn finish(mut self, sources: &[SourceRow]) -> Result<Merged> {
        let (conn, cancel) = (&self.conn, self.cancel.clone());
        interruptible(conn, &cancel, || {
            self.by_time.merge(conn, &self.touched)?;
            let mut rows = RowBatch::new(&[Kind::Text])?;
            for trace in &self.touched {
                rows.text(Some(trace)).end_row();
            }
            fill(conn, "touched", rows.finish()?)?;
            trace_rows::refresh(conn)?;
            sources::upsert(conn, sources)?;
            if self.target == Target::Fresh {
                journal_replay::replay_all(conn, &self.shared.paths.dir)?;
            }
            conn.execute_batch("COMMIT")?;
            if self.build.0.is_some() {
                conn.execute_batch("CHECKPOINT idx")?;
            }
            Ok(())
        })?;
        // The file must be closed before others of this process may open it.
        self.conn.execute_batch("USE memory; DETACH idx;")?;
        match &self.build.0 {
            Some(build) => {
                let _alone = self.shared.exclusive(&self.cancel)?;
                self.shared.swap_in(build)?;
                self.build.0 = None;
            }
            None => self.shared.compact_if_large()?,
        }
        Ok(std::mem::take(&mut self.merged))
    }
}

impl NewFile {
    fn path<'a>(&'a self, shared: &'a Shared) -> &'a Path {
        self.0.as_deref().unwrap_or(&shared.paths.index)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next writer.
        for path in self.0.iter().flat_map(|file| with_companions(file)) {
            drop(disk::remove(&path));
        }
    }
}

/// An instance in memory with a file attached as `idx`, which is its default database.
fn attach(shared: &Shared, cancel: &Cancel, file: &Path, options: &str) -> Result<Connection> {
    let temp = shared.paths.temp_dir(shared.next_serial());
    let conn = open::memory(&shared.options, Purpose::Import, &temp, &with_companions(file))?;
    let name = file.to_string_lossy().replace('\'', "''");
    open::patiently(&shared.options, cancel, || {
        conn.execute_batch(&format!("ATTACH '{name}' AS idx {options}; USE idx;"))
    })?;
    Ok(conn)
}

impl Merged {
    fn add(&mut self, part: Vec<SourceCounts>) {
        for source in part {
            match self.by_source.iter_mut().find(|known| known.source_id == source.source_id) {
                Some(known) => {
                    known.new_spans += source.new_spans;
                    known.updated_spans += source.updated_spans;
                }
                None => self.by_source.push(source),
            }
        }
    }
}

/// Merging one part.
struct PartMerge<'a> {
    conn: &'a Connection,
    part: &'a Part,
    before: Before,
    by_time: &'a mut ByTime,
    touched: &'a mut HashSet<String>,
}

/// How spans of a part compare with those in the index.
#[derive(Default)]
struct Known {
    /// Rows that the index has as complete or better.
    stale: HashSet<u32>,
    /// Rows that replace less complete ones.
    updated: HashSet<u32>,
}

impl PartMerge<'_> {
    fn apply(mut self) -> Result<Vec<SourceCounts>> {
        let known = if self.before.spans || !self.part.repeats.is_empty() { self.known()? } else { Known::default() };
        let fresh: Vec<u32> = self.part.order.iter().copied().filter(|row| !known.stale.contains(row)).collect();
        self.replace(&known)?;
        self.append("spans", &self.part.spans, &fresh)?;
        self.append("messages", &self.part.messages, &self.part.below(&fresh, Child::Messages))?;
        self.append("chunks", &self.part.chunks, &self.part.below(&fresh, Child::Chunks))?;
        self.append("tool_calls", &self.part.tools, &self.part.below(&fresh, Child::ToolCalls))?;
        if self.before.scores {
            self.scores()?;
        }
        let patched = patches::apply(self.conn, self.part, &fresh)?;
        self.traces(&fresh, patched)?;
        self.by_source(&fresh, &known)
    }

    fn known(&self) -> Result<Known> {
        fill_incoming(self.conn, self.part, &self.part.order)?;
        let mut statement = self.conn.prepare(
            "SELECT n.row, n.completeness > o.completeness FROM incoming n \
             JOIN idx.store.spans o ON n.trace_id = o.trace_id AND n.span_id = o.span_id",
        )?;
        let mut known = Known::default();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if row.get(1)? { &mut known.updated } else { &mut known.stale }.insert(row.get(0)?);
        }
        Ok(known)
    }

    /// Removes less complete spans from the index.
    fn replace(&self, known: &Known) -> Result<()> {
        if known.updated.is_empty() {
            return Ok(());
        }
        let mut keys = RowBatch::new(&[Kind::Text, Kind::Text])?;
        let (traces, spans) = (texts(&self.part.spans, TRACE_ID)?, texts(&self.part.spans, SPAN_ID)?);
        for row in &known.updated {
            keys.text(Some(traces.value(*row as usize))).text(Some(spans.value(*row as usize))).end_row();
        }
        fill(self.conn, "updated", keys.finish()?)?;
        delete_spans(self.conn, "updated")
    }

    fn append(&self, table: &str, batch: &RecordBatch, rows: &[u32]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut appender = self.conn.appender_to_catalog_and_db(table, "idx", "store")?;
        in_order(batch, rows, &mut |some| Ok(appender.append_record_batch(some)?))?;
        Ok(appender.flush()?)
    }

    fn scores(&self) -> Result<()> {
        fill(self.conn, "part_scores", self.part.scores.clone())?;
        if self.part.scores.num_rows() > 0 {
            self.conn.execute_batch(
                "INSERT INTO idx.store.scores SELECT DISTINCT ON (n.score_key) n.* FROM part_scores n \
                 ANTI JOIN idx.store.scores o ON o.score_key = n.score_key;",
            )?;
        }
        Ok(())
    }

    /// The rows of traces: those that are whole in this part now, others at the end.
    fn traces(&mut self, fresh: &[u32], patched: bool) -> Result<()> {
        let mut touched = self.part.continued.clone();
        let mut feedback = Feedback::new();
        if self.before.spans || self.before.scores || patched {
            self.fill_part_traces(fresh)?;
            let sql = "SELECT trace_id FROM part_traces SEMI JOIN idx.store.traces USING (trace_id) \
                 UNION SELECT trace_id FROM part_scores ANTI JOIN part_traces USING (trace_id) \
                 UNION SELECT trace_id FROM due_patches";
            touched.extend(ids::list(self.conn, sql, &[])?);
            feedback = trace_rows::feedback(self.conn, "part_traces")?;
        }
        self.touched.extend(touched);
        let rows = trace_rows::of_whole(self.conn, self.part, fresh, self.touched, &feedback)?;
        if rows.num_rows() > 0 { self.by_time.push(self.conn, rows, self.touched) } else { Ok(()) }
    }

    fn fill_part_traces(&self, fresh: &[u32]) -> Result<()> {
        let traces = texts(&self.part.spans, TRACE_ID)?;
        let mut rows = RowBatch::new(&[Kind::Text])?;
        let mut each_once = HashSet::new();
        for trace in fresh.iter().map(|row| traces.value(*row as usize)).filter(|trace| each_once.insert(*trace)) {
            rows.text(Some(trace)).end_row();
        }
        fill(self.conn, "part_traces", rows.finish()?)
    }

    fn by_source(&self, fresh: &[u32], known: &Known) -> Result<Vec<SourceCounts>> {
        let sources = texts(&self.part.spans, SOURCE_ID)?;
        let mut counts: HashMap<&str, SourceCounts> = HashMap::new();
        // A span that this import counted already is not counted as updated too.
        for row in fresh.iter().filter(|row| !self.part.repeats.contains(&(**row as usize))) {
            let source = sources.value(*row as usize);
            let count = counts.entry(source).or_insert_with(|| SourceCounts {
                source_id: source.into(),
                new_spans: 0,
                updated_spans: 0,
            });
            *if known.updated.contains(row) { &mut count.updated_spans } else { &mut count.new_spans } += 1;
        }
        Ok(counts.into_values().collect())
    }
}
