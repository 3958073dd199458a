//! The typed rows that queries return.

mod index;
mod runs;
mod sources;
mod telemetry;
mod traces;

pub use index::{CheckReport, Difference, IndexSize, IndexState, RebuildProgress};
pub use runs::{RunRow, RunSnapshot, StoredResult};
pub use sources::{ImportCounts, PriceEntry, PromptVersionEntry, SkippedRow, SourceCounts, SourceRow};
pub use telemetry::{Figures, ModelFigures, Telemetry, TimeFigures};
pub(super) use traces::SortValue;
pub use traces::{PageKey, SessionPlace, SessionRow, SortDirection, TraceDetail, TracePage, TraceRow, TraceSortField};
