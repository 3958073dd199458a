//! From keys to actions: the defaults of the table of actions, and the user's own.

use std::collections::BTreeMap;

use super::action::{ACTIONS, Action, Context};
use super::chord::{Chord, ChordError, Sequence};

/// The user's keys: context name → action id → chords; an empty list unbinds.
pub type KeyOverrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// What is bound where.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug, PartialEq)]
struct Binding {
    context: Context,
    keys: Sequence,
    action: Action,
}

/// What the keys pressed so far mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// An action.
    Action(Action),
    /// The beginning of several sequences: the rest of each with its action.
    Prefix(Vec<(Sequence, Action)>),
    /// Nothing.
    Nothing,
}

/// What is wrong with the user's keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// A context that does not exist.
    #[error("[keys.{0}]: there is no such context; there are: {names}", names = context_names())]
    Context(String),
    /// An action that does not exist.
    #[error("[keys.{context}] {action}: there is no such action; the palette (ctrl-p) and `hindcast` help list them")]
    Action {
        /// The context.
        context: String,
        /// The unknown id.
        action: String,
    },
    /// An action that does not apply there.
    #[error("[keys.{context}] {action}: this action does not work there; it works in: {places}")]
    Elsewhere {
        /// The context.
        context: String,
        /// The action's id.
        action: String,
        /// Where it works.
        places: String,
    },
    /// A key that cannot be read.
    #[error("[keys.{context}] {action}: {error}")]
    Chord {
        /// The context.
        context: String,
        /// The action's id.
        action: String,
        /// What is wrong.
        error: ChordError,
    },
    /// Two actions on one key.
    #[error(
        "`{keys}` in [keys.{context}] would mean both {first} and {second}; give one of them another key, or [] for none"
    )]
    Conflict {
        /// The context.
        context: &'static str,
        /// The key.
        keys: String,
        /// An action's id.
        first: &'static str,
        /// The other's.
        second: &'static str,
    },
    /// The one key that must always work.
    #[error("[keys.{0}]: ctrl-c always cancels and cannot be bound to anything else")]
    Reserved(String),
}

fn context_names() -> String {
    Context::ALL.map(Context::name).join(", ")
}

impl Default for Keymap {
    fn default() -> Self {
        let mut bindings = Vec::new();
        for row in ACTIONS {
            for &context in row.contexts {
                // A default that cannot be read would bind nothing; a test reads them all.
                for keys in row.keys.iter().filter_map(|keys| Sequence::parse(keys).ok()) {
                    bindings.push(Binding { context, keys, action: row.action });
                }
            }
        }
        Self { bindings }
    }
}

impl Keymap {
    /// The defaults with the user's keys over them.
    pub fn with_overrides(overrides: &KeyOverrides) -> Result<Self, KeymapError> {
        let mut keymap = Self::default();
        for (context_name, actions) in overrides {
            let context = Context::parse(context_name).ok_or_else(|| KeymapError::Context(context_name.clone()))?;
            for (id, keys) in actions {
                keymap.rebind(context, id, keys)?;
            }
        }
        keymap.check()?;
        Ok(keymap)
    }

    fn rebind(&mut self, context: Context, id: &str, keys: &[String]) -> Result<(), KeymapError> {
        let name = || context.name().to_owned();
        let action = Action::parse(id).ok_or_else(|| KeymapError::Action { context: name(), action: id.to_owned() })?;
        if !action.applies(context) {
            let places = action.row().contexts.iter().map(|place| place.name()).collect::<Vec<_>>().join(", ");
            return Err(KeymapError::Elsewhere { context: name(), action: id.to_owned(), places });
        }
        self.bindings.retain(|binding| binding.action != action || (binding.context != context));
        for text in keys {
            let keys = Sequence::parse(text).map_err(|error| KeymapError::Chord {
                context: name(),
                action: id.to_owned(),
                error,
            })?;
            if keys.0.contains(&Chord::ctrl('c')) && action != Action::Cancel {
                return Err(KeymapError::Reserved(name()));
            }
            self.bindings.push(Binding { context, keys, action });
        }
        Ok(())
    }

    /// Whether every key means one thing in every context.
    pub fn check(&self) -> Result<(), KeymapError> {
        for (place, one) in self.bindings.iter().enumerate() {
            for other in &self.bindings[place + 1..] {
                let together =
                    one.context == other.context || one.context == Context::Global || other.context == Context::Global;
                if together && one.action != other.action && one.keys.clashes(&other.keys) {
                    let context = if one.context == Context::Global { other.context } else { one.context };
                    return Err(KeymapError::Conflict {
                        context: context.name(),
                        keys: if one.keys.0.len() < other.keys.0.len() { &one.keys } else { &other.keys }.to_string(),
                        first: one.action.row().id,
                        second: other.action.row().id,
                    });
                }
            }
        }
        Ok(())
    }

