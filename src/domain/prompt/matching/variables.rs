//! Puts the values that a search read together as variables.

use serde_json::{Map, Value};

use super::call::{RecordedCall, forms};
use super::fitting::truthy;
use super::program::Program;
use super::search::{Event, Range};
use crate::domain::prompt::pattern::{Form, Reference, Test};

/// One level of values: the variables, or an item of a list.
#[derive(Default)]
struct Level {
    value: Option<Value>,
    /// Conditions that took a value to be there or not.
    chosen: Vec<(usize, bool)>,
}

struct Builder<'a> {
    program: &'a Program,
    call: &'a RecordedCall,
    levels: Vec<Level>,
    /// The items of the lists under way.
    lists: Vec<Vec<Value>>,
}

/// The variables; `None` where two holes of one name have different values.
pub(super) fn variables(program: &Program, call: &RecordedCall, trail: &[Event]) -> Option<Map<String, Value>> {
    let mut builder = Builder { program, call, levels: vec![Level::default()], lists: Vec::new() };
    for event in trail {
        match event {
            Event::Bind { hole, range } => builder.bind(*hole, *range)?,
            Event::Chose { condition, yes } => builder.chose(*condition, *yes)?,
            Event::Open => builder.lists.push(Vec::new()),
            Event::Item => builder.levels.push(Level::default()),
            Event::Shut => {
                let item = builder.finish()?;
                builder.lists.last_mut()?.push(item);
            }
            Event::Close(each) => {
                let items = builder.lists.pop()?;
                if let Some(list) = program.loops[*each].list {
                    builder.set(list, Value::Array(items))?;
                }
            }
            Event::Enter(_) | Event::Skip(_) | Event::Count(_) | Event::Rest(_) => {}
        }
    }
    match builder.finish()? {
        Value::Object(variables) => Some(variables),
        _ => None,
    }
}

impl Builder<'_> {
    fn text(&self, (message, start, end): Range) -> &str {
        &self.call.said[message].text[start..end]
    }

    fn bind(&mut self, hole: usize, range: Range) -> Option<()> {
        let hole = &self.program.holes[hole];
        let Some(reference) = hole.reference else { return Some(()) };
        let text = self.text(range);
        let value = match &hole.form {
            Form::Text => self.as_recorded(reference, range).unwrap_or_else(|| Value::from(text)),
            Form::Json => serde_json::from_str(text).ok()?,
            Form::Joined(_) if text.is_empty() => Value::Array(Vec::new()),
            Form::Joined(between) => text.split(between.as_str()).map(Value::from).collect(),
        };
        self.set(reference, value)
    }

    /// The recorded value, where it is the one in the text: a number stays one, and so does white space at the edges of a
    /// message that recording lost.
    fn as_recorded(&self, reference: usize, (message, start, end): Range) -> Option<Value> {
        let recorded = self.recorded(&self.program.references[reference])?;
        let said = self.call.said[message].text.as_str();
        let text = &said[start..end];
        let same = |form: &String| {
            let form = if start == 0 { form.trim_start() } else { form };
            form == text || end == said.len() && form.trim_end() == text
        };
        forms(recorded).iter().any(same).then(|| recorded.clone())
    }

    fn recorded(&self, reference: &Reference) -> Option<&Value> {
        let mut keys = reference.path.iter();
        let mut value = match reference.scope {
            0 => self.call.recorded.get(keys.next()?)?,
            // Which list the item belongs to is known to the search alone; its fields are texts nearly always.
            _ => return None,
        };
        for key in keys {
            value = value.get(key)?;
        }
        Some(value)
    }

    /// Notes a choice; a test for equality that held is a value.
    fn chose(&mut self, condition: usize, yes: bool) -> Option<()> {
        let Some(reference) = self.program.conditions[condition].reference else { return Some(()) };
        match &self.program.conditions[condition].test {
            Test::Equals(_, text) if yes => self.set(reference, Value::from(text.as_str())),
            Test::Truthy(_) => {
                let scope = self.program.references[reference].scope;
                self.levels.get_mut(scope)?.chosen.push((reference, yes));
                Some(())
            }
            _ => Some(()),
        }
    }

    /// Ends a level: what only conditions asked for gets the value that they took it to have.
    fn finish(&mut self) -> Option<Value> {
        let Level { mut value, chosen } = self.levels.pop()?;
        let is_root = self.levels.is_empty();
        for (reference, yes) in chosen {
            let path = &self.program.references[reference].path;
            match value.as_ref().and_then(|value| path.iter().try_fold(value, |value, key| value.get(key))) {
                Some(known) if truthy(known) == yes => continue,
                Some(_) => return None,
                None => {}
            }
            let recorded = if is_root { self.recorded(&self.program.references[reference]) } else { None };
            let assumed = match recorded {
                Some(recorded) if truthy(recorded) == yes => recorded.clone(),
                _ if yes => Value::Bool(true),
                _ if self.program.listed[reference] => Value::Array(Vec::new()),
                _ if self.program.printed[reference] => Value::from(""),
                _ => Value::Bool(false),
            };
            put(&mut value, path, assumed)?;
        }
        Some(value.unwrap_or_else(|| Value::Object(Map::new())))
    }

    fn set(&mut self, reference: usize, value: Value) -> Option<()> {
        let Reference { scope, path } = &self.program.references[reference];
        put(&mut self.levels.get_mut(*scope)?.value, path, value)
    }
}

/// Puts a value at a path; `None` where another one is there.
fn put(place: &mut Option<Value>, path: &[String], value: Value) -> Option<()> {
    let Some((key, below)) = path.split_first() else {
        match place {
            None => *place = Some(value),
            Some(known) => merge(known, value)?,
        }
        return Some(());
    };
    match place.get_or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(map) => {
            if let Some(known) = map.get_mut(key) {
                let mut inner = Some(known.take());
                put(&mut inner, below, value)?;
                *known = inner?;
            } else {
                let mut inner = None;
                put(&mut inner, below, value)?;
                map.insert(key.clone(), inner?);
            }
            Some(())
        }
        _ => None,
    }
}

/// Joins two readings of one value: objects by key, lists item by item.
fn merge(known: &mut Value, value: Value) -> Option<()> {
    match (known, value) {
        (Value::Object(known), Value::Object(more)) => {
            for (key, value) in more {
                match known.get_mut(&key) {
                    Some(known) => merge(known, value)?,
                    None => {
                        known.insert(key, value);
                    }
                }
            }
            Some(())
        }
        (Value::Array(known), Value::Array(more)) if known.len() == more.len() => {
            known.iter_mut().zip(more).try_for_each(|(known, value)| merge(known, value).ok_or(())).ok()
        }
        (known, value) => (*known == value).then_some(()),
    }
}
