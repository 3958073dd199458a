//! The only place that names the HTTP library: clients, limits, retries and event streams.

mod breaker;
mod client;
mod error;
mod event_stream;
mod exchange;
mod limit;
mod origin;
mod retry;
mod sse;

pub use breaker::{Breaker, Gate, Health};
pub use client::{Header, HeaderText, HttpClient, HttpRequest, HttpResponse, HttpSettings, PlainHttp};
pub use error::{HttpError, HttpErrorKind};
pub use event_stream::{EventStream, EventStreamError, MessageKind, StreamMessage};
pub use exchange::exchange;
pub use limit::{Limits, Pass, RateLimit};
pub use origin::{Origin, is_loopback, proxy_for};
pub use retry::{Attempts, Decision, Failure, RetryPolicy, parse_retry_after};
pub use sse::{Sse, SseError, SseEvent};
