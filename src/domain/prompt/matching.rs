//! Fits a template's pattern to recorded messages and reads the values in its holes.

use serde_json::{Map, Value};

use super::pattern::{MessagePattern, Pattern, Piece};
use crate::domain::message::{Message, Role};

/// Most steps of one search; a pattern that needs more fits in too many ways to mean anything.
const MOST_STEPS: u32 = 200_000;

/// A template that fits recorded messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The share of the messages' characters that the template itself gives, from 0 (exclusive) to 1.
    pub score: f64,
    /// The values in its holes.
    pub variables: Map<String, Value>,
}

/// Fits a pattern; white space at the edges of a message does not count.
pub(super) fn find(pattern: &Pattern, messages: &[Message]) -> Option<Match> {
    let mut search = Search { steps: 0, found: None };
    let mut total = 0;
    let mut variables = Map::new();
    let mut literal = 0;
    for (expected, message) in pairs(&pattern.messages, messages)? {
        let text = message.content();
        let text = text.trim();
        total += text.chars().count();
        let mut state = State { variables: std::mem::take(&mut variables), literal: 0 };
        search.found = None;
        search.run(&expected.pieces, text, &mut state, &mut |search, rest, state| {
            if rest.trim().is_empty() {
                search.found = Some(state.clone());
            }
            search.found.is_some()
        });
        let state = search.found.take()?;
        literal += state.literal;
        variables = state.variables;
    }
    (literal > 0 && total > 0).then(|| Match { score: literal as f64 / total.max(literal) as f64, variables })
}

/// Each expected message with the recorded one in its place; earlier messages of the conversation are passed over.
fn pairs<'a>(
    expected: &'a [MessagePattern],
    messages: &'a [Message],
) -> Option<Vec<(&'a MessagePattern, &'a Message)>> {
    let slot = expected.iter().position(|message| message.role.is_none());
    let fixed: Vec<&MessagePattern> = expected.iter().filter(|message| message.role.is_some()).collect();
    if fixed.is_empty() || fixed.len() > messages.len() {
        return None;
    }
    let last_user = fixed.iter().rposition(|message| message.role == Some(Role::User));
    let before = slot.or(last_user).unwrap_or(fixed.len());
    let after = fixed.len() - before;
    let recorded = messages[..before].iter().chain(&messages[messages.len() - after..]);
    let pairs: Vec<_> = fixed.into_iter().zip(recorded).collect();
    pairs.iter().all(|(expected, message)| expected.role.as_ref() == Some(&message.role)).then_some(pairs)
}

#[derive(Clone, Default)]
struct State {
    variables: Map<String, Value>,
    literal: usize,
}

struct Search {
    steps: u32,
    found: Option<State>,
}

type Then<'t> = &'t mut dyn FnMut(&mut Search, &str, &mut State) -> bool;

impl Search {
    /// Fits pieces to the beginning of a text, then goes on with `then`; true ends the search.
    fn run(&mut self, pieces: &[Piece], text: &str, state: &mut State, then: Then<'_>) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return true;
        }
        let Some((piece, rest)) = pieces.split_first() else { return then(self, text, state) };
        match piece {
            Piece::Literal(literal) => {
                // The end of a message was trimmed, and with it the end of the template's own text.
                let at_end = || (text == literal.trim_end()).then_some("");
                let Some(left) = text.strip_prefix(literal.as_str()).or_else(at_end) else { return false };
                let count = literal.chars().count();
                state.literal += count;
                let done = self.run(rest, left, state, then);
                state.literal -= count;
                done
            }
            Piece::Hole(name) => self.hole(name, rest, text, state, then),
            Piece::Either(first, second) => {
                for branch in [first, second] {
                    if self.run(branch, text, state, &mut |search, left, state| search.run(rest, left, state, then)) {
                        return true;
                    }
                }
                false
            }
            Piece::Each(name, body) => self.each(name, body, rest, text, state, then, Vec::new()),
        }
    }

    fn hole(&mut self, name: &str, rest: &[Piece], text: &str, state: &mut State, then: Then<'_>) -> bool {
        if let Some(known) = state.variables.get(name) {
            let known = known.as_str().unwrap_or_default().to_owned();
            return text.strip_prefix(known.as_str()).is_some_and(|left| self.run(rest, left, state, then));
        }
        // Where literal text follows, only its occurrences can end the hole.
        let ends: Box<dyn Iterator<Item = usize>> = match rest.first() {
            None => Box::new([text.len()].into_iter().chain(text.char_indices().map(|(at, _)| at))),
            Some(Piece::Literal(literal)) => {
                let end = literal.trim().is_empty().then_some(text.len());
                Box::new(text.match_indices(literal.as_str()).map(|(at, _)| at).chain(end))
            }
            Some(_) => Box::new(text.char_indices().map(|(at, _)| at).chain([text.len()])),
        };
        for end in ends {
            state.variables.insert(name.to_owned(), Value::String(text[..end].to_owned()));
            let done = self.run(rest, &text[end..], state, then);
            state.variables.shift_remove(name);
            if done {
                return true;
            }
        }
        false
    }

    #[expect(clippy::too_many_arguments, reason = "a step of the search carries all of its state")]
    fn each(
        &mut self,
        name: &str,
        body: &[Piece],
        rest: &[Piece],
        text: &str,
        state: &mut State,
        then: Then<'_>,
        items: Vec<Value>,
    ) -> bool {
        // One more repetition is tried before going on: lists are read whole.
        let outer = std::mem::take(&mut state.variables);
        let mut inner_done = false;
        let done = self.run(body, text, state, &mut |search, left, inner| {
            if left.len() == text.len() {
                return false;
            }
            let fields = std::mem::replace(&mut inner.variables, outer.clone());
            let item = fields.get("this").cloned().unwrap_or_else(|| Value::Object(fields.clone()));
            let mut items = items.clone();
            items.push(item);
            inner_done = search.each(name, body, rest, left, inner, then, items);
            inner.variables = fields;
            inner_done
        });
        state.variables = outer;
        if done {
            return true;
        }
        if state.variables.contains_key(name) {
            return false;
        }
        state.variables.insert(name.to_owned(), Value::Array(items));
        let done = self.run(rest, text, state, then);
        state.variables.shift_remove(name);
        done
    }
}
