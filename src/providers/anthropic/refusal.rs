//! Why a request was refused: `{"type": "error", "error": {"type", "message"}}`.

use serde_json::Value;

use super::super::error::CallErrorKind;
use super::super::remote::Refusal;

/// Reads an error; `status` is 0 inside a stream.
pub(super) fn read(status: u16, body: &Value) -> Refusal {
    let error = body.get("error").unwrap_or(body);
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or("");
    let message = error.as_str().unwrap_or_else(|| text("message")).to_owned();
    Refusal { status, kind: by_words(&message).or_else(|| by_type(text("type"))), message, retry_after: None }
}

/// What the API says under the type `invalid_request_error` and means by itself.
fn by_words(message: &str) -> Option<CallErrorKind> {
    let lower = message.to_ascii_lowercase();
    let says = |words: &str| lower.contains(words);
    if says("credit balance is too low") || says("usage limits") {
        return Some(CallErrorKind::QuotaExhausted);
    }
    if says("prompt is too long") || says("exceed context limit") {
        return Some(CallErrorKind::ContextOverflow);
    }
    says("content filtering policy").then_some(CallErrorKind::ContentFiltered)
}

fn by_type(kind: &str) -> Option<CallErrorKind> {
    Some(match kind {
        "invalid_request_error" | "request_too_large" => CallErrorKind::Invalid,
        "authentication_error" => CallErrorKind::Unauthorized,
        "billing_error" => CallErrorKind::PaymentRequired,
        "permission_error" => CallErrorKind::Forbidden,
        "not_found_error" => CallErrorKind::NoSuchModel,
        "rate_limit_error" => CallErrorKind::RateLimited,
        "overloaded_error" => CallErrorKind::Overloaded,
        "api_error" | "timeout_error" => CallErrorKind::Server,
        _ => return None,
    })
}
