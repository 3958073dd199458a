//! Tool calls that come in pieces.

use serde_json::Value;

use crate::domain::message::ToolCall;

/// Calls while they are put together.
#[derive(Debug, Default)]
pub struct CallPieces {
    calls: Vec<Building>,
}

#[derive(Debug, Default)]
struct Building {
    /// The index that the server gives the call, where it gives one.
    index: Option<u64>,
    id: Option<String>,
    name: String,
    arguments: String,
}

impl CallPieces {
    /// Whether a call has begun under the server's index.
    pub fn has(&self, index: Option<u64>) -> bool {
        index.is_some() && self.calls.iter().any(|call| call.index == index)
    }

    /// Adds a piece: joined by the server's index; without one, a new id or a name begins a new call.
    ///
    /// A piece that brings another id and a name begins a new call under the same index too: some servers send several
    /// whole calls and number each of them 0.
    ///
    /// Gives the place of the call among all, from 0.
    pub fn add(&mut self, index: Option<u64>, id: Option<&str>, name: &str, arguments: &str) -> usize {
        let id = id.filter(|id| !id.is_empty());
        let place = match index {
            Some(_) => self.calls.iter().rposition(|call| call.index == index).filter(|place| {
                let known = self.calls.get(*place).and_then(|call| call.id.as_deref());
                name.is_empty() || known.is_none() || id.is_none() || known == id
            }),
            None if id.is_some() => self.calls.iter().position(|call| call.id.as_deref() == id),
            None if name.is_empty() => self.calls.len().checked_sub(1),
            None => None,
        };
        let place = place.unwrap_or_else(|| {
            self.calls.push(Building { index, ..Building::default() });
            self.calls.len() - 1
        });
        if let Some(call) = self.calls.get_mut(place) {
            if call.id.is_none() {
                call.id = id.map(str::to_owned);
            }
            call.name.push_str(name);
            call.arguments.push_str(arguments);
        }
        place
    }

    /// The calls, each with its arguments read.
    pub fn finish(self) -> Vec<ToolCall> {
        self.calls
            .into_iter()
            .map(|call| ToolCall { id: call.id, name: call.name, arguments: arguments(&call.arguments) })
            .collect()
    }
}

/// Arguments: an object where the text is one or there is none, else the text.
pub fn arguments(text: &str) -> Value {
    if text.is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) => value,
        _ => Value::String(text.to_owned()),
    }
}
