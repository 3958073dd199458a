//! Names of tools in the letters that an API takes, and back.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::answer::Answer;
use super::super::request::Request;
use super::tools;
use super::values::ToolChoice;
use crate::domain::message::{Message, Part};

/// The most characters of a name.
const LONGEST: usize = 64;

/// Which names an API takes; none takes more than 64 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// Letters, digits, `_` and `-`: OpenAI, Anthropic, Bedrock. Compatible servers too, since gateways hand requests on to
    /// these.
    Plain,
    /// `.` and `:` as well: Gemini.
    Dotted,
}

impl NameRule {
    fn takes(self, name: &str) -> bool {
        let fits = |c: char| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (self == Self::Dotted && matches!(c, '.' | ':'))
        };
        name.len() <= LONGEST && name.chars().all(fits)
    }
}

/// The names of a request's tools that an API does not take, each with the one that is sent in its place.
///
/// No two tools of a request are sent under one name: where two would be, the later one gets a number. Names that the API
/// takes are never changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolNames {
    sent: HashMap<String, String>,
    recorded: BTreeMap<String, String>,
}

impl ToolNames {
    /// The names of a request: of the tools that it defines, then of those that its messages ask for.
    pub fn of(request: &Request, rule: NameRule) -> Self {
        let defined = tools::read(request.tools.as_ref(), &mut Vec::new());
        let defined = defined.iter().map(|tool| tool.name.as_str());
        let parts = request.messages.iter().flat_map(|message| &message.parts);
        let called = parts.filter_map(|part| match part {
            Part::ToolCall(call) => Some(call.name.as_str()),
            _ => None,
        });
        let answered = request.messages.iter().filter(|message| has_result(message));
        let answered = answered.filter_map(|message| message.name.as_deref());
        Self::fold(&defined.chain(called).chain(answered).collect::<Vec<_>>(), rule)
    }

    fn fold(names: &[&str], rule: NameRule) -> Self {
        let mut taken: HashSet<String> =
            names.iter().filter(|name| rule.takes(name)).map(|name| (*name).to_owned()).collect();
        let mut folded = Self::default();
        for name in names.iter().filter(|name| !rule.takes(name)) {
            if folded.sent.contains_key(*name) {
                continue;
            }
            let sent = free(&plain(name, LONGEST), &taken);
            taken.insert(sent.clone());
            folded.recorded.insert(sent.clone(), (*name).to_owned());
            folded.sent.insert((*name).to_owned(), sent);
        }
        folded
    }

    /// The name to send for a recorded one.
    pub fn sent<'a>(&'a self, recorded: &'a str) -> &'a str {
        self.sent.get(recorded).map_or(recorded, String::as_str)
    }

    /// The pairs of a sent and a recorded name that differ, in the order of the sent ones.
    pub fn changed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.recorded.iter().map(|(sent, recorded)| (sent.as_str(), recorded.as_str()))
    }

    /// Adds each changed name to what is said to be dropped.
    pub(super) fn say(&self, dropped: &mut Vec<String>) {
        dropped
            .extend(self.changed().map(|(sent, recorded)| format!("the name of the tool {recorded} (sent as {sent})")));
    }

    /// The messages with the names that are sent.
    pub fn messages<'a>(&self, recorded: &'a [Message]) -> Cow<'a, [Message]> {
        if self.sent.is_empty() {
            return Cow::Borrowed(recorded);
        }
        let mut messages = recorded.to_vec();
        for message in &mut messages {
            if has_result(message) {
                message.name = message.name.as_deref().map(|name| self.sent(name).to_owned());
            }
            for part in &mut message.parts {
                if let Part::ToolCall(call) = part {
                    call.name = self.sent(&call.name).to_owned();
                }
            }
        }
        Cow::Owned(messages)
    }

    /// A tool choice with the name that is sent.
    pub(super) fn choice(&self, recorded: ToolChoice) -> ToolChoice {
        match recorded {
            ToolChoice::Named(name) => ToolChoice::Named(self.sent(&name).to_owned()),
            other => other,
        }
    }

    /// Gives the calls of an answer their tools' recorded names again.
    pub fn restore(&self, answer: &mut Answer) {
        for call in &mut answer.tool_calls {
            if let Some(recorded) = self.recorded.get(&call.name) {
                call.name.clone_from(recorded);
            }
        }
    }
}

fn has_result(message: &Message) -> bool {
    message.parts.iter().any(|part| matches!(part, Part::ToolResult { .. }))
}

/// What of a name every API takes, up to a length; `_` stands for all else.
fn plain(name: &str, longest: usize) -> String {
    name.chars()
        .take(longest)
        .map(|c| if NameRule::Plain.takes(c.encode_utf8(&mut [0; 4])) { c } else { '_' })
        .collect()
}

/// The name itself where it is free, else with the lowest number from 2 that makes it so.
fn free(name: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(name) {
        return name.to_owned();
    }
    let numbered = |number: usize| {
        let number = format!("_{number}");
        format!("{}{number}", plain(name, LONGEST - number.len()))
    };
    // One of so many is free.
    (2..taken.len() + 3).map(numbered).find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::ToolCall;
    use serde_json::json;

    #[test]
    fn names_that_fit_stay_and_others_are_kept_apart() {
        let long = ["x".repeat(64), "y".repeat(70), format!("{}z", "y".repeat(69))];
        let recorded = ["db.search", "get_weather-2", "db/search", "db_search", "db.search", "kb ünï", &long[0]];
        let recorded: Vec<&str> = recorded.into_iter().chain([long[1].as_str(), long[2].as_str()]).collect();
        let names = ToolNames::fold(&recorded, NameRule::Plain);
        assert_eq!((names.sent("get_weather-2"), names.sent(&long[0])), ("get_weather-2", long[0].as_str()));
        assert_eq!((names.sent("db_search"), names.sent("db.search")), ("db_search", "db_search_2"));
        assert_eq!((names.sent("db/search"), names.sent("kb ünï")), ("db_search_3", "kb__n_"));
        assert_eq!(names.sent(&long[1]), "y".repeat(64));
        assert_eq!(names.sent(&long[2]), format!("{}_2", "y".repeat(62)));
        let dotted = ToolNames::fold(&recorded, NameRule::Dotted);
        assert_eq!((dotted.sent("db.search"), dotted.sent("db/search")), ("db.search", "db_search_2"));
    }

    #[test]
    fn an_answer_gets_the_recorded_names_again() {
        let names = ToolNames::fold(&["db.search", "db/search"], NameRule::Plain);
        let call = |name: &str| ToolCall { id: None, name: name.into(), arguments: json!({}) };
        let tool_calls = ["db_search_2", "db_search", "made_up"].map(call).to_vec();
        let mut answer = Answer { tool_calls, ..Answer::default() };
        names.restore(&mut answer);
        let restored: Vec<&str> = answer.tool_calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(restored, ["db/search", "db.search", "made_up"]);
    }
}