    /// What `pressed` means where `context` has the focus.
    pub fn lookup(&self, context: Context, pressed: &[Chord]) -> Lookup {
        let mut rest = Vec::new();
        for binding in self.bindings.iter().filter(|b| b.context == context || b.context == Context::Global) {
            if binding.keys.0 == pressed {
                return Lookup::Action(binding.action);
            }
            if let Some(tail) = binding.keys.0.strip_prefix(pressed) {
                rest.push((Sequence(tail.to_vec()), binding.action));
            }
        }
        if rest.is_empty() { Lookup::Nothing } else { Lookup::Prefix(rest) }
    }

    /// The keys of an action, in order, each once.
    pub fn keys(&self, action: Action) -> Vec<&Sequence> {
        let mut keys: Vec<&Sequence> = Vec::new();
        for binding in self.bindings.iter().filter(|binding| binding.action == action) {
            if !keys.contains(&&binding.keys) {
                keys.push(&binding.keys);
            }
        }
        keys
    }

    /// Whether a context has a key of its own for an action, those that work everywhere left out.
    pub fn is_bound_in(&self, context: Context, chord: Chord) -> bool {
        self.bindings.iter().any(|binding| binding.context == context && binding.keys.0.first() == Some(&chord))
    }

    /// The key to name in hints: the first that works in `context`.
    pub fn hint(&self, action: Action, context: Context) -> Option<String> {
        self.bindings
            .iter()
            .filter(|b| b.action == action && (b.context == context || b.context == Context::Global))
            // Where letters are text, a letter is no key.
            .find(|b| context != Context::PromptEdit || b.keys.0.first().is_none_or(|chord| !chord.is_text()))
            .map(|b| b.keys.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(context: &str, action: &str, keys: &[&str]) -> KeyOverrides {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        BTreeMap::from([(context.to_owned(), BTreeMap::from([(action.to_owned(), keys)]))])
    }

    #[test]
    fn the_defaults_are_readable_and_without_conflict() {
        Keymap::default().check().unwrap();
        for row in ACTIONS {
            for keys in row.keys {
                Sequence::parse(keys).unwrap();
            }
        }
    }

    #[test]
    fn a_user_key_replaces_the_list_and_an_empty_list_unbinds() {
        let keymap = Keymap::with_overrides(&overrides("traces", "list.sort", &["ctrl-o"])).unwrap();
        assert_eq!(keymap.lookup(Context::Traces, &[Chord::ctrl('o')]), Lookup::Action(Action::Sort));
        assert_eq!(keymap.lookup(Context::Traces, &[Chord::char('s')]), Lookup::Nothing);
        assert_eq!(keymap.lookup(Context::Runs, &[Chord::char('s')]), Lookup::Action(Action::Sort));
        let keymap = Keymap::with_overrides(&overrides("global", "app.quit", &[])).unwrap();
        assert_eq!(keymap.lookup(Context::Traces, &[Chord::char('q')]), Lookup::Nothing);
    }

    #[test]
    fn a_conflict_names_both_actions() {
        let error = Keymap::with_overrides(&overrides("traces", "list.sort", &["q"])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("list.sort") && text.contains("app.quit") && text.contains("`q`"), "{text}");
        let error = Keymap::with_overrides(&overrides("traces", "list.sort", &["g"])).unwrap_err();
        assert!(matches!(error, KeymapError::Conflict { .. }), "a prefix of `g g` conflicts too");
    }

    #[test]
    fn mistakes_say_what_there_is() {
        let text = Keymap::with_overrides(&overrides("trces", "list.sort", &[])).unwrap_err().to_string();
        assert!(text.contains("traces, trace, runs"), "{text}");
        assert!(Keymap::with_overrides(&overrides("global", "list.srt", &[])).is_err());
        assert!(Keymap::with_overrides(&overrides("sql", "list.sort", &["s"])).is_err());
        assert!(Keymap::with_overrides(&overrides("traces", "list.sort", &["ctrl-c"])).is_err());
        assert!(Keymap::with_overrides(&overrides("traces", "list.sort", &["hyper-s"])).is_err());
    }

    #[test]
    fn a_prefix_shows_how_it_goes_on() {
        let Lookup::Prefix(rest) = Keymap::default().lookup(Context::Traces, &[Chord::char('y')]) else {
            panic!("y starts several sequences");
        };
        assert!(rest.iter().any(|(keys, action)| keys.to_string() == "c" && *action == Action::CopyCli));
    }
}
