//! Why a server of chat completions refused.

use serde_json::Value;

use super::super::error::CallErrorKind;
use super::super::remote::Refusal;

/// Reads an error object: OpenAI's and vLLM's `{message, type, code}`, `LiteLLM`'s with the status as text, `OpenRouter`'s
/// with the words of the provider behind it, Azure's with what its filter found, TGI's and Ollama's plain text.
pub(super) fn read(status: u16, error: &Value, body: &Value) -> Refusal {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut message = error.as_str().map_or_else(|| text(error, "message"), str::to_owned);
    let mut codes = vec![text(error, "code"), text(error, "type"), text(body, "error_type"), text(error, "status")];
    codes.extend(error.pointer("/innererror/code").and_then(Value::as_str).map(str::to_owned));
    if let Some(found) = filtered(error) {
        message = format!("{} ({found})", message.trim_end());
    }
    let metadata = error.get("metadata").unwrap_or(&Value::Null);
    if metadata.get("reasons").is_some_and(Value::is_array) {
        codes.push("content_filter".to_owned());
    }
    if let Some(raw) = metadata.get("raw").and_then(Value::as_str) {
        message = format!("{message}: {raw}");
    }
    // Inside a stream the status was 200; some servers give the real one as the code, as a number or as text.
    let status = match status {
        0 => ["code", "status"].iter().find_map(|field| status_in(error.get(*field)?)).unwrap_or(0),
        other => other,
    };
    Refusal { status, kind: kind(status, &codes, &message), message, retry_after: None }
}

fn status_in(code: &Value) -> Option<u16> {
    let number = code.as_u64().or_else(|| code.as_str().and_then(|text| text.parse().ok()))?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// What Azure's content filter found, such as `violence: medium`.
fn filtered(error: &Value) -> Option<String> {
    let inner = error.get("innererror")?;
    let result = inner.get("content_filter_result").or_else(|| inner.get("content_filter_results"))?;
    let found = result.as_object()?.iter().filter_map(|(category, found)| {
        let hit = found.get("filtered").and_then(Value::as_bool) == Some(true);
        let severity = found.get("severity").and_then(Value::as_str).unwrap_or("detected");
        hit.then(|| format!("{category}: {severity}"))
    });
    let found = found.collect::<Vec<_>>().join(", ");
    (!found.is_empty()).then_some(found)
}

fn kind(status: u16, codes: &[String], message: &str) -> Option<CallErrorKind> {
    let has = |code: &str| codes.iter().any(|known| known == code);
    if ["insufficient_quota", "billing_hard_limit_reached", "budget_exceeded"].iter().any(|code| has(code)) {
        return Some(CallErrorKind::QuotaExhausted);
    }
    if has("context_length_exceeded")
        || has("exceed_context_size_error")
        || message.contains("ContextWindowExceededError")
    {
        return Some(CallErrorKind::ContextOverflow);
    }
    let filtered = ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"];
    if filtered.iter().any(|code| has(code)) || message.contains("ContentPolicyViolationError") {
        return Some(CallErrorKind::ContentFiltered);
    }
    match status {
        // TGI: the generation failed on its side.
        424 if has("generation") || has("incomplete_generation") => Some(CallErrorKind::Server),
        0 if has("rate_limit_exceeded") => Some(CallErrorKind::RateLimited),
        0 if has("overloaded") || has("overloaded_error") => Some(CallErrorKind::Overloaded),
        0 if has("validation") || codes.iter().any(|code| code.starts_with("invalid_")) => Some(CallErrorKind::Invalid),
        _ => None,
    }
}
