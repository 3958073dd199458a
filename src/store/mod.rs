//! The index of traces and runs (the only place that names `duckdb`), the journals and the archive.
//!
//! Files are the truth and the index can be rebuilt from them at any time. [`Store`] holds the index open only for short
//! cycles, so that several processes can work in one workspace. Every method blocks: call it off the drawing thread.

pub mod archive;
mod cache;
mod cells;
mod chunk_search;
mod chunks;
mod console;
mod day_book;
mod disk;
mod error;
mod export;
mod figures;
mod filter_sql;
mod groundings;
mod handle;
mod ids;
mod ingest;
pub mod journal;
mod journal_replay;
mod load;
mod migrate;
mod open;
mod options;
mod paths;
mod prompt_use;
mod rebuild;
mod row_batch;
mod row_reader;
mod rows;
mod rulings;
mod runs;
mod scores;
mod sent_request;
mod sessions;
mod shared;
mod sources;
mod stamp;
mod statement;
mod tables;
mod texts;
mod trace;
mod traces;
mod utc;
mod vectors;
mod writer;

pub use archive::{Archive, Archived};
pub use cache::{CacheRow, CacheWindow};
pub use chunk_search::FoundChunk;
pub use chunks::SeenChunk;
pub use console::{Cell, Column, SqlLimits, SqlResult, TableInfo};
pub use day_book::DayBook;
pub use error::{Result, StoreError};
pub use export::ExportFormat;
pub use figures::TelemetryQuery;
pub use groundings::{CauseCount, GroundedCounts, GroundedTrace, OpenAnswer, Ungrounded};
pub use handle::Store;
pub use ingest::Ingest;
pub use journal::{
    Intent, Journal, JournalDamage, JournalFile, JournalRecord, JournalTail, SubmittedBatch, tails_at_work,
};
pub use options::{StoreOptions, WaitNotice};
pub use prompt_use::{PromptTraffic, PromptUse};
pub use rows::{
    CheckReport, Difference, Figures, ImportCounts, IndexSize, IndexState, ModelFigures, PageKey, PriceEntry,
    PromptVersionEntry, RebuildProgress, RunRow, RunSnapshot, SessionPlace, SessionRow, SkippedRow, SortDirection,
    SourceCounts, SourceRow, StoredResult, Telemetry, TimeFigures, TraceDetail, TracePage, TraceRow, TraceSortField,
};
pub use sent_request::SentRequest;
pub use stamp::Stamp;
pub use texts::TraceTexts;
pub use traces::TracesQuery;
pub use vectors::{VectorKey, Vectors};

#[cfg(test)]
mod tests;
