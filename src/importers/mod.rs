//! Readers of recorded traces: whatever the format, out come spans in the one model.

mod batch;
pub mod container;
mod giant;
pub mod otlp;
mod pool;
pub mod prompts;
pub mod provider_request;
mod raw;
mod records;
pub mod retrieval;
mod scores;
mod semconv;

pub use crate::domain::patch::SpanPatch;
pub use batch::{Batch, BatchSink, ImportError, Importer, Input, SinkClosed, Skipped};

/// Every importer, in the order in which their signs are looked for; one line adds one.
pub static IMPORTERS: &[&dyn Importer] = &[&otlp::OtlpJson, &otlp::OtlpProtobuf, &scores::Scores];

/// The importer of that name, for a format that was named by the user.
pub fn by_name(name: &str) -> Option<&'static dyn Importer> {
    IMPORTERS.iter().copied().find(|importer| importer.name().eq_ignore_ascii_case(name))
}

/// The first importer that recognises the beginning of a file, decompressed and without a byte order mark.
pub fn recognise(head: &[u8]) -> Option<&'static dyn Importer> {
    IMPORTERS.iter().copied().find(|importer| importer.sniff(head))
}
