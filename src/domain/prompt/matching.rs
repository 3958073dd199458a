//! Which prompt made a recorded call, and with which values: a template's pattern is fitted to the recorded messages.
//!
//! What fits is then rendered with the values found and compared with the messages. A template with hardly any text of
//! its own fits nearly anything, which tells nothing: one stretch of its text has to weigh [`LEAST_TEXT`].

mod call;
mod fitting;
mod program;
mod search;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use call::RecordedCall;
use program::Program;
use search::{Event, Search};

use super::model::{Inputs, Prompt};
use super::pattern;
use crate::domain::message::{Message, Role};

/// What one stretch of a template's own text has to weigh to tell the template from others: a letter or digit is 1; an
/// ideograph, a line break, and punctuation however much of it stands together are 3; blanks are nothing.
///
/// So `Answer from: {{docs}}` is enough, and `You are {{who}}. {{rules}}` is not.
pub const LEAST_TEXT: usize = 12;
/// What a match is worth of which rendering did not give the recorded messages.
const UNPROVEN: f64 = 0.5;

/// A template that fits recorded messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The share of the messages' characters that the template itself gives, from 0 (exclusive) to 1. Messages that follow
    /// the prompt, and system messages it did not make, count double; a match without proof counts half.
    pub score: f64,
    /// The values in its holes, and the recorded variables that have none.
    pub variables: Map<String, Value>,
    /// Whether rendering with the values gives the recorded messages, white space at their edges aside.
    pub proven: bool,
    /// Whether the template has enough text of its own to tell it from others; see [`LEAST_TEXT`].
    pub telling: bool,
    /// The messages around those that the prompt made.
    pub conversation: Conversation,
}

/// The recorded messages that a prompt did not make, by their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Those before the prompt's own last message: what its slot for earlier messages was filled with.
    pub before: Vec<usize>,
    /// The first of those behind the prompt, such as an agent's tool calls; as many as there are messages where none is.
    pub after: usize,
    /// The role that the message of a template without role marks was sent in.
    pub role: Option<Role>,
}

/// A prompt prepared to be compared with many calls.
#[derive(Debug)]
pub struct PromptPattern {
    prompt: Prompt,
    partials: BTreeMap<String, String>,
    program: Program,
}

impl PromptPattern {
    /// Prepares a prompt; `None` where its template does what no pattern can say, such as calling a macro.
    pub fn new(prompt: Prompt, partials: BTreeMap<String, String>) -> Option<Self> {
        let program = Program::new(&pattern::of(&prompt, &partials)?);
        Some(Self { prompt, partials, program })
    }

    /// The prompt.
    pub const fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    /// The values that the template's holes must have had to make a call's messages; `None` where it cannot have made them.
    pub fn find(&self, call: &RecordedCall) -> Option<Match> {
        if call.said.is_empty() || !self.program.required.iter().all(|text| call.stands(text)) {
            return None;
        }
        // Recorded values that stand in the text decide between ways to read it. One of them may be wrong, or all.
        let mut fixed = call.borne_out();
        let mut found = self.search(call, &fixed);
        if found.is_none() && fixed.len() > 1 {
            let names: Vec<String> = fixed.keys().take(8).cloned().collect();
            found = names.iter().find_map(|name| {
                let mut others = fixed.clone();
                others.shift_remove(name);
                self.search(call, &others)
            });
        }
        if found.is_none() && !fixed.is_empty() {
            fixed.clear();
            found = self.search(call, &fixed);
        }
        found
    }

    fn search(&self, call: &RecordedCall, fixed: &Map<String, Value>) -> Option<Match> {
        let mut best: Option<Match> = None;
        Search::new(&self.program, call, fixed).run(&mut |trail| {
            let Some(found) = self.weigh(call, trail) else { return false };
            let proven = found.proven;
            if proven || best.is_none() {
                best = Some(found);
            }
            proven
        });
        best
    }

