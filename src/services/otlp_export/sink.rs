//! Where spans go.

use crate::domain::cancel::Cancel;
use crate::error::AppError;
use crate::exporters::otlp::OtlpSpan;

/// Takes spans in batches.
pub trait OtlpSink {
    /// Takes a batch; blocks until it is where it belongs.
    fn give(&mut self, spans: &[OtlpSpan], cancel: &Cancel) -> Result<(), AppError>;

    /// Everything has been given.
    fn finish(&mut self) -> Result<Given, AppError>;
}

/// What became of the spans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Spans that the endpoint did not take.
    pub rejected: u64,
    /// What it said of them, without our headers. Untrusted text.
    pub words: Option<String>,
}
