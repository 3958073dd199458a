//! Changes to the messages of a call: leaving whole messages or pieces of their text out.

use serde::{Deserialize, Serialize};

use super::message::{Message, Part};

/// A change to the messages of a case before it is replayed; places count from 0 as they were before any change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageEdit {
    /// Leave a message out.
    Drop {
        /// Its place.
        message: usize,
        /// What it is, in a few words. It may hold foreign text.
        what: String,
    },
    /// Cut a piece out of a text; a message of which nothing is left is left out.
    Cut {
        /// The message's place.
        message: usize,
        /// The place of the part among the message's parts.
        part: usize,
        /// The first code point.
        start: usize,
        /// The code point after the last.
        end: usize,
        /// What it is, in a few words. It may hold foreign text.
        what: String,
    },
}

impl MessageEdit {
    /// What is left out, in a few words. It may hold foreign text.
    pub fn what(&self) -> &str {
        match self {
            Self::Drop { what, .. } | Self::Cut { what, .. } => what,
        }
    }

    const fn message(&self) -> usize {
        match self {
            Self::Drop { message, .. } | Self::Cut { message, .. } => *message,
        }
    }
}

/// Applies edits to messages; the reason says which one does not fit them, or that nothing is left.
pub fn edit_whole_messages(messages: &mut Vec<Message>, edits: &[MessageEdit]) -> Result<(), String> {
    let mut gone = vec![false; messages.len()];
    // From the end, so that the places of the cuts before stay true.
    let mut cuts: Vec<(usize, usize, usize, usize)> = Vec::new();
    for edit in edits {
        if edit.message() >= messages.len() {
            return Err(format!("there is no message {} to leave out: {}", edit.message() + 1, edit.what()));
        }
        match edit {
            MessageEdit::Drop { message, .. } => gone[*message] = true,
            MessageEdit::Cut { message, part, start, end, .. } => cuts.push((*message, *part, *start, *end)),
        }
    }
    cuts.sort_unstable_by(|one, other| other.cmp(one));
    for (message, part, start, end) in cuts {
        let text = messages[message].parts.get_mut(part);
        let Some(Part::Text { text }) = text else {
            return Err(format!("message {} has no text {} to cut", message + 1, part + 1));
        };
        let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(at, _)| at);
        let (from, to) = (byte(start), byte(end.max(start)));
        text.replace_range(from..to, "");
        gone[message] = gone[message] || says_nothing(&messages[message]);
    }
    let mut gone = gone.into_iter();
    messages.retain(|_| !gone.next().unwrap_or(false));
    if messages.is_empty() { Err("without these parts no message is left to send".to_owned()) } else { Ok(()) }
}

fn says_nothing(message: &Message) -> bool {
    message.parts.iter().all(|part| matches!(part, Part::Text { text } if text.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::super::message::Role;
    use super::*;

    fn cut(message: usize, start: usize, end: usize) -> MessageEdit {
        MessageEdit::Cut { message, part: 0, start, end, what: "x".into() }
    }

    fn edited(edits: &[MessageEdit]) -> Result<Vec<String>, String> {
        let mut messages = vec![Message::text(Role::System, "Größe zählt."), Message::text(Role::User, "Why?")];
        edit_whole_messages(&mut messages, edits)?;
        Ok(messages.iter().map(Message::content).collect())
    }

    #[test]
    fn pieces_are_cut_by_code_points_in_any_order() {
        assert_eq!(edited(&[cut(0, 0, 6), cut(0, 11, 12)]).unwrap(), ["zählt", "Why?"]);
        assert_eq!(edited(&[cut(0, 11, 12), cut(0, 0, 6)]).unwrap(), ["zählt", "Why?"]);
    }

    #[test]
    fn a_message_of_which_nothing_is_left_goes() {
        assert_eq!(edited(&[cut(0, 0, 12)]).unwrap(), ["Why?"]);
        let all = [MessageEdit::Drop { message: 0, what: "system".into() }, cut(1, 0, 4)];
        assert!(edited(&all).unwrap_err().contains("no message is left"));
        assert!(edited(&[cut(7, 0, 1)]).unwrap_err().contains("no message 8"));
    }
}
