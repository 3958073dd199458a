//! Why a server of chat completions refused.

use serde_json::Value;

use super::super::error::{CallError, CallErrorKind};
use crate::domain::time::{Clock, SystemClock};
use crate::http::{HttpResponse, parse_retry_after};

/// The most characters of a provider's own words that are kept.
const LONGEST: usize = 600;

/// Reads an answer whose status is not 200.
pub(super) async fn read(response: &mut HttpResponse, limit: usize) -> CallError {
    let status = response.status();
    let header = |name: &str| response.header(name).map(str::to_owned);
    let (ms, seconds, should_retry) = (header("retry-after-ms"), header("retry-after"), header("x-should-retry"));
    let bytes = response.whole(limit).await.unwrap_or_default();
    let body: Value =
        serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    let mut error = from_body(status, body.get("error").unwrap_or(&body), &body);
    error.retry_after = parse_retry_after(ms.as_deref(), seconds.as_deref(), SystemClock.now());
    if should_retry.as_deref() == Some("false") && error.kind.may_retry() {
        error.kind = CallErrorKind::Invalid;
    }
    error
}

/// Reads an error object: OpenAI's and vLLM's `{message, type, code}`, TGI's and Ollama's plain text.
pub(super) fn from_body(status: u16, error: &Value, body: &Value) -> CallError {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let said = error.as_str().map_or_else(|| text(error, "message"), str::to_owned);
    let codes = [text(error, "code"), text(error, "type"), text(body, "error_type")];
    // Inside a stream the status was 200; some servers give the real one as the code.
    let status = match status {
        200 => error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
        other => other,
    };
    let kind = kind(status, &codes, &said);
    let said: String = said.trim().chars().take(LONGEST).collect();
    let head = match kind {
        CallErrorKind::RateLimited => "too many requests",
        CallErrorKind::QuotaExhausted => "the quota of this key is used up",
        CallErrorKind::Unauthorized => "the key is missing or refused",
        CallErrorKind::PaymentRequired => "the provider wants to be paid first",
        CallErrorKind::ContextOverflow => "the input is longer than the model takes",
        CallErrorKind::NoSuchModel => "the provider has no such model or address",
        CallErrorKind::Server => "the provider failed",
        CallErrorKind::Conflict => "the provider asks to try again",
        _ => "the provider refused the request",
    };
    let number = if status == 0 { String::new() } else { format!(" ({status})") };
    let words = if said.is_empty() { String::new() } else { format!(": {said}") };
    let mut mapped = CallError::new(kind, format!("{head}{number}{words}"));
    mapped.status = (status != 0).then_some(status);
    mapped
}

fn kind(status: u16, codes: &[String], said: &str) -> CallErrorKind {
    let has = |code: &str| codes.iter().any(|known| known == code);
    let lower = said.to_ascii_lowercase();
    let overflow = has("context_length_exceeded")
        || has("exceed_context_size_error")
        || lower.contains("maximum context length")
        || lower.contains("context size")
        || lower.contains("context window");
    match status {
        _ if has("insufficient_quota") || has("billing_hard_limit_reached") => CallErrorKind::QuotaExhausted,
        400 | 413 | 422 | 500 | 0 if overflow => CallErrorKind::ContextOverflow,
        401 | 403 => CallErrorKind::Unauthorized,
        402 => CallErrorKind::PaymentRequired,
        404 => CallErrorKind::NoSuchModel,
        408 | 409 => CallErrorKind::Conflict,
        429 => CallErrorKind::RateLimited,
        0 if has("rate_limit_exceeded") => CallErrorKind::RateLimited,
        0 if has("invalid_request_error") => CallErrorKind::Invalid,
        0 | 500..=599 => CallErrorKind::Server,
        _ => CallErrorKind::Invalid,
    }
}
