//! What is asked of a model, in one form for all providers.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::answer::Answer;
use super::error::{CallError, ProviderError};
use super::recorded::ToolNames;
use super::remote::without_request;
use crate::domain::canonical_json::canonical_json;
use crate::domain::chunk::Chunk;
use crate::domain::message::Message;
use crate::domain::run::Case;

/// What a model is known to refuse; from its price row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it takes temperature, `top_p`, `top_k` and penalties.
    pub sampling_params: Support,
    /// Whether it takes a forced tool choice.
    pub forced_tool_use: Support,
    /// The most output tokens it gives, where that is known: for APIs that want a limit in every request.
    pub max_output: Option<u64>,
}

impl Default for Abilities {
    fn default() -> Self {
        Self { sampling_params: Support::Taken, forced_tool_use: Support::Taken, max_output: None }
    }
}

/// Whether a model takes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Taken, or not known to be refused.
    Taken,
    /// Known to be refused.
    Refused,
}

impl From<bool> for Support {
    fn from(taken: bool) -> Self {
        if taken { Self::Taken } else { Self::Refused }
    }
}

/// How an answer is to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// In pieces, as it is made.
    #[default]
    Streamed,
    /// At once.
    Whole,
}

/// A call to a model before a provider has put it into its own form.
#[derive(Clone, Debug)]
pub struct Request {
    /// The model's name as the provider knows it.
    pub model: String,
    /// The messages to send.
    pub messages: Vec<Message>,
    /// The recorded parameters, named as in OpenAI's chat API where they have a counterpart there.
    pub parameters: Map<String, Value>,
    /// Parameters that the user set over them.
    pub set: Map<String, Value>,
    /// Tool definitions as recorded: a JSON array.
    pub tools: Option<Value>,
    /// The most output tokens, reasoning included, that the answer may have; `None` leaves it to the model.
    pub max_output: Option<u64>,
    /// What the model is known to refuse.
    pub abilities: Abilities,
    /// How the answer is to come.
    pub delivery: Delivery,
    /// The case that is replayed: the built-in models answer from it. Nothing of it is sent anywhere.
    pub case: Arc<Case>,
    /// The case's chunks after edits.
    pub chunks: Vec<Chunk>,
}

/// A request in a provider's own form, ready to be sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The model's name as the provider knows it.
    pub model: String,
    /// The body, byte for byte as it is sent.
    pub body: Vec<u8>,
    /// What of the recording is not sent, with the reason, for the record.
    pub dropped: Vec<String>,
    /// How the answer is to come.
    pub delivery: Delivery,
    /// The tools that are sent under other names than the recorded ones.
    pub(super) names: ToolNames,
    /// What a built-in model answers from; `None` for a remote one.
    pub local: Option<LocalInput>,
}

/// What a built-in model answers from.
#[derive(Clone, Debug)]
pub struct LocalInput {
    /// The case.
    pub case: Arc<Case>,
    /// Its chunks after edits.
    pub chunks: Vec<Chunk>,
}

impl Prepared {
    /// A request whose body is a JSON document.
    pub(super) fn remote(
        request: &Request,
        body: &Value,
        dropped: Vec<String>,
        names: ToolNames,
    ) -> Result<Self, ProviderError> {
        let body = serde_json::to_vec(body).map_err(|error| ProviderError::NotSendable(error.to_string()))?;
        Ok(Self { model: request.model.clone(), body, dropped, delivery: request.delivery, names, local: None })
    }

    /// The error without what it repeats of this request: errors and logs carry no prompts.
    #[must_use]
    pub fn without_echo(&self, mut error: CallError) -> CallError {
        error.message = without_request(&error.message, &self.body);
        error
    }

    /// The BLAKE3 hash of provider, origin and body: what a confirmation, the cache and the journal refer to.
    ///
    /// Of the body counts what it says: neither the order of its keys nor how numbers are written, and not whether the
    /// answer comes in pieces.
    pub fn hash(&self, provider: &str, origin: &str) -> blake3::Hash {
        let canonical = canonical_body(&self.body);
        let body = canonical.as_deref().unwrap_or(self.body.as_slice());
        let mut hasher = blake3::Hasher::new();
        for piece in [provider.as_bytes(), origin.as_bytes(), self.model.as_bytes(), body] {
            hasher.update(&(piece.len() as u64).to_le_bytes());
            hasher.update(piece);
        }
        // The answer holds the recorded names, so one that was made for others is another answer.
        for name in self.names.changed().flat_map(|(sent, recorded)| [sent, recorded]) {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        hasher.finalize()
    }

    /// What the provider answered, with the tools under their recorded names; so too what came before a failure.
    pub fn as_recorded(&self, outcome: Result<Answer, CallError>) -> Result<Answer, CallError> {
        match outcome {
            Ok(mut answer) => {
                self.names.restore(&mut answer);
                Ok(answer)
            }
            Err(mut error) => {
                if let Some(partial) = &mut error.partial {
                    self.names.restore(partial);
                }
                Err(error)
            }
        }
    }
}

/// A JSON body in one notation, without how it is delivered; `None` where it is no JSON object.
fn canonical_body(body: &[u8]) -> Option<Vec<u8>> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else { return None };
    for delivery in ["stream", "stream_options"] {
        fields.shift_remove(delivery);
    }
    Some(canonical_json(&Value::Object(fields)).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(body: &str) -> blake3::Hash {
        let (body, dropped) = (body.as_bytes().to_vec(), Vec::new());
        let delivery = Delivery::Whole;
        Prepared { model: "m".into(), body, dropped, delivery, names: ToolNames::default(), local: None }
            .hash("p", "https://example.test")
    }

    #[test]
    fn the_same_request_has_the_same_hash_however_it_is_written() {
        let one = hash(
            r#"{"model": "m", "temperature": 1.0, "stream": true, "messages": [{"role": "user", "content": "a"}]}"#,
        );
        let other = hash(r#"{"messages":[{"content":"a","role":"user"}],"temperature":1,"model":"m"}"#);
        assert_eq!(one, other);
        assert_ne!(one, hash(r#"{"messages":[{"content":"b","role":"user"}],"temperature":1,"model":"m"}"#));
        assert_ne!(hash("no json"), hash("no  json"));
    }

    #[test]
    fn an_answer_for_other_names_of_tools_is_another_answer() {
        let prepared = |tool: &str| {
            let tools = Some(serde_json::json!([{"name": tool, "input_schema": {}}]));
            let request = Request { tools, ..super::super::testing::request(serde_json::json!({})) };
            let names = ToolNames::of(&request, super::super::recorded::NameRule::Plain);
            let prepared = Prepared::remote(&request, &Value::Null, Vec::new(), names).unwrap();
            prepared.hash("p", "https://example.test")
        };
        assert_eq!(prepared("a.b"), prepared("a.b"));
        assert_ne!(prepared("a.b"), prepared("a/b"));
        assert_eq!(prepared("ab"), prepared("abc"), "names that are sent stand in the body alone");
    }
}
