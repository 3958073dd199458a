//! Messages of a model call, in one form for all providers and recorders.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who speaks in a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions of the application; `developer` of newer APIs is the same role.
    System,
    /// The end user, or the application on their behalf.
    User,
    /// The model.
    Assistant,
    /// The result of a tool.
    Tool,
    /// A role this program does not know, as recorded.
    #[serde(untagged)]
    Other(String),
}

impl Role {
    /// Reads a role as recorders spell it, in any case.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "system" | "developer" => Self::System,
            "user" | "human" => Self::User,
            "assistant" | "ai" | "model" => Self::Assistant,
            "tool" | "function" => Self::Tool,
            _ => Self::Other(text.to_owned()),
        }
    }

    /// The role's name in the tables.
    pub fn as_str(&self) -> &str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
            Self::Other(name) => name,
        }
    }
}

/// One piece of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Plain text.
    Text {
        /// The text as recorded.
        text: String,
    },
    /// What the model thought before it answered; no part of the answer.
    Reasoning {
        /// The text as recorded; empty where the provider withholds it.
        text: String,
    },
    /// A tool the model asks for.
    ToolCall(ToolCall),
    /// The result of a tool, given back to the model.
    ToolResult {
        /// The id of the call it answers, where recorded.
        id: Option<String>,
        /// The result: text as a JSON string, or any JSON.
        result: Value,
    },
    /// Anything else (media, server tools, unknown types), kept as recorded.
    Other {
        /// The part as recorded.
        value: Value,
    },
}

/// A tool call that a model asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The provider's id of the call.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The arguments: an object where they were valid JSON, else a JSON string with the text as recorded.
    pub arguments: Value,
}

/// One message sent to a model or received from one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The name of the speaker or tool, where recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The pieces in order.
    pub parts: Vec<Part>,
}

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, name: None, parts: vec![Part::Text { text: text.into() }] }
    }

    /// The text parts and textual tool results, joined by line breaks: what a reader sees of it.
    pub fn content(&self) -> String {
        let mut content = String::new();
        for part in &self.parts {
            let text = match part {
                Part::Text { text } | Part::ToolResult { result: Value::String(text), .. } => text.as_str(),
                Part::ToolResult { result, .. } => &result.to_string(),
                Part::Reasoning { .. } | Part::ToolCall(_) | Part::Other { .. } => continue,
            };
            if !content.is_empty() {
                content.push('\n');
            }
            content.push_str(text);
        }
        content
    }

    /// The tool calls asked for in this message, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        })
    }

    /// The id of the call that this message answers, for a message of role `tool`.
    pub fn tool_call_id(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::ToolResult { id, .. } => id.as_deref(),
            _ => None,
        })
    }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the model.
    Input,
    /// From the model.
    Output,
}

impl Direction {
    /// The direction's name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_is_what_a_reader_sees() {
        let message = Message {
            role: Role::Assistant,
            name: None,
            parts: vec![
                Part::Reasoning { text: "hm".into() },
                Part::Text { text: "One".into() },
                Part::ToolCall(ToolCall { id: None, name: "f".into(), arguments: json!({}) }),
                Part::ToolResult { id: Some("c1".into()), result: json!({"ok": true}) },
                Part::Text { text: "Two".into() },
            ],
        };
        assert_eq!(message.content(), "One\n{\"ok\":true}\nTwo");
        assert_eq!(message.tool_calls().count(), 1);
        assert_eq!(message.tool_call_id(), Some("c1"));
    }

    #[test]
    fn roles_fold_and_unknown_ones_survive() {
        assert_eq!(Role::parse("Developer"), Role::System);
        assert_eq!(Role::parse("narrator"), Role::Other("narrator".into()));
        let text = serde_json::to_string(&Role::Other("narrator".into())).unwrap();
        assert_eq!(serde_json::from_str::<Role>(&text).unwrap(), Role::Other("narrator".into()));
        assert_eq!(serde_json::from_str::<Role>("\"tool\"").unwrap(), Role::Tool);
    }
}
