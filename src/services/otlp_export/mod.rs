//! Gives a replay to whatever reads OpenTelemetry: a file, or an endpoint.

mod endpoint;
mod export;
mod file;
mod names;
mod reply;
mod sink;
mod target;

pub use endpoint::Endpoint;
pub use export::{Exported, export, resend, resource};
pub use file::{FileFormat, FileSink};
pub use sink::{Given, OtlpSink};
pub use target::{EndpointOrder, NoEndpoint, PlainRule};
