//! Mistral's chat completions: OpenAI's with names and rules of its own.
//!
//! Source: the request and response types of the package `mistralai`, 3.7.0.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::error::{CallError, ProviderError};
use super::key::Environment;
use super::keyed::Keyed;
use super::openai::{ChatWire, Dialect, body};
use super::recorded::ToolNames;
use super::remote::{Assembly, Connection, Refusal, Wire};
use super::request::{Prepared, Request};
use super::{EmbeddingEndpoint, Provider};
use crate::domain::provider::ProviderSettings;

/// The maker's own address.
const MAKER: &str = "https://api.mistral.ai/v1";
/// Letters of an id of a tool call.
const ID_LENGTH: usize = 9;

/// A provider of kind `mistral`.
pub(super) struct Mistral {
    connection: Connection,
}

impl Mistral {
    /// Makes one from its settings.
    pub(super) fn make(
        settings: &ProviderSettings,
        environment: &Environment,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        Ok(Arc::new(Self { connection: Connection::new(settings, environment, MAKER)? }))
    }
}

/// Puts a body of chat completions into Mistral's words.
fn translate(body: &mut Map<String, Value>, dropped: &mut Vec<String>) {
    // Usage comes on the last event without asking.
    body.remove("stream_options");
    if let Some(seed) = body.remove("seed") {
        body.insert("random_seed".to_owned(), seed);
    }
    for unknown in ["logit_bias", "min_p", "verbosity", "modalities"] {
        if body.remove(unknown).is_some() {
            dropped.push(format!("{unknown} (not a parameter of this API)"));
        }
    }
    if body.get("tool_choice").is_some_and(|choice| choice == "required") {
        body.insert("tool_choice".to_owned(), json!("any"));
    }
    let mut ids = Ids::default();
    let mut named = false;
    for message in body.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten() {
        for call in message.get_mut("tool_calls").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(Value::String(id)) = call.get_mut("id") {
                ids.replace(id);
            }
        }
        if let Some(Value::String(id)) = message.get_mut("tool_call_id") {
            ids.replace(id);
        }
        for part in message.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
            translate_part(part);
        }
        named |= message.as_object_mut().is_some_and(|message| message.remove("name").is_some());
    }
    if named {
        dropped.push("names of speakers (messages of this API have none)".to_owned());
    }
}

/// Documents, sound and refusals have other forms here.
fn translate_part(part: &mut Value) {
    let text = |at: &str| part.pointer(at).and_then(Value::as_str);
    if let Some(url) = text("/file/file_data") {
        *part = json!({"type": "document_url", "document_url": url});
    } else if let Some(data) = text("/input_audio/data") {
        *part = json!({"type": "input_audio", "input_audio": data});
    } else if let Some(refusal) = text("/refusal") {
        *part = json!({"type": "text", "text": refusal});
    }
}

/// Ids of tool calls have to be nine letters or digits.
#[derive(Default)]
struct Ids {
    given: HashMap<String, String>,
}

impl Ids {
    fn replace(&mut self, id: &mut String) {
        if id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return;
        }
        let next = self.given.len() + 1;
        let given = self.given.entry(id.clone()).or_insert_with(|| format!("call{next:05}"));
        id.clone_from(given);
    }
}

/// Chat completions with Mistral's ways to refuse.
pub(super) struct MistralWire;

impl Wire for MistralWire {
    fn request_id(&self) -> &'static str {
        "x-request-id"
    }

    fn whole(&self, body: &Value) -> Result<Answer, CallError> {
        ChatWire.whole(body)
    }

    fn assembly(&self) -> Box<dyn Assembly> {
        ChatWire.assembly()
    }

    /// `{"detail": [{"loc", "msg", "type"}]}` of 422, `{"detail": "…"}` of 401, else an object like OpenAI's.
    fn refusal(&self, status: u16, body: &Value) -> Refusal {
        let mut refusal = ChatWire.refusal(status, body);
        // The list of what is wrong stands alone or inside of an object like OpenAI's.
        match body.get("detail").or_else(|| body.pointer("/message/detail")) {
            Some(Value::String(said)) => refusal.message.clone_from(said),
            Some(Value::Array(list)) => {
                let said = list.iter().filter_map(|one| {
                    let at = one.get("loc").and_then(Value::as_array).map(|loc| {
                        loc.iter()
                            .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                            .collect::<Vec<_>>()
                            .join(".")
                    });
                    Some(format!("{}: {}", at.unwrap_or_default(), one.get("msg")?.as_str()?))
                });
                refusal.message = said.collect::<Vec<_>>().join("; ");
            }
            _ => {}
        }
        refusal
    }
}

impl Keyed for Mistral {
    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn wire(&self) -> &'static dyn Wire {
        &MistralWire
    }

    fn body(&self, request: &Request, names: &ToolNames, dropped: &mut Vec<String>) -> Result<Value, ProviderError> {
        let mut body = body(request, Dialect::Compatible, names, dropped)?;
        translate(&mut body, dropped);
        Ok(body.into())
    }

    fn path(&self, _: &Prepared) -> String {
        "/chat/completions".to_owned()
    }

    fn embedding(&self) -> Option<&dyn EmbeddingEndpoint> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::request;
    use super::*;
    use crate::domain::message::{Message, Part, Role};

    #[test]
    fn names_and_parts_in_mistral_s_form() {
        let parts = vec![
            Part::Text { text: "see".into() },
            Part::Other { value: json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}) },
            Part::Other { value: json!({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}) },
        ];
        let mut asked = request(json!({"seed": 7, "tool_choice": "required", "logit_bias": {"5": 1}}));
        asked.messages = vec![Message { role: Role::User, name: Some("Al".into()), parts }];
        let mut dropped = Vec::new();
        let mut sent = body(&asked, Dialect::Compatible, &ToolNames::default(), &mut dropped).unwrap();
        translate(&mut sent, &mut dropped);
        assert_eq!(
            sent["messages"],
            json!([{"role": "user", "content": [
                {"type": "text", "text": "see"},
                {"type": "document_url", "document_url": "data:application/pdf;base64,AA=="},
                {"type": "input_audio", "input_audio": "AA=="},
            ]}])
        );
        assert_eq!((&sent["random_seed"], sent.get("seed"), sent.get("logit_bias")), (&json!(7), None, None));
        assert_eq!(dropped.len(), 2, "{dropped:?}");
    }

    #[test]
    fn refusals_with_a_list_of_what_is_wrong() {
        let detail = json!([{"loc": ["body", "messages", 0, "content"], "msg": "too long", "type": "value_error"}]);
        for body in [json!({"detail": detail}), json!({"object": "error", "message": {"detail": detail}})] {
            let refusal = MistralWire.refusal(422, &body);
            assert_eq!(refusal.message, "body.messages.0.content: too long");
        }
        assert_eq!(MistralWire.refusal(401, &json!({"message": "Unauthorized"})).message, "Unauthorized");
    }
}
