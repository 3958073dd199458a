//! Failures of all providers in one form.

use serde_json::Value;

use super::super::error::{CallError, CallErrorKind};
use super::assembly::Wire;
use crate::domain::time::{Clock, SystemClock};
use crate::http::{HttpResponse, RateSignal};

/// The most characters of a provider's own words that are kept.
const LONGEST: usize = 600;
/// The most characters that are kept of a body that is no JSON.
const LONGEST_LINE: usize = 200;
/// The largest error body that is read, in bytes.
const ERROR_LIMIT: usize = 64 << 10;

/// What providers say where the input is too long, in lower case.
const OVERFLOW: [&str; 10] = [
    "maximum context length",
    "maximum model length",
    "max_model_len",
    "context size",
    "context window",
    "context length of only",
    "context the overflows",
    "prompt is too long",
    "too many tokens",
    "`inputs` tokens + `max_new_tokens` must be",
];

/// What a provider says of a failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refusal {
    /// The HTTP status; 0 inside a stream that does not say one.
    pub status: u16,
    /// What kind it is, where the provider's own words say more than the status.
    pub kind: Option<CallErrorKind>,
    /// The provider's own words. Untrusted text.
    pub message: String,
    /// When the body says to come back.
    pub retry_after: Option<std::time::Duration>,
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        let kind = refusal.kind.unwrap_or_else(|| by_status(refusal.status, &refusal.message));
        let said: String = refusal.message.trim().chars().take(LONGEST).collect();
        let number = if refusal.status == 0 { String::new() } else { format!(" ({})", refusal.status) };
        let words = if said.is_empty() { String::new() } else { format!(": {said}") };
        let mut error = Self::new(kind, format!("{}{number}{words}", words_of(kind)));
        error.status = (refusal.status != 0).then_some(refusal.status);
        error.retry_after = refusal.retry_after;
        error
    }
}

/// What the headers of an answer say of the provider's limits.
pub(super) fn limits(response: &HttpResponse) -> Option<Box<RateSignal>> {
    RateSignal::read(|name| response.header(name), SystemClock.now()).map(Box::new)
}

/// Reads an answer whose status is not 200.
pub(super) async fn read(wire: &dyn Wire, response: &mut HttpResponse) -> CallError {
    let status = response.status();
    let limits = limits(response);
    let header = |name: &str| response.header(name).map(str::to_owned);
    let should_retry = header("x-should-retry");
    let name = wire.failure_header().and_then(header);
    let bytes = response.whole(ERROR_LIMIT).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(plain(&bytes)));
    let refusal = match name {
        Some(name) => wire.named_refusal(status, &name, &body),
        None => wire.refusal(status, &body),
    };
    let mut error = CallError::from(refusal);
    error.retry_after = limits.as_ref().and_then(|limits| limits.retry_after).or(error.retry_after);
    error.limits = limits;
    if should_retry.as_deref() == Some("false") && error.kind.may_retry() {
        error.kind = CallErrorKind::Invalid;
    }
    error
}

/// The words of a body that is no JSON: its first line, and nothing of a page.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim().lines().next().unwrap_or_default();
    if line.starts_with('<') { String::new() } else { line.chars().take(LONGEST_LINE).collect() }
}

/// What a kind of failure is called.
fn words_of(kind: CallErrorKind) -> &'static str {
    match kind {
        CallErrorKind::RateLimited => "too many requests",
        CallErrorKind::QuotaExhausted => "the quota of this key is used up",
        CallErrorKind::Unauthorized => "the key is missing or refused",
        CallErrorKind::Forbidden => "the key may not do this",
        CallErrorKind::PaymentRequired => "the provider wants to be paid first",
        CallErrorKind::ContextOverflow => "the input is longer than the model takes",
        CallErrorKind::NoSuchModel => "the provider has no such model or address",
        CallErrorKind::ContentFiltered => "the provider's content filter refused it",
        CallErrorKind::Overloaded => "the provider is overloaded",
        CallErrorKind::Server => "the provider failed",
        CallErrorKind::Conflict => "the provider asks to try again",
        _ => "the provider refused the request",
    }
}

/// The kind that a status alone tells, with the words that providers use where the input is too long.
fn by_status(status: u16, said: &str) -> CallErrorKind {
    let lower = said.to_ascii_lowercase();
    let overflow = OVERFLOW.iter().any(|words| lower.contains(words));
    match status {
        400 | 413 | 422 | 500 | 0 if overflow => CallErrorKind::ContextOverflow,
        // llama.cpp, of pictures and sound that the model does not take: asking again would mend nothing.
        500 if lower.contains("input is not supported") => CallErrorKind::Invalid,
        401 => CallErrorKind::Unauthorized,
        402 => CallErrorKind::PaymentRequired,
        403 => CallErrorKind::Forbidden,
        404 => CallErrorKind::NoSuchModel,
        408 | 409 => CallErrorKind::Conflict,
        429 => CallErrorKind::RateLimited,
        503 | 529 => CallErrorKind::Overloaded,
        0 | 500..=599 => CallErrorKind::Server,
        _ => CallErrorKind::Invalid,
    }
}
