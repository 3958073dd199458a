//! Rows put in the order of time although they do not fit in memory: sorted runs on disk, merged many at once.
//!
//! Files of an export seldom stand in the order of time, but lists and searches begin with the newest: in an index that is in
//! order they read the end of a table, in another one all of it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek};
use std::path::PathBuf;

use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use duckdb::Connection;
use duckdb::arrow::array::{Array, Int64Array, RecordBatch, StringArray};
use duckdb::arrow::compute::interleave_record_batch;

use crate::store::disk;
use crate::store::error::{Result, StoreError};

/// Columns of `store.traces`.
const TRACE_ID: usize = 0;
const STARTED_NS: usize = 4;
/// Rows of each run that are in memory while they are merged.
const ROWS_OF_RUN: usize = 64;
/// Rows handed to DuckDB at a time.
const ROWS_AT_ONCE: usize = 2_048;
/// So many runs are merged at once, while more spans are read.
const RUNS_AT_ONCE: usize = 64;

/// Rows of `store.traces` on their way into the index.
pub(super) struct ByTime {
    /// Where runs are kept.
    dir: PathBuf,
    runs: Vec<File>,
    /// The last run is kept in memory: most imports have no other.
    newest: Option<RecordBatch>,
}

impl ByTime {
    /// Nothing yet; files are made below `dir` when they are needed, and have no name, so that a kill leaves none.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir, runs: Vec::new(), newest: None }
    }

    /// Takes rows that are in order among themselves. Those of many runs go into the index, but for the traces in `except`.
    pub fn push(&mut self, conn: &Connection, rows: RecordBatch, except: &HashSet<String>) -> Result<()> {
        if let Some(before) = self.newest.replace(rows) {
            disk::private_dir(&self.dir)?;
            self.runs.push(self.write(&before)?);
        }
        if self.runs.len() >= RUNS_AT_ONCE { self.merge(conn, except) } else { Ok(()) }
    }

    fn write(&self, rows: &RecordBatch) -> Result<File> {
        let at = |error| StoreError::file(&self.dir, error);
        let file = tempfile::tempfile_in(&self.dir).map_err(at)?;
        let mut writer = StreamWriter::try_new(BufWriter::new(file), &rows.schema())?;
        for from in (0..rows.num_rows()).step_by(ROWS_OF_RUN) {
            writer.write(&rows.slice(from, ROWS_OF_RUN.min(rows.num_rows() - from)))?;
        }
        writer.finish()?;
        let mut file = writer.into_inner()?.into_inner().map_err(|error| at(error.into_error()))?;
        file.rewind().map_err(at)?;
        Ok(file)
    }

    /// Brings all runs into the index, but for the traces in `except`.
    pub fn merge(&mut self, conn: &Connection, except: &HashSet<String>) -> Result<()> {
        let mut sources: Vec<Source> = Vec::new();
        for file in self.runs.drain(..) {
            sources.push(Source::Disk(Box::new(StreamReader::try_new(BufReader::new(file), None)?)));
        }
        sources.extend(self.newest.take().map(|rows| Source::Memory(Some(rows))));
        let mut appender = conn.appender_to_catalog_and_db("traces", "idx", "store")?;
        let mut merge = Merge::new(sources)?;
        while let Some(rows) = merge.next(except)? {
            appender.append_record_batch(rows)?;
            // Else it keeps two hundred thousand rows before it hands them on.
            appender.flush()?;
        }
        Ok(())
    }
}

/// Where a run's rows come from.
enum Source {
    Disk(Box<StreamReader<BufReader<File>>>),
    Memory(Option<RecordBatch>),
}

impl Source {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        match self {
            Self::Disk(reader) => Ok(reader.next().transpose()?),
            Self::Memory(rows) => Ok(rows.take()),
        }
    }
}

/// A merge of runs: the earliest row of all is the next one.
struct Merge {
    sources: Vec<Source>,
    /// Batches that rows are taken from; of each run the last one is its present one.
    batches: Vec<RecordBatch>,
    present: Vec<usize>,
    /// Start, run and row of each run's next row.
    heads: BinaryHeap<Reverse<(i64, usize, usize)>>,
}

impl Merge {
    fn new(sources: Vec<Source>) -> Result<Self> {
        let count = sources.len();
        let mut merge = Self { sources, batches: Vec::new(), present: vec![0; count], heads: BinaryHeap::new() };
        for run in 0..count {
            merge.advance(run)?;
        }
        Ok(merge)
    }

    /// Reads the next batch of a run, where there is one.
    fn advance(&mut self, run: usize) -> Result<()> {
        while let Some(batch) = self.sources.get_mut(run).map(Source::next).transpose()?.flatten() {
            if batch.num_rows() == 0 {
                continue;
            }
            self.present[run] = self.batches.len();
            self.heads.push(Reverse((start(&batch, 0)?, run, 0)));
            self.batches.push(batch);
            break;
        }
        Ok(())
    }

    /// The next rows in order.
    fn next(&mut self, except: &HashSet<String>) -> Result<Option<RecordBatch>> {
        let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
        while rows.len() < ROWS_AT_ONCE {
            let Some(Reverse((_, run, row))) = self.heads.pop() else { break };
            let place = self.present[run];
            let batch = &self.batches[place];
            if except.is_empty() || !except.contains(trace_id(batch, row)?) {
                rows.push((place, row));
            }
            if row + 1 < batch.num_rows() {
                self.heads.push(Reverse((start(batch, row + 1)?, run, row + 1)));
            } else {
                self.advance(run)?;
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let merged = interleave_record_batch(&batches, &rows)?;
        self.forget_used();
        Ok(Some(merged))
    }

    /// Drops the batches from which nothing more comes.
    fn forget_used(&mut self) {
        let mut kept = Vec::with_capacity(self.present.len());
        for Reverse((_, run, _)) in &self.heads {
            let place = self.present[*run];
            self.present[*run] = kept.len();
            kept.push(self.batches[place].clone());
        }
        self.batches = kept;
    }
}

fn start(batch: &RecordBatch, row: usize) -> Result<i64> {
    let starts = batch.columns().get(STARTED_NS).and_then(|column| column.as_any().downcast_ref::<Int64Array>());
    starts.map(|starts| starts.value(row)).ok_or_else(|| StoreError::Database("traces have no starts".to_owned()))
}

fn trace_id(batch: &RecordBatch, row: usize) -> Result<&str> {
    let ids = batch.columns().get(TRACE_ID).and_then(|column| column.as_any().downcast_ref::<StringArray>());
    ids.map(|ids| ids.value(row)).ok_or_else(|| StoreError::Database("traces have no ids".to_owned()))
}
