//! Environment variables as one injected view, so that tests are exact.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::error::Mistake;
use super::file::{MOST_CONCURRENT, MOST_OUTPUT};
use super::model::{Config, EditorMode, Setting, Source};
use crate::domain::money::Money;
use crate::domain::run::ModelId;

/// Where environment variables come from.
pub trait Environment: Send + Sync {
    /// The value of a variable; `None` where it is not set or empty.
    fn var(&self, name: &str) -> Option<OsString>;

    /// The value of a variable as text; `None` where it is not set, empty, or no text.
    fn text(&self, name: &str) -> Option<String> {
        self.var(name)?.into_string().ok()
    }
}

/// The variables of this process, or a fixed set of them.
#[derive(Clone, Debug, Default)]
pub enum Variables {
    /// Those of this process.
    #[default]
    Process,
    /// These and no others.
    Fixed(BTreeMap<String, OsString>),
}

impl Variables {
    /// A fixed set of variables.
    pub fn fixed<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        Self::Fixed(variables.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
    }
}

impl Environment for Variables {
    fn var(&self, name: &str) -> Option<OsString> {
        let value = match self {
            Self::Process => std::env::var_os(name),
            Self::Fixed(variables) => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }
}

const THEME: &str = "HINDCAST_THEME";
const MOUSE: &str = "HINDCAST_MOUSE";
const ANIMATION: &str = "HINDCAST_ANIMATION";
const ASCII: &str = "HINDCAST_ASCII";
const EDITOR_MODE: &str = "HINDCAST_EDITOR_MODE";
const MODELS: &str = "HINDCAST_MODELS";
const MAX_COST: &str = "HINDCAST_MAX_COST_USD";
const MAX_COST_PER_DAY: &str = "HINDCAST_MAX_COST_PER_DAY_USD";
const CONCURRENCY: &str = "HINDCAST_CONCURRENCY";
const MAX_OUTPUT: &str = "HINDCAST_MAX_OUTPUT_TOKENS";

/// Puts `HINDCAST_*` over what is known so far; returns what could not be read.
pub(super) fn apply(config: &mut Config, environment: &dyn Environment) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let workbench = &mut config.workbench;
    let defaults = &mut config.defaults;
    {
        let mut over = Over { environment, mistakes: &mut mistakes };
        over.set(&mut workbench.theme, THEME, "the name of a theme", |text| Some(Some(text.to_owned())));
        over.set(&mut workbench.mouse, MOUSE, "true or false", yes_or_no);
        over.set(&mut workbench.animation, ANIMATION, "true or false", yes_or_no);
        over.set(&mut workbench.ascii, ASCII, "true or false", yes_or_no);
        over.set(&mut workbench.editor_mode, EDITOR_MODE, "plain, vim or emacs", |text| {
            EditorMode::ALL.into_iter().find(|mode| mode.as_str() == text)
        });
        over.set(&mut defaults.models, MODELS, "models such as local/gemma3, divided by commas", |text| {
            text.split(',').map(|model| model.parse::<ModelId>().ok()).collect()
        });
        over.set(&mut defaults.max_cost_usd, MAX_COST, "a number of dollars, 0 or more", |text| {
            text.parse::<Money>().ok().filter(|amount| *amount >= Money::ZERO)
        });
        over.set(&mut defaults.max_cost_per_day_usd, MAX_COST_PER_DAY, "a number of dollars, 0 or more", |text| {
            text.parse::<Money>().ok().filter(|amount| *amount >= Money::ZERO).map(Some)
        });
        over.set(&mut defaults.concurrency, CONCURRENCY, "a whole number from 1 to 256", |text| {
            text.parse::<u32>().ok().filter(|number| (1..=MOST_CONCURRENT).contains(number))
        });
        over.set(&mut defaults.max_output_tokens, MAX_OUTPUT, "a whole number of tokens", |text| {
            text.parse::<u32>().ok().filter(|number| (1..=MOST_OUTPUT).contains(number))
        });
    }
    mistakes
}

struct Over<'e> {
    environment: &'e dyn Environment,
    mistakes: &'e mut Vec<Mistake>,
}

impl Over<'_> {
    fn set<T>(&mut self, slot: &mut Setting<T>, name: &'static str, expected: &str, read: impl Fn(&str) -> Option<T>) {
        let Some(value) = self.environment.var(name) else { return };
        match value.to_str().and_then(|text| read(text.trim())) {
            Some(value) => *slot = Setting { value, source: Source::Env(name) },
            None => self.mistakes.push(Mistake {
                path: None,
                line: None,
                key: name.to_owned(),
                message: format!("the environment variable must be {expected}"),
            }),
        }
    }
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
