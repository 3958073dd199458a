//! What batch endpoints over HTTP share: how requests are put together, and how answers are read line by line.

use serde_json::Value;

use super::super::answer::Answer;
use super::super::batch::{BatchAnswer, BatchItem, OnAnswer};
use super::super::error::{CallError, CallErrorKind};
use super::assembly::Wire;
use super::connection::Connection;
use crate::http::Header;

/// The most bytes of a batch where the provider takes more: it is put together in memory, and a cut upload begins anew.
pub const MOST_BYTES: usize = 64 << 20;

/// The requests, each as `entry` writes its id and its body, with `between` between two of them.
pub fn entries(
    items: &[BatchItem<'_>],
    between: u8,
    entry: impl Fn(&str, Value) -> Value,
) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    for item in items {
        let body: Value = serde_json::from_slice(&item.prepared.body)
            .map_err(|_| CallError::new(CallErrorKind::Invalid, "a request of the batch is not JSON"))?;
        if !bytes.is_empty() {
            bytes.push(between);
        }
        bytes.extend_from_slice(entry(item.id, body).to_string().as_bytes());
    }
    Ok(bytes)
}

/// The provider's id of what it made.
pub fn id_of(made: &Value) -> Result<String, CallError> {
    made.get("id")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| CallError::new(CallErrorKind::Malformed, "the provider gave no id of what was handed over"))
}

/// What became of the request that a line of the answers names by its `custom_id`.
pub fn answer_to(line: &Value, outcome: Result<Answer, CallError>) -> BatchAnswer {
    BatchAnswer { id: line.get("custom_id").and_then(Value::as_str).unwrap_or("").to_owned(), outcome }
}

impl Connection {
    /// Gets answers, one a line, and hands each on as `read` reads it, without the key where an error repeats it.
    pub async fn answers(
        &self,
        wire: &dyn Wire,
        path: &str,
        headers: &[Header<'_>],
        read: fn(&Value) -> BatchAnswer,
        on_answer: OnAnswer<'_>,
    ) -> Result<(), CallError> {
        let mut on_line = |line: &Value| {
            let BatchAnswer { id, outcome } = read(line);
            on_answer(BatchAnswer { id, outcome: outcome.map_err(|error| self.clean(error)) });
        };
        self.lines(wire, path, headers, &mut on_line).await
    }
}
