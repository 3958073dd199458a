//! Why a request was refused: `{"error": {"code", "message", "status", "details"}}`, in an array where a stream without
//! events was asked for.
//!
//! Source: Google's API design guide, "Errors", and the messages of `google.rpc` in the details.

use std::time::Duration;

use serde_json::Value;

use super::super::error::CallErrorKind;
use super::super::remote::Refusal;

/// The longest wait in seconds that is believed.
const LONGEST_WAIT: f64 = 86_400.0;

/// Reads an error; `status` is 0 inside a stream.
pub(super) fn read(status: u16, body: &Value) -> Refusal {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").unwrap_or(body);
    let text = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or("");
    let message = error.as_str().unwrap_or_else(|| text("message")).to_owned();
    let status = match status {
        0 => error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
        other => other,
    };
    let details = Details(error.get("details").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default());
    let kind = kind(text("status"), &message, &details);
    Refusal { status, kind, message, retry_after: details.retry_delay() }
}

fn kind(status: &str, message: &str, details: &Details<'_>) -> Option<CallErrorKind> {
    let lower = message.to_ascii_lowercase();
    if details.has_reason(&["API_KEY_INVALID", "API_KEY_EXPIRED"]) || lower.contains("api key not valid") {
        return Some(CallErrorKind::Unauthorized);
    }
    if lower.contains("input token count") && lower.contains("exceeds") {
        return Some(CallErrorKind::ContextOverflow);
    }
    Some(match status {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => CallErrorKind::Invalid,
        "UNAUTHENTICATED" => CallErrorKind::Unauthorized,
        "PERMISSION_DENIED" if details.has_reason(&["BILLING_DISABLED"]) => CallErrorKind::PaymentRequired,
        "PERMISSION_DENIED" => CallErrorKind::Forbidden,
        "NOT_FOUND" => CallErrorKind::NoSuchModel,
        "RESOURCE_EXHAUSTED" if details.is_daily() => CallErrorKind::QuotaExhausted,
        "RESOURCE_EXHAUSTED" => CallErrorKind::RateLimited,
        "CANCELLED" | "ABORTED" => CallErrorKind::Conflict,
        "UNAVAILABLE" => CallErrorKind::Overloaded,
        "INTERNAL" | "UNKNOWN" | "DEADLINE_EXCEEDED" => CallErrorKind::Server,
        _ => return None,
    })
}

/// What an error says beside its message; each entry names its type.
struct Details<'a>(&'a [Value]);

impl Details<'_> {
    fn of_type(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |entry| {
            let kind = entry.get("@type").and_then(Value::as_str).unwrap_or("");
            kind.rsplit('.').next() == Some(name)
        })
    }

    fn has_reason(&self, reasons: &[&str]) -> bool {
        let mut said = self.of_type("ErrorInfo").filter_map(|entry| entry.get("reason")?.as_str());
        said.any(|reason| reasons.contains(&reason))
    }

    /// Whether the quota that is used up is one of a day: it does not pass by waiting.
    fn is_daily(&self) -> bool {
        let violations = self.of_type("QuotaFailure").filter_map(|entry| entry.get("violations")?.as_array()).flatten();
        let mut ids = violations.filter_map(|violation| violation.get("quotaId")?.as_str());
        ids.any(|id| id.contains("PerDay"))
    }

    /// `RetryInfo.retryDelay`: seconds as text, such as `38s` or `1.5s`.
    fn retry_delay(&self) -> Option<Duration> {
        let delay = self.of_type("RetryInfo").find_map(|entry| entry.get("retryDelay")?.as_str())?;
        let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
        (0.0..=LONGEST_WAIT).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::CallError;
    use serde_json::json;

    #[test]
    fn details_say_what_a_status_does_not() {
        let error = |status: u16, name: &str, details: Value| {
            let body = json!({"error": {"code": status, "message": "m", "status": name, "details": details}});
            CallError::from(read(status, &body))
        };
        let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38.5s"});
        let limited = error(429, "RESOURCE_EXHAUSTED", json!([retry]));
        assert_eq!(
            (limited.kind, limited.retry_after),
            (CallErrorKind::RateLimited, Some(Duration::from_millis(38_500)))
        );
        let quota = |id: &str| json!([retry, {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": id}]}]);
        let daily = quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
        assert_eq!(error(429, "RESOURCE_EXHAUSTED", daily).kind, CallErrorKind::QuotaExhausted);
        let minute = quota("GenerateRequestsPerMinutePerProjectPerModel");
        assert_eq!(error(429, "RESOURCE_EXHAUSTED", minute).kind, CallErrorKind::RateLimited);
        let key = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]);
        assert_eq!(error(400, "INVALID_ARGUMENT", key).kind, CallErrorKind::Unauthorized);
        let array = json!([{"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}]);
        assert_eq!(CallError::from(read(0, &array)).kind, CallErrorKind::Overloaded);
    }
}
