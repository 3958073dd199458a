//! What fits where: literal text, holes, repetitions and conditions at a place of the recorded messages.

use serde_json::Value;

use super::call::forms;
use super::program::{Follow, Step};
use super::search::{Cursor, Event, Search, Way};
use crate::domain::message::Role;
use crate::domain::prompt::pattern::{Form, Test};

impl<'a> Search<'a> {
    /// The next message, where the current one has been said whole.
    pub(super) fn between(&self) -> Option<usize> {
        match self.state.cursor {
            Cursor::Between { next, .. } => Some(next),
            Cursor::Within { message, at } => {
                self.call.said[message].text[at..].trim().is_empty().then_some(message + 1)
            }
        }
    }

    /// The message that text now stands in, and the place in it.
    pub(super) fn place(&self) -> Option<(usize, usize)> {
        match self.state.cursor {
            Cursor::Within { message, at } => Some((message, at)),
            Cursor::Between { next, role } => {
                let said = self.call.said.get(next)?;
                let fits = match &self.program.steps[role] {
                    Step::Role(Some(role)) => *role == said.role,
                    Step::Role(None) => matches!(said.role, Role::System | Role::User),
                    _ => said.role == Role::Assistant,
                };
                fits.then_some((next, 0))
            }
        }
    }

    pub(super) fn enter(&mut self) -> Option<(usize, usize)> {
        let place = self.place()?;
        if matches!(self.state.cursor, Cursor::Between { .. }) {
            self.trail.push(Event::Enter(place.0));
        }
        Some(place)
    }

    pub(super) fn literal(&mut self, text: &str) -> Option<()> {
        let begins = !matches!(self.state.cursor, Cursor::Within { at: 1.., .. });
        let text = if begins { text.trim_start() } else { text };
        if text.is_empty() {
            return Some(());
        }
        let (message, at) = self.enter()?;
        let rest = &self.call.said[message].text[at..];
        let at = if rest.starts_with(text) {
            at + text.len()
        } else if rest == text.trim_end() {
            // The end of a message was trimmed, and with it the end of the template's own text.
            at + rest.len()
        } else {
            return None;
        };
        self.state.cursor = Cursor::Within { message, at };
        Some(())
    }

    pub(super) fn counter(&mut self, scope: usize, first: usize) -> Option<()> {
        let number = self.state.frames.get(scope.checked_sub(1)?)?.index + first;
        let (message, at) = self.enter()?;
        let number = number.to_string();
        if !self.call.said[message].text[at..].starts_with(&number) {
            return None;
        }
        self.trail.push(Event::Count((message, at, at + number.len())));
        self.state.cursor = Cursor::Within { message, at: at + number.len() };
        Some(())
    }

    /// Where earlier messages can end: as late as the next role allows, since the prompt's own message is the newest.
    pub(super) fn skips(&self, at: usize, next: usize) -> Vec<Way> {
        let wanted = self.program.steps[at + 1..].iter().find_map(|step| match step {
            Step::Literal(text) if text.trim().is_empty() => None,
            // A role right before another one has no text.
            Step::Role(Some(Role::Assistant)) => None,
            Step::Role(Some(role)) => Some(Some(role)),
            _ => Some(None),
        });
        let fits = |place: &usize| match (wanted.flatten(), self.call.said.get(*place)) {
            (Some(role), Some(said)) => said.role == *role,
            _ => true,
        };
        (next..=self.call.said.len()).rev().filter(fits).map(Way::Skip).collect()
    }

    pub(super) fn again(&self, each: usize) -> Vec<Way> {
        let Some(frame) = self.state.frames.last() else { return Vec::new() };
        let each = &self.program.loops[each];
        if let Some(Value::Array(list)) = each.list.and_then(|list| self.value(list)) {
            return match list.len().checked_sub(frame.index) {
                None | Some(0) => vec![Way::Exit],
                Some(left) => vec![Way::Item(Some(left == 1))],
            };
        }
        if !each.asks_last {
            return vec![Way::Item(None), Way::Exit];
        }
        match frame.last {
            Some(true) => vec![Way::Exit],
            Some(false) => vec![Way::Item(Some(false)), Way::Item(Some(true))],
            None => vec![Way::Item(Some(false)), Way::Item(Some(true)), Way::Exit],
        }
    }

