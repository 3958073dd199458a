//! What the rules are given: the file, and what is known besides.

use std::collections::{BTreeMap, BTreeSet};

use super::fingerprint::Fingerprint;
use super::models::{Known, ModelFacts};
use super::settings::Settings;
use super::source::Source;
use crate::domain::prompt::{Prompt, PromptError, PromptFormat};

/// A prompt file to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The prompt's name: its path below `prompts/` without suffix.
    pub name: &'a str,
    /// The file's format.
    pub format: PromptFormat,
    /// The file's text, as it stands in the file or in the editor.
    pub text: &'a str,
}

/// What is known besides the file.
pub struct Facts<'a> {
    /// Models, their limits and prices.
    pub models: &'a dyn ModelFacts,
    /// Counts the tokens of a text. It is asked only where a count can decide.
    pub tokens: &'a dyn Fn(&str) -> u64,
    /// What was recorded of calls with this prompt; `None` where nothing was.
    pub traffic: Option<&'a Traffic>,
    /// The workspace's prompts; the one of the subject's own name is passed over.
    pub others: &'a [Fingerprint],
    /// The templates of partials by name.
    pub partials: &'a BTreeMap<String, String>,
    /// Today in UTC as `YYYY-MM-DD`; `None` finds no model retired by date.
    pub today: Option<&'a str>,
    /// Rules that are off or weigh differently.
    pub settings: &'a Settings,
}

/// Recorded calls with a prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Calls a day, over the days in which there were any.
    pub calls_per_day: f64,
    /// The model that answered most of them, as `provider/model`.
    pub model: Option<String>,
    /// The prompt's variables by name.
    pub variables: BTreeMap<String, Recorded>,
}

/// The recorded values of a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Calls in which it had a value.
    pub calls: u64,
    /// Different values.
    pub distinct: u64,
    /// Tokens of its largest value.
    pub most_tokens: u64,
    /// Calls in which it was what the trace's user had put in.
    pub from_users: u64,
}

impl Recorded {
    /// Whether the values are what end users wrote.
    pub(super) const fn is_from_users(self) -> bool {
        self.calls > 0 && self.from_users * 2 > self.calls
    }

    /// Whether one value serves many calls, so that it hardly ever changes.
    pub(super) const fn is_steady(self) -> bool {
        self.calls >= 20 && self.distinct * 20 <= self.calls
    }
}

/// Everything that a rule looks at.
pub struct Context<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) facts: &'a Facts<'a>,
    pub(super) source: Source<'a>,
    /// The prompt by its front matter; its template is left out, since compiling a long one takes long.
    pub(super) prompt: Result<Prompt, PromptError>,
    /// The mistake in the template, where it has one.
    pub(super) broken: Option<PromptError>,
    /// The file's model as known; `None` where it names none.
    pub(super) model: Option<(String, Known)>,
    /// The declared variables; `None` where the file declares none, or where they cannot be told.
    pub(super) declared: Option<BTreeSet<String>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(subject: &'a Subject<'a>, facts: &'a Facts<'a>) -> Self {
        let source = Source::scan(subject.text, subject.format);
        let head = match subject.format {
            PromptFormat::Dotprompt | PromptFormat::Prompty => &subject.text[..source.body.start],
            PromptFormat::GithubModels | PromptFormat::Text => subject.text,
        };
        let prompt = Prompt::parse(subject.name, subject.format, head);
        let broken = if prompt.is_ok() { super::compile::mistake(subject, &source) } else { None };
        let model = prompt.as_ref().ok().and_then(|prompt| {
            let name = prompt.model.clone()?;
            let provider = prompt.front.get("model").and_then(|model| model.get("provider")?.as_str());
            let known = facts.models.find(provider, &name);
            Some((name, known))
        });
        let declared = prompt.as_ref().ok().and_then(super::declared::declared);
        Self { subject, facts, source, prompt, broken, model, declared }
    }

    /// The price row of the file's model, else of the model that answered most recorded calls.
    pub(super) fn priced(&self) -> Option<std::sync::Arc<crate::domain::price::PriceRow>> {
        if let Some((_, known)) = &self.model {
            return known.row().cloned();
        }
        let recorded = self.facts.traffic.and_then(|traffic| traffic.model.as_deref())?;
        self.facts.models.find(None, recorded).row().cloned()
    }

    /// What was recorded of a variable.
    pub(super) fn recorded(&self, variable: &str) -> Recorded {
        self.facts.traffic.and_then(|traffic| traffic.variables.get(variable)).copied().unwrap_or_default()
    }
}
