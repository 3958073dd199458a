//! Message Batches: all requests up in one document, the answers down one a line, in any order.
//!
//! Source: Anthropic API reference, Message Batches (`POST /v1/messages/batches`, `GET /v1/messages/batches/{id}`, its
//! `results_url`, `POST /v1/messages/batches/{id}/cancel`), and its guide to batch processing.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::super::batch::{BatchAnswer, BatchEndpoint, BatchItem, BatchProgress, BatchSize, OnAnswer};
use super::super::error::{CallError, CallErrorKind};
use super::super::keyed::Keyed;
use super::super::remote::{MOST_BYTES, Wire, answer_to, entries, id_of, path_segment};
use super::provider::Anthropic;
use super::wire::MessagesWire;

impl BatchEndpoint for Anthropic {
    fn most(&self) -> BatchSize {
        // The API takes 256 MB.
        BatchSize { requests: 100_000, bytes: MOST_BYTES }
    }

    fn submit<'a>(&'a self, items: &'a [BatchItem<'a>]) -> BoxFuture<'a, Result<String, CallError>> {
        Box::pin(async move {
            let mut body = br#"{"requests":["#.to_vec();
            body.extend(entries(items, b',', |id, params| json!({"custom_id": id, "params": params}))?);
            body.extend_from_slice(b"]}");
            id_of(&self.connection.post(&MessagesWire, &self.batches_path(""), &self.headers(), body).await?)
        })
    }

    fn progress<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<BatchProgress, CallError>> {
        Box::pin(async move { Ok(progress(&self.batch(batch).await?)) })
    }

    fn collect<'a>(&'a self, batch: &'a str, on_answer: OnAnswer<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            let told = self.batch(batch).await?;
            let said = told.get("results_url").and_then(Value::as_str);
            if said.is_none() && told.get("archived_at").is_some_and(Value::is_string) {
                return Err(CallError::new(
                    CallErrorKind::Malformed,
                    "the provider keeps the answers of a batch for 29 days and does not give these any more",
                ));
            }
            // The key goes to the provider's own origin only. Where the batch names another, as behind a gateway, the
            // answers are asked for at the address that the reference gives.
            let named = said.and_then(|url| self.connection.beside(url).ok());
            let own = named.filter(|there| there.origin() == self.connection.origin());
            let headers = self.headers();
            if let Some(there) = own {
                return there.answers(&MessagesWire, "", &headers, answer, on_answer).await;
            }
            let path = self.batches_path(&format!("/{}/results", path_segment(batch)));
            self.connection.answers(&MessagesWire, &path, &headers, answer, on_answer).await
        })
    }

    fn cancel<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            let path = self.batches_path(&format!("/{}/cancel", path_segment(batch)));
            self.connection.post(&MessagesWire, &path, &self.headers(), b"{}".to_vec()).await.map(drop)
        })
    }
}

impl Anthropic {
    fn batches_path(&self, rest: &str) -> String {
        format!("{}/messages/batches{rest}", self.prefix)
    }

    async fn batch(&self, batch: &str) -> Result<Value, CallError> {
        let path = self.batches_path(&format!("/{}", path_segment(batch)));
        self.connection.get(&MessagesWire, &path, &self.headers()).await
    }
}

/// How a batch stands; it is over when none of its requests is at work any more, `canceling` is not over yet.
fn progress(batch: &Value) -> BatchProgress {
    let count = |name: &str| batch.pointer(&format!("/request_counts/{name}")).and_then(Value::as_u64).unwrap_or(0);
    let done = ["succeeded", "errored", "canceled", "expired"].map(count).into_iter().fold(0, u64::saturating_add);
    BatchProgress {
        over: batch.get("processing_status").and_then(Value::as_str) == Some("ended"),
        done,
        total: done.saturating_add(count("processing")),
    }
}

/// Reads a line of the answers. Only what succeeded is billed.
fn answer(line: &Value) -> BatchAnswer {
    let result = line.get("result").unwrap_or(&Value::Null);
    // Both are as if the request had never been sent, and it may be sent again.
    let unasked = |why: &str| Err(CallError::new(CallErrorKind::Conflict, why));
    let outcome = match (result.get("type").and_then(Value::as_str), result.get("message")) {
        (Some("succeeded"), Some(message)) => MessagesWire.whole(message),
        (Some("errored"), _) => Err(MessagesWire.refusal(0, result.get("error").unwrap_or(&Value::Null)).into()),
        (Some("expired"), _) => unasked("the batch expired after 24 hours, before this request was answered"),
        (Some("canceled"), _) => unasked("the batch was cancelled before this request was answered"),
        _ => Err(CallError::new(CallErrorKind::Malformed, "the batch gives neither answer nor error")),
    };
    answer_to(line, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(result: &Value) -> Result<String, (CallErrorKind, String)> {
        let read = answer(&json!({"custom_id": "r-1", "result": result}));
        assert_eq!(read.id, "r-1");
        read.outcome.map(|answer| answer.text).map_err(|error| (error.kind, error.message))
    }

    #[test]
    fn every_outcome_of_a_line() {
        let message = json!({"content": [{"type": "text", "text": "Yes."}], "stop_reason": "end_turn"});
        assert_eq!(read(&json!({"type": "succeeded", "message": message})).unwrap(), "Yes.");
        let error =
            json!({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too large"}});
        let (kind, words) = read(&json!({"type": "errored", "error": error})).unwrap_err();
        assert!(kind == CallErrorKind::Invalid && words.contains("max_tokens: too large"), "{words}");
        let bare = json!({"type": "overloaded_error", "message": "busy"});
        assert_eq!(read(&json!({"type": "errored", "error": bare})).unwrap_err().0, CallErrorKind::Overloaded);
        assert!(read(&json!({"type": "expired"})).unwrap_err().1.contains("expired after 24 hours"));
        assert!(read(&json!({"type": "canceled"})).unwrap_err().1.contains("was cancelled"));
        for odd in [json!({"type": "succeeded"}), json!({"type": "later"}), json!(null)] {
            assert_eq!(read(&odd).unwrap_err().0, CallErrorKind::Malformed, "{odd}");
        }
    }

    #[test]
    fn a_batch_that_is_being_cancelled_is_not_over() {
        let counts = json!({"processing": 1, "succeeded": 2, "errored": 3, "canceled": 4, "expired": 5});
        let batch = |status: &str| progress(&json!({"processing_status": status, "request_counts": counts}));
        assert_eq!(batch("ended"), BatchProgress { over: true, done: 14, total: 15 });
        assert!(!batch("canceling").over && !batch("in_progress").over);
    }
}
