//! What an endpoint says of a batch.

use serde_json::Value;

use super::sink::Given;
use super::target::Encoding;
use crate::importers::otlp::wire::Fields;

/// Reads an `ExportTraceServiceResponse`: spans may be refused although the request was taken.
pub(super) fn partial_success(body: &[u8], encoding: Encoding) -> Given {
    match encoding {
        Encoding::Json => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let partial = body.get("partialSuccess").unwrap_or(&Value::Null);
            let rejected = partial.get("rejectedSpans").unwrap_or(&Value::Null);
            let count = rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok());
            let words = partial.get("errorMessage").and_then(Value::as_str);
            given(count.unwrap_or(0), words)
        }
        Encoding::Protobuf => {
            let partial = Fields::of(body).flatten().find(|(number, _)| *number == 1).map(|(_, value)| value.bytes());
            let (mut count, mut words) = (0, None);
            for (number, value) in Fields::of(partial.unwrap_or_default()).flatten() {
                match number {
                    1 => count = value.number(),
                    2 => words = Some(value.text()),
                    _ => {}
                }
            }
            given(count, words.as_deref())
        }
    }
}

fn given(rejected: u64, words: Option<&str>) -> Given {
    Given { rejected, words: words.map(str::to_owned).filter(|words| !words.is_empty()) }
}

/// The words of a refusal: the message of a `google.rpc.Status`, in the encoding of the request.
pub(super) fn refusal(body: &[u8], encoding: Encoding) -> Option<String> {
    let words = match encoding {
        Encoding::Json => {
            let body: Value = serde_json::from_slice(body).ok()?;
            body.get("message").and_then(Value::as_str).map(str::to_owned)
        }
        Encoding::Protobuf => {
            let found = Fields::of(body).flatten().find(|(number, _)| *number == 2)?.1;
            std::str::from_utf8(found.bytes()).ok().map(str::to_owned)
        }
    };
    words.filter(|words| !words.is_empty())
}
