//! A recorded conversation in the form that APIs with alternating turns want.

use serde_json::Value;

use super::super::error::ProviderError;
use super::call_ids::CallIds;
use super::media::Media;
use crate::domain::message::{Message, Part, Role};

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The user, or a tool on their behalf.
    User,
    /// The model.
    Model,
}

/// A piece of a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnPart {
    /// Text.
    Text(String),
    /// A picture, sound or document.
    Media(Media),
    /// A tool the model asks for.
    Call {
        /// Its id; made up where none was recorded.
        id: String,
        /// The tool.
        name: String,
        /// Its arguments: an object, else the text as recorded.
        arguments: Value,
    },
    /// What a tool gave back.
    Result {
        /// The id of the call.
        id: String,
        /// The tool, where its call is in the conversation.
        name: Option<String>,
        /// The result: text as a JSON string, or any JSON.
        result: Value,
    },
}

/// What one speaker says before the other does.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Who.
    pub speaker: Speaker,
    /// What, in order; tool results first.
    pub parts: Vec<TurnPart>,
}

/// A conversation of alternating turns, with the instructions apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// The texts of the system messages, in order.
    pub system: Vec<String>,
    /// The turns; no two of one speaker follow each other.
    pub turns: Vec<Turn>,
}

/// Reads messages; what is left out or moved is added to `dropped`.
///
/// Reasoning is never sent back. Messages of unknown roles are the user's. A system message inside the conversation moves
/// to the front, and that is said.
pub fn conversation(messages: &[Message], dropped: &mut Vec<String>) -> Result<Conversation, ProviderError> {
    let mut ids = CallIds::default();
    let mut read = Conversation::default();
    let (mut reasoning, mut moved) = (false, false);
    for message in messages {
        if message.role == Role::System {
            moved |= !read.turns.is_empty();
            read.system.push(message.content());
            continue;
        }
        let speaker = if message.role == Role::Assistant { Speaker::Model } else { Speaker::User };
        for part in &message.parts {
            let part = match part {
                Part::Text { text } => TurnPart::Text(text.clone()),
                Part::Reasoning { .. } => {
                    reasoning = true;
                    continue;
                }
                Part::ToolCall(call) => TurnPart::Call {
                    id: ids.ask(call.id.as_deref(), &call.name),
                    name: call.name.clone(),
                    arguments: call.arguments.clone(),
                },
                Part::ToolResult { id, result } => {
                    let id = ids.answer(id.as_deref());
                    let name = ids.name(&id).map(str::to_owned).or_else(|| message.name.clone());
                    TurnPart::Result { id, name, result: result.clone() }
                }
                Part::Other { value } => TurnPart::Media(Media::read(value)?),
            };
            read.push(speaker, part);
        }
    }
    if reasoning {
        dropped.push("reasoning of earlier turns".to_owned());
    }
    if moved {
        dropped.push("the place of a system message inside the conversation (moved to the front)".to_owned());
    }
    if read.turns.is_empty() && read.system.is_empty() {
        return Err(ProviderError::NotSendable("the recording has no messages".to_owned()));
    }
    Ok(read)
}

impl Conversation {
    fn push(&mut self, speaker: Speaker, part: TurnPart) {
        match self.turns.last_mut() {
            Some(turn) if turn.speaker == speaker => {
                // Results have to come directly after the calls they answer.
                let results = turn.parts.iter().filter(|part| matches!(part, TurnPart::Result { .. })).count();
                let place = if matches!(part, TurnPart::Result { .. }) { results } else { turn.parts.len() };
                turn.parts.insert(place, part);
            }
            _ => self.turns.push(Turn { speaker, parts: vec![part] }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::ToolCall;
    use serde_json::json;

    #[test]
    fn turns_alternate_and_results_follow_their_calls() {
        let call = |name: &str| Part::ToolCall(ToolCall { id: None, name: name.into(), arguments: json!({}) });
        let result = |text: &str| Part::ToolResult { id: None, result: json!(text) };
        let message = |role, parts| Message { role, name: None, parts };
        let messages = [
            Message::text(Role::System, "S"),
            Message::text(Role::User, "a"),
            Message::text(Role::User, "b"),
            message(Role::Assistant, vec![Part::Reasoning { text: "hm".into() }, call("f"), call("g")]),
            message(Role::Tool, vec![result("1")]),
            Message::text(Role::User, "and?"),
            message(Role::Tool, vec![result("2")]),
            Message::text(Role::System, "T"),
        ];
        let mut dropped = Vec::new();
        let read = conversation(&messages, &mut dropped).unwrap();
        assert_eq!(read.system, ["S", "T"]);
        let speakers: Vec<Speaker> = read.turns.iter().map(|turn| turn.speaker).collect();
        assert_eq!(speakers, [Speaker::User, Speaker::Model, Speaker::User]);
        let answers: Vec<(Option<&str>, &Value)> = read.turns[2]
            .parts
            .iter()
            .filter_map(|part| match part {
                TurnPart::Result { name, result, .. } => Some((name.as_deref(), result)),
                _ => None,
            })
            .collect();
        assert_eq!(answers, [(Some("f"), &json!("1")), (Some("g"), &json!("2"))]);
        assert_eq!(read.turns[2].parts[2], TurnPart::Text("and?".into()));
        assert_eq!(dropped.len(), 2);
    }
}
