//! Why Bedrock refused.

use serde_json::Value;

use super::super::error::CallErrorKind;
use super::super::remote::Refusal;

/// Words of a validation failure that mean that the input is too long, in lower case.
const TOO_LONG: [&str; 6] = [
    "input is too long",
    "prompt is too long",
    "too many input tokens",
    "input length",
    "context window",
    "maximum context length",
];
/// Words of a validation failure that mean that the model cannot be asked in this way at all, in lower case.
const NO_MODEL: [&str; 4] =
    ["model identifier is invalid", "on-demand throughput", "inference profile", "doesn't support the model"];
/// Where a refused signature begins to repeat what was signed: the session's token is in it.
const SIGNED: &str = "The Canonical String";

/// Reads a failure: the type in the header `x-amzn-errortype` or the body's `__type`, or the name of an exception.
pub(super) fn read(status: u16, name: Option<&str>, body: &Value) -> Refusal {
    let text = |field: &str| body.get(field).and_then(Value::as_str);
    let named = name.or_else(|| text("__type")).unwrap_or_default();
    // `ValidationException:http://internal.amazon.com/…`, and `com.amazon.coral.service#ValidationException`.
    let named = named.split(':').next().unwrap_or_default();
    let named = named.rsplit('#').next().unwrap_or_default();
    let said = text("message").or_else(|| text("Message")).or_else(|| body.as_str()).unwrap_or_default();
    let message = said.split(SIGNED).next().unwrap_or_default().trim().to_owned();
    Refusal { status, kind: kind(named, &message), message, retry_after: None }
}

/// The kind that a type tells; names of exceptions inside a stream begin with a small letter.
fn kind(named: &str, message: &str) -> Option<CallErrorKind> {
    let lower = message.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let known = match named.to_ascii_lowercase().as_str() {
        "throttlingexception" | "toomanyrequestsexception" if lower.contains("per day") => {
            CallErrorKind::QuotaExhausted
        }
        "throttlingexception" | "toomanyrequestsexception" => CallErrorKind::RateLimited,
        "servicequotaexceededexception" => CallErrorKind::QuotaExhausted,
        "modelnotreadyexception" | "serviceunavailableexception" => CallErrorKind::Overloaded,
        "accessdeniedexception" => CallErrorKind::Forbidden,
        "unrecognizedclientexception"
        | "invalidsignatureexception"
        | "incompletesignatureexception"
        | "missingauthenticationtokenexception"
        | "expiredtokenexception" => CallErrorKind::Unauthorized,
        "resourcenotfoundexception" => CallErrorKind::NoSuchModel,
        "validationexception" if has(&TOO_LONG) => CallErrorKind::ContextOverflow,
        "validationexception" if has(&NO_MODEL) => CallErrorKind::NoSuchModel,
        "validationexception" => CallErrorKind::Invalid,
        "modeltimeoutexception" => CallErrorKind::Conflict,
        "internalserverexception" | "modelerrorexception" | "modelstreamerrorexception" | "internalfailure" => {
            CallErrorKind::Server
        }
        _ => return None,
    };
    Some(known)
}
