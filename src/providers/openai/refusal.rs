//! Why a server of chat completions refused.

use serde_json::Value;

use super::super::error::CallErrorKind;
use super::super::remote::Refusal;

/// Reads an error object: OpenAI's and vLLM's `{message, type, code}`, TGI's and Ollama's plain text.
pub(super) fn read(status: u16, error: &Value, body: &Value) -> Refusal {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let message = error.as_str().map_or_else(|| text(error, "message"), str::to_owned);
    let codes = [text(error, "code"), text(error, "type"), text(body, "error_type"), text(error, "status")];
    // Inside a stream the status was 200; some servers give the real one as the code.
    let status = match status {
        0 => error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
        other => other,
    };
    Refusal { status, kind: kind(status, &codes), message, retry_after: None }
}

fn kind(status: u16, codes: &[String]) -> Option<CallErrorKind> {
    let has = |code: &str| codes.iter().any(|known| known == code);
    if has("insufficient_quota") || has("billing_hard_limit_reached") {
        return Some(CallErrorKind::QuotaExhausted);
    }
    if has("context_length_exceeded") || has("exceed_context_size_error") {
        return Some(CallErrorKind::ContextOverflow);
    }
    if has("content_filter") || has("content_policy_violation") {
        return Some(CallErrorKind::ContentFiltered);
    }
    match status {
        0 if has("rate_limit_exceeded") => Some(CallErrorKind::RateLimited),
        0 if has("invalid_request_error") => Some(CallErrorKind::Invalid),
        0 if has("overloaded") || has("overloaded_error") => Some(CallErrorKind::Overloaded),
        _ => None,
    }
}
