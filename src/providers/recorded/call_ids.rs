//! Ids of tool calls: recorded ones, and made-up ones where none was recorded.

use std::collections::VecDeque;

/// Gives every call an id, and every result the id of the call that it answers.
#[derive(Debug, Default)]
pub struct CallIds {
    made: usize,
    /// Calls that no result has answered yet, with their tools' names.
    open: VecDeque<(String, String)>,
    names: Vec<(String, String)>,
}

impl CallIds {
    /// The id of a call of a tool.
    pub fn ask(&mut self, recorded: Option<&str>, name: &str) -> String {
        let id = recorded.filter(|id| !id.is_empty()).map_or_else(
            || {
                self.made += 1;
                format!("call_{}", self.made)
            },
            str::to_owned,
        );
        self.open.push_back((id.clone(), name.to_owned()));
        self.names.push((id.clone(), name.to_owned()));
        id
    }

    /// The id of the call that a result answers; one without an id answers the calls in order.
    pub fn answer(&mut self, recorded: Option<&str>) -> String {
        match recorded.filter(|id| !id.is_empty()) {
            Some(id) => {
                self.open.retain(|(open, _)| open != id);
                id.to_owned()
            }
            None => self.open.pop_front().map_or_else(|| "call_0".to_owned(), |(id, _)| id),
        }
    }

    /// The tool that the call of an id asked for.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.names.iter().rev().find(|(known, _)| known == id).map(|(_, name)| name.as_str())
    }
}
