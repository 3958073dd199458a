//! What names mean while a template is rendered.

use std::rc::Rc;

use serde_json::Value;

use crate::domain::prompt::printed::javascript;

/// A value during a rendering: borrowed from the variables where it can be.
#[derive(Clone, Debug)]
pub(super) enum Val<'v> {
    Undefined,
    Ref(&'v Value),
    /// A literal, or the result of a function.
    Own(Rc<Value>),
    /// The context of a partial with parameters: those before the fields of the context.
    Merged(Rc<Merged<'v>>),
}

/// Named values over the fields of another value.
#[derive(Debug)]
pub(super) struct Merged<'v> {
    pub(super) base: Val<'v>,
    pub(super) over: Vec<(String, Val<'v>)>,
}

impl Val<'_> {
    pub(super) fn own(value: Value) -> Self {
        Self::Own(Rc::new(value))
    }

    /// The value where it stands as one.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Undefined | Self::Merged(_) => None,
            Self::Ref(value) => Some(value),
            Self::Own(value) => Some(value),
        }
    }

    /// A value of its own, fields put together.
    pub(super) fn to_value(&self) -> Option<Value> {
        match self {
            Self::Merged(merged) => {
                let mut map = merged.base.to_value().and_then(|value| value.as_object().cloned()).unwrap_or_default();
                for (name, value) in &merged.over {
                    map.insert(name.clone(), value.to_value().unwrap_or_default());
                }
                Some(Value::Object(map))
            }
            other => other.value().cloned(),
        }
    }

    /// A field, an item or the length, as JavaScript has it; undefined where there is none, and null of null.
    pub(super) fn get(&self, name: &str) -> Self {
        match self {
            Self::Undefined => Self::Undefined,
            Self::Ref(value) => match value {
                Value::Object(map) => map.get(name).map_or(Self::Undefined, Self::Ref),
                Value::Array(list) => match javascript::index(name) {
                    Some(index) => list.get(index as usize).map_or(Self::Undefined, Self::Ref),
                    None => length(name, list.len()),
                },
                Value::String(text) => of_text(text, name),
                Value::Null => self.clone(),
                _ => Self::Undefined,
            },
            Self::Own(value) => match value.as_ref() {
                Value::String(text) => of_text(text, name),
                other => match Val::Ref(other).get(name) {
                    Val::Undefined => Self::Undefined,
                    found => found.to_value().map_or(Self::Undefined, Self::own),
                },
            },
            Self::Merged(merged) => match merged.over.iter().find(|(known, _)| known == name) {
                Some((_, value)) => value.clone(),
                None => merged.base.get(name),
            },
        }
    }

    /// Whether conditions take it for nothing: zero is not, they ask for that themselves.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Undefined => true,
            Self::Merged(_) => false,
            other => match other.value() {
                None | Some(Value::Null | Value::Bool(false)) => true,
                Some(Value::String(text)) => text.is_empty(),
                Some(Value::Array(list)) => list.is_empty(),
                Some(_) => false,
            },
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.value().and_then(Value::as_f64) == Some(0.0)
    }

    /// `===`: plain values by what they are, lists and objects by being the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) => true,
            (Self::Merged(one), Self::Merged(two)) => Rc::ptr_eq(one, two),
            _ => match (self.value(), other.value()) {
                (Some(Value::Number(one)), Some(Value::Number(two))) => one == two || one.as_f64() == two.as_f64(),
                (Some(one @ (Value::Array(_) | Value::Object(_))), Some(two)) => std::ptr::eq(one, two),
                (Some(one), Some(two)) => one == two,
                _ => false,
            },
        }
    }
}

fn length<'v>(name: &str, length: usize) -> Val<'v> {
    if name == "length" { Val::own(Value::from(length)) } else { Val::Undefined }
}

fn of_text<'v>(text: &str, name: &str) -> Val<'v> {
    match javascript::index(name) {
        Some(index) => match text.chars().nth(index as usize) {
            Some(c) => Val::own(Value::String(c.to_string())),
            None => Val::Undefined,
        },
        // JavaScript counts UTF-16 code units.
        None => length(name, text.encode_utf16().count()),
    }
}

/// A list in which the newest entries come first and scopes share what is older.
#[derive(Debug)]
pub(super) struct List<T>(Option<Rc<Link<T>>>);

#[derive(Debug)]
struct Link<T> {
    item: T,
    older: List<T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> List<T> {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// The list with one more entry.
    pub(super) fn with(&self, item: T) -> Self {
        Self(Some(Rc::new(Link { item, older: self.clone() })))
    }

    /// The entries, the newest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &T> {
        std::iter::successors(self.0.as_deref(), |link| link.older.0.as_deref()).map(|link| &link.item)
    }
}

/// What `@index` and its like are within one repetition.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) index: usize,
    pub(super) key: Option<String>,
    pub(super) last: bool,
}

impl Turn {
    /// The variable of a name without its `@`.
    pub(super) fn get<'v>(&self, name: &str) -> Option<Val<'v>> {
        Some(Val::own(match name {
            "index" => Value::from(self.index),
            "key" => self.key.as_ref().map_or_else(|| Value::from(self.index), |key| Value::String(key.clone())),
            "first" => Value::Bool(self.index == 0),
            "last" => Value::Bool(self.last),
            _ => return None,
        }))
    }
}
