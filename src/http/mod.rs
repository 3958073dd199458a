//! The only place that names the HTTP library: clients, limits, retries and event streams.

mod allowance;
mod breaker;
mod client;
mod error;
mod event_stream;
mod exchange;
mod lane;
mod minute;
mod origin;
mod rate_headers;
mod retry;
mod sse;
mod traffic;
mod width;

pub use breaker::{Breaker, Circuit, Health};
pub use client::{Header, HeaderText, HttpClient, HttpRequest, HttpResponse, HttpSettings, PlainHttp};
pub use error::{HttpError, HttpErrorKind};
pub use event_stream::{EventStream, EventStreamError, MessageKind, StreamMessage};
pub use exchange::exchange;
pub use lane::Held;
pub use minute::RateLimit;
pub use origin::{Origin, is_loopback, proxy_for};
pub use rate_headers::{RateSignal, Remaining};
pub use retry::{Attempts, Decision, Failure, RetryPolicy, parse_retry_after};
pub use sse::{Sse, SseError, SseEvent};
pub use traffic::{Load, Party, Pass, Report, Standing, Ticket, Traffic, Turn};
