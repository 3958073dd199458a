//! Spans to an endpoint: batches over HTTP, sent again where the protocol says so.

use std::io::Write as _;
use std::time::Duration;

use flate2::write::GzEncoder;
use secrecy::ExposeSecret;
use serde_json::json;

use super::export::resource;
use super::reply;
use super::sink::{Given, OtlpSink};
use super::target::{Compression, Encoding, EndpointOrder, TRACES};
use crate::domain::cancel::Cancel;
use crate::domain::time::{Clock, SystemClock};
use crate::error::{AppError, ErrorKind};
use crate::exporters::otlp::{OtlpSpan, request, resource_spans};
use crate::http::{
    Attempts, Decision, Failure, Header, HeaderText, HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpSettings,
    RetryPolicy, parse_retry_after,
};

/// The longest wait at the endpoint's word.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How often a wait looks whether it is to end.
const TICK: Duration = Duration::from_millis(50);
/// The largest answer that is read, in bytes.
const ANSWER: usize = 64 << 10;
/// The most characters of the endpoint's own words.
const LONGEST_WORDS: usize = 200;
/// A piece of a header as short as this is not looked for in words.
const SHORTEST_PIECE: usize = 6;

/// Sends spans to an endpoint.
pub struct Endpoint {
    client: HttpClient,
    order: EndpointOrder,
    policy: RetryPolicy,
    runtime: tokio::runtime::Runtime,
    given: Given,
}

/// Why a batch was not taken.
struct Refused {
    error: AppError,
    failure: Failure,
    told: Option<Duration>,
}

impl Endpoint {
    /// An endpoint with a policy of sending again.
    pub fn open(order: EndpointOrder, policy: RetryPolicy) -> Result<Self, AppError> {
        let settings = HttpSettings { plain_http: order.plain_http, ..HttpSettings::default() };
        let client = HttpClient::new(&order.base, settings).map_err(|error| refused_address(&error))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| AppError::internal(format!("cannot start the network: {error}")))?;
        Ok(Self { client, order, policy, runtime, given: Given::default() })
    }

    /// Where it is: scheme, host and port.
    pub fn origin(&self) -> String {
        self.client.origin().to_string()
    }

    fn body(&self, spans: &[OtlpSpan]) -> Result<Vec<u8>, AppError> {
        let version = env!("CARGO_PKG_VERSION");
        let body = match self.order.encoding {
            Encoding::Protobuf => request(spans, &resource(), version),
            Encoding::Json => {
                json!({"resourceSpans": [resource_spans(spans, &resource(), version)]}).to_string().into_bytes()
            }
        };
        if self.order.compression == Compression::None {
            return Ok(body);
        }
        let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed
            .write_all(&body)
            .and_then(|()| packed.finish())
            .map_err(|error| AppError::internal(format!("the spans cannot be compressed: {error}")))
    }

    async fn send(&self, body: Vec<u8>) -> Result<Given, Refused> {
        let kind = match self.order.encoding {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        };
        let mut headers = vec![Header { name: "content-type", value: HeaderText::Plain(kind) }];
        if self.order.compression == Compression::Gzip {
            headers.push(Header { name: "content-encoding", value: HeaderText::Plain("gzip") });
        }
        let own = self.order.headers.iter();
        headers.extend(own.map(|(name, value)| Header { name, value: HeaderText::Secret(value) }));
        let request = HttpRequest { path: TRACES, body: Some(body), headers: &headers };
        let mut response = self.client.send(request).await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        let after = parse_retry_after(None, response.header("retry-after"), SystemClock.now());
        let answer = response.whole(ANSWER).await.unwrap_or_default();
        if (200..300).contains(&status) {
            return Ok(reply::partial_success(&answer, self.order.encoding));
        }
        let words = reply::refusal(&answer, self.order.encoding).map(|words| format!(": {}", self.clean(&words)));
        let error = AppError::provider(format!(
            "the endpoint {} refused the spans ({status}){}",
            self.origin(),
            words.unwrap_or_default()
        ));
        let failure = match status {
            429 => Failure::RateLimited,
            502..=504 => Failure::Passing,
            _ => Failure::Final,
        };
        let error = match status {
            401 | 403 => error.hint("set its key in OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Bearer%20KEY"),
            404 => error.hint("the address is the one before /v1/traces"),
            _ => error,
        };
        Err(Refused { error, failure, told: after.filter(|_| failure != Failure::Final) })
    }

    /// The endpoint's words, short, and without what our headers say.
    fn clean(&self, words: &str) -> String {
        let mut clean = words.to_owned();
        for (_, value) in &self.order.headers {
            for piece in value.expose_secret().split_whitespace().filter(|piece| piece.len() >= SHORTEST_PIECE) {
                clean = clean.replace(piece, "[header]");
            }
        }
        clean.chars().take(LONGEST_WORDS).collect()
    }

    async fn send_until_taken(&self, body: Vec<u8>, cancel: &Cancel) -> Result<Given, AppError> {
        let mut attempts = Attempts::default();
        loop {
            let refused = tokio::select! {
                sent = self.send(body.clone()) => match sent {
                    Ok(given) => return Ok(given),
                    Err(refused) => refused,
                },
                () = until(cancel) => return Err(stopped()),
            };
            let pause = match self.policy.decide(&mut attempts, refused.failure, refused.told, random()) {
                Decision::Again(pause) => pause,
                Decision::AsTold(wait) if wait <= LONGEST_WAIT => wait,
                Decision::AsTold(wait) => {
                    return Err(refused.error.hint(format!("it asks to come back in {} s", wait.as_secs())));
                }
                Decision::GiveUp => return Err(refused.error),
            };
            tracing::debug!(pause_ms = pause.as_millis(), "spans are sent again");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = until(cancel) => return Err(stopped()),
            }
        }
    }
}

impl OtlpSink for Endpoint {
    fn give(&mut self, spans: &[OtlpSpan], cancel: &Cancel) -> Result<(), AppError> {
        let body = self.body(spans)?;
        let given = self.runtime.block_on(self.send_until_taken(body, cancel))?;
        self.given.rejected += given.rejected;
        self.given.words = self.given.words.take().or(given.words.map(|words| self.clean(&words)));
        Ok(())
    }

    fn finish(&mut self) -> Result<Given, AppError> {
        Ok(std::mem::take(&mut self.given))
    }
}

async fn until(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(TICK).await;
    }
}

fn stopped() -> AppError {
    AppError::new(ErrorKind::Interrupted, "the export was stopped; batches that were sent stay there")
}

fn refused_address(error: &HttpError) -> AppError {
    let refused = AppError::usage(format!("the endpoint cannot be used: {error}"));
    if error.kind == HttpErrorKind::NotAllowed {
        return refused.hint("plain http beyond this machine is readable on the way: use https, or say --allow-http");
    }
    refused
}

fn unreachable(error: &HttpError) -> Refused {
    let passing = matches!(
        error.kind,
        HttpErrorKind::Connect
            | HttpErrorKind::ConnectTimeout
            | HttpErrorKind::FirstByteTimeout
            | HttpErrorKind::IdleTimeout
            | HttpErrorKind::Broken
    );
    Refused {
        error: AppError::provider(format!("the spans were not sent: {error}")),
        failure: if passing { Failure::Passing } else { Failure::Final },
        told: None,
    }
}

/// A number from 0 to 1, from the keys that the standard library draws for each hasher.
fn random() -> f64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let drawn = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}
