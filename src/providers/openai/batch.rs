//! OpenAI's batches: a file of requests up, a batch over it, a file of answers down.
//!
//! Source: OpenAI API reference, Files and Batches (`POST /files`, `POST /batches`, `GET /batches/{id}`,
//! `GET /files/{id}/content`).

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::super::batch::{BatchAnswer, BatchEndpoint, BatchItem, BatchProgress, BatchSize, OnAnswer};
use super::super::error::{CallError, CallErrorKind};
use super::super::keyed::Keyed;
use super::super::remote::{MOST_BYTES, Wire, answer_to, entries, id_of, path_segment};
use super::chat::ChatWire;
use super::provider::OpenAi;
use crate::http::{Header, HeaderText};

/// What separates the parts of an upload: random, and far from anything in a JSON document.
const BOUNDARY: &str = "hindcast-7f1c3b0d9a5e4c62";

impl BatchEndpoint for OpenAi {
    fn most(&self) -> BatchSize {
        // The API takes 200 MB.
        BatchSize { requests: 50_000, bytes: MOST_BYTES }
    }

    fn submit<'a>(&'a self, items: &'a [BatchItem<'a>]) -> BoxFuture<'a, Result<String, CallError>> {
        Box::pin(async move {
            let lines = entries(
                items,
                b'\n',
                |id, body| json!({"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body}),
            )?;
            // A file alone is never billed: what became of it does not matter, and it may be sent again.
            let file = self.upload(lines).await.map_err(|error| match error.kind {
                CallErrorKind::NoAnswer => CallError { kind: CallErrorKind::Conflict, ..error },
                _ => error,
            })?;
            let body = json!({"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"});
            let body = body.to_string().into_bytes();
            id_of(&self.connection.post(&ChatWire, "/batches", &self.headers(), body).await?)
        })
    }

    fn progress<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<BatchProgress, CallError>> {
        Box::pin(async move {
            let batch = self.batch(batch).await?;
            let count = |name: &str| batch.pointer(name).and_then(Value::as_u64).unwrap_or(0);
            let over = matches!(
                batch.get("status").and_then(Value::as_str),
                Some("completed" | "failed" | "expired" | "cancelled")
            );
            let done = count("/request_counts/completed") + count("/request_counts/failed");
            Ok(BatchProgress { over, done, total: count("/request_counts/total") })
        })
    }

    fn collect<'a>(&'a self, batch: &'a str, on_answer: OnAnswer<'a>) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            let batch = self.batch(batch).await?;
            let said = batch.pointer("/errors/data/0/message").and_then(Value::as_str);
            let files = ["output_file_id", "error_file_id"].map(|name| batch.get(name).and_then(Value::as_str));
            if files == [None, None] {
                let why = said.unwrap_or("it gives no answers and no reason");
                return Err(CallError::new(CallErrorKind::Invalid, format!("the batch was refused: {why}")));
            }
            for file in files.into_iter().flatten() {
                let path = format!("/files/{}/content", path_segment(file));
                self.connection.answers(&ChatWire, &path, &self.headers(), answer, &mut *on_answer).await?;
            }
            Ok(())
        })
    }

    fn cancel<'a>(&'a self, batch: &'a str) -> BoxFuture<'a, Result<(), CallError>> {
        Box::pin(async move {
            let path = format!("/batches/{}/cancel", path_segment(batch));
            self.connection.post(&ChatWire, &path, &self.headers(), b"{}".to_vec()).await.map(drop)
        })
    }
}

impl OpenAi {
    /// Uploads a file of requests; gives its id.
    async fn upload(&self, lines: Vec<u8>) -> Result<String, CallError> {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--{BOUNDARY}\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"requests.jsonl\"\r\n\
             Content-Type: application/jsonl\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(&lines);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let mut headers = self.headers();
        headers.push(Header { name: "content-type", value: HeaderText::Plain(&kind) });
        id_of(&self.connection.post(&ChatWire, "/files", &headers, body).await?)
    }

    async fn batch(&self, batch: &str) -> Result<Value, CallError> {
        self.connection.get(&ChatWire, &format!("/batches/{}", path_segment(batch)), &self.headers()).await
    }
}

/// Reads a line of the answers: a response with status and body, or an error.
fn answer(line: &Value) -> BatchAnswer {
    let status =
        line.pointer("/response/status_code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let error = line.get("error").filter(|error| !error.is_null());
    let outcome = match (line.pointer("/response/body"), error) {
        (Some(body), None) if status == Some(200) => ChatWire.whole(body),
        (Some(body), None) => Err(ChatWire.refusal(status.unwrap_or(0), body).into()),
        (_, Some(error)) => Err(ChatWire.refusal(0, error).into()),
        (None, None) => Err(CallError::new(CallErrorKind::Malformed, "the batch gives neither answer nor error")),
    };
    answer_to(line, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_errors_of_a_line() {
        let good = json!({"custom_id": "r-1", "response": {"status_code": 200, "body": {"choices": [
            {"message": {"content": "Yes."}, "finish_reason": "stop"}]}}, "error": null});
        let read = answer(&good);
        assert_eq!((read.id.as_str(), read.outcome.unwrap().text.as_str()), ("r-1", "Yes."));
        let limited =
            json!({"custom_id": "r-2", "response": {"status_code": 429, "body": {"error": {"message": "slow"}}}});
        assert_eq!(answer(&limited).outcome.unwrap_err().kind, CallErrorKind::RateLimited);
        let expired =
            json!({"custom_id": "r-3", "response": null, "error": {"code": "batch_expired", "message": "late"}});
        assert!(answer(&expired).outcome.unwrap_err().message.contains("late"));
    }
}