    /// The value that a reference has to have here.
    pub(super) fn value(&self, id: usize) -> Option<&'a Value> {
        let reference = &self.program.references[id];
        let mut keys = reference.path.iter();
        let mut value = if reference.scope == 0 {
            self.fixed.get(keys.next()?)?
        } else {
            let frame = self.state.frames.get(reference.scope - 1)?;
            let list = self.program.loops[frame.each].list?;
            self.value(list)?.get(frame.index)?
        };
        for key in keys {
            value = value.get(key)?;
        }
        Some(value)
    }

    /// What a condition must be, where something decides it.
    pub(super) fn known(&self, condition: usize) -> Option<bool> {
        let condition = &self.program.conditions[condition];
        let value = condition.reference.and_then(|id| self.value(id));
        let shared = condition.reference.and_then(|id| self.program.shared[id]);
        let bound = shared.and_then(|shared| self.state.bound[shared]);
        match &condition.test {
            Test::First(scope) => Some(self.state.frames.get(scope.checked_sub(1)?)?.index == 0),
            Test::Last(scope) => self.state.frames.get(scope.checked_sub(1)?)?.last,
            Test::Truthy(_) => value
                .map(truthy)
                .or(bound.map(|(_, start, end)| end > start))
                .or_else(|| shared.and_then(|shared| self.state.assumed[shared])),
            Test::Equals(_, text) => value
                .map(|value| value == text.as_str())
                .or(bound.map(|(message, start, end)| self.call.said[message].text[start..end] == *text)),
            Test::Unknown => None,
        }
    }

    /// The ends a hole can have: some to try first, and where to look for others from.
    pub(super) fn hole(&self, hole: usize) -> Option<(Vec<Way>, Option<usize>)> {
        let hole = &self.program.holes[hole];
        let (message, at) = self.place()?;
        let text = self.call.said[message].text.as_str();
        if hole.form == Form::Json {
            let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
            values.next()?.ok()?;
            return Some((vec![Way::End(at + values.byte_offset())], None));
        }
        let bound = hole.reference.and_then(|id| self.program.shared[id]).and_then(|shared| self.state.bound[shared]);
        if let Some((message, start, end)) = bound {
            let known = &self.call.said[message].text[start..end];
            return Some((standing(text, at, known).into_iter().map(Way::End).collect(), None));
        }
        if let (Form::Text, Some(value)) = (&hole.form, hole.reference.and_then(|id| self.value(id))) {
            let ends = forms(value).into_iter().filter_map(|form| standing(text, at, &form));
            return Some((ends.map(Way::End).collect(), None));
        }
        let mut ways = Vec::new();
        if at == 0 && hole.next.texts.iter().any(|next| text.starts_with(next.text.trim_start())) {
            ways.push(Way::End(0));
        }
        ways.extend(self.call.hints_at(message, at).map(Way::End));
        for start in self.call.hints_after(message, at) {
            let before = hole.next.texts.iter().filter(|next| text[..start].ends_with(next.text.as_str()));
            ways.extend(before.map(|next| start - next.text.len()).filter(|end| *end >= at).map(Way::End));
        }
        Some((ways, Some(at)))
    }

    /// The first place from `from` on where the hole can end.
    pub(super) fn next_end(&self, at: usize, from: usize) -> Option<usize> {
        let Step::Hole(hole) = self.program.steps[at] else { return None };
        let Follow { texts, any, end } = &self.program.holes[hole].next;
        let (message, _) = self.place()?;
        let text = self.call.said[message].text.as_str();
        if from > text.len() {
            return None;
        }
        if *any {
            return (from..=text.len()).find(|place| text.is_char_boundary(*place));
        }
        let mut ends = Vec::with_capacity(texts.len() + 1);
        for next in texts {
            ends.extend(next.finder.find(&text.as_bytes()[from..]).map(|place| from + place));
            let kept = next.text.trim_end();
            if kept.len() < next.text.len() && !kept.is_empty() && text.ends_with(kept) {
                ends.push(text.len() - kept.len());
            }
        }
        ends.extend(end.then_some(text.len()));
        ends.into_iter().filter(|end| *end >= from).min()
    }
}

/// Where a known value ends that stands at a place; white space at the edges of the message was trimmed.
fn standing(text: &str, at: usize, value: &str) -> Option<usize> {
    let rest = &text[at..];
    let value = if at == 0 { value.trim_start() } else { value };
    if rest.starts_with(value) {
        return Some(at + value.len());
    }
    (rest == value.trim_end()).then_some(text.len())
}

/// Whether a condition takes a value for true.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}