    /// A way through the template as a match; `None` where it says nothing or contradicts itself.
    fn weigh(&self, call: &RecordedCall, trail: &[Event]) -> Option<Match> {
        let Shares { literal, said, weight } = shares(call, trail);
        if literal == 0 {
            return None;
        }
        let mut variables = variables::variables(&self.program, call, trail)?;
        for (name, value) in &call.recorded {
            if !variables.contains_key(name) {
                variables.insert(name.clone(), value.clone());
            }
        }
        let proven = self.proves(call, trail, &variables);
        let share = literal as f64 / said as f64;
        let score = if proven { share } else { share * UNPROVEN };
        let telling = weight >= LEAST_TEXT;
        Some(Match { score, variables, proven, telling, conversation: self.conversation(call, trail) })
    }

    fn conversation(&self, call: &RecordedCall, trail: &[Event]) -> Conversation {
        let mut conversation = Conversation { after: call.said.len(), ..Conversation::default() };
        for event in trail {
            match event {
                Event::Skip(message) => conversation.before.push(*message),
                Event::Rest(from) => conversation.after = *from,
                Event::Enter(message) if !self.program.marked => {
                    conversation.role = Some(call.said[*message].role.clone());
                }
                _ => {}
            }
        }
        conversation
    }

    fn proves(&self, call: &RecordedCall, trail: &[Event], variables: &Map<String, Value>) -> bool {
        let inputs = Inputs { partials: self.partials.clone(), ..Inputs::of(variables.clone()) };
        let Ok(rendered) = self.prompt.render(&inputs) else { return false };
        let made = trail.iter().filter_map(|event| match event {
            Event::Enter(message) => Some(&call.said[*message]),
            _ => None,
        });
        let made: Vec<_> = made.filter(|said| !said.text.is_empty()).collect();
        let same = |(message, said): (&Message, &&call::Said)| {
            (!self.program.marked || message.role == said.role) && message.content().trim() == said.text
        };
        rendered.len() == made.len() && rendered.iter().zip(&made).all(same)
    }
}

/// What a template gave to the messages.
struct Shares {
    /// Characters of its own.
    literal: usize,
    /// Characters in all.
    said: usize,
    /// The weight of the stretch of its own text that weighs most.
    weight: usize,
}

fn shares(call: &RecordedCall, trail: &[Event]) -> Shares {
    let (mut literal, mut said, mut most) = (0, 0, 0);
    let mut stretch = |text: &str| {
        literal += text.chars().count();
        most = most.max(weight(text));
    };
    // The message that is read, and how far.
    let mut open: Option<(usize, usize)> = None;
    let whole = |message: usize| call.said[message].text.as_str();
    for event in trail {
        match event {
            Event::Enter(message) => {
                if let Some((before, at)) = open.replace((*message, 0)) {
                    stretch(&whole(before)[at..]);
                }
                said += whole(*message).chars().count();
            }
            Event::Bind { range: (message, start, end), .. } | Event::Count((message, start, end)) => {
                if let Some((_, at)) = open.replace((*message, *end)) {
                    stretch(&whole(*message)[at..*start]);
                }
            }
            Event::Skip(message) if call.said[*message].role == Role::System => {
                said += 2 * whole(*message).chars().count();
            }
            Event::Rest(from) => {
                said += 2 * call.said[*from..].iter().map(|said| said.text.chars().count()).sum::<usize>();
            }
            _ => {}
        }
    }
    if let Some((message, at)) = open {
        stretch(&whole(message)[at..]);
    }
    Shares { literal, said: said.max(literal), weight: most }
}

/// How much a text tells; see [`LEAST_TEXT`].
fn weight(text: &str) -> usize {
    let mut weight = 0;
    let mut in_punctuation = false;
    for c in text.chars() {
        let punctuation = !c.is_alphanumeric() && !c.is_whitespace();
        weight += match c {
            '\u{2e80}'.. if c.is_alphanumeric() => 3,
            _ if c.is_alphanumeric() => 1,
            '\n' => 3,
            _ if punctuation && !in_punctuation => 3,
            _ => 0,
        };
        in_punctuation = punctuation;
    }
    weight
}
