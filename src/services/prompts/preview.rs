//! What a prompt comes to while it is being written: its messages, their tokens, and what calls would cost.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model_costs::{self, ModelCost};
use super::tokens::{CountCache, Counted, Tokenizer};
use super::{LintFacts, Prompts, PromptsError};
use crate::domain::lint::Finding;
use crate::domain::message::{Message, Role};
use crate::domain::price::PriceBook;
use crate::domain::prompt::{Inputs, Prompt, PromptError, VariableKind};
use crate::domain::run::{ModelId, PromptVersionRef};
use crate::domain::time::Timestamp;

/// Tokens of an answer where nothing was recorded.
const USUAL_ANSWER: u64 = 300;

/// What a preview is made of.
#[derive(Clone, Debug)]
pub struct PreviewOf<'a> {
    /// The prompt.
    pub name: &'a str,
    /// The file's text as it is being written.
    pub text: &'a str,
    /// The variables of a case; `None` shows each variable by its name.
    pub variables: Option<&'a Map<String, Value>>,
    /// The configured models.
    pub models: &'a [ModelId],
    /// Tokens of an answer, where calls of the prompt were recorded.
    pub answer_tokens: Option<u64>,
    /// When calls would be paid for.
    pub at: Timestamp,
    /// What the linter knows; `None` checks nothing.
    pub facts: Option<&'a LintFacts>,
}

/// A part of a message below a heading of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading, without its marks. It came from outside.
    pub title: String,
    /// Its tokens, heading included.
    pub tokens: u64,
}

/// A rendered message with its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// Who speaks.
    pub role: Role,
    /// The text.
    pub text: String,
    /// Its tokens.
    pub tokens: u64,
    /// Its parts, where it has headings.
    pub sections: Vec<Section>,
}

/// What a prompt comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The messages, or what is wrong.
    pub messages: Result<Vec<Spoken>, PromptError>,
    /// How tokens were counted: for the model that the prompt names.
    pub counted: Counted,
    /// Tokens of the template itself, without values.
    pub template_tokens: u64,
    /// Tokens of all messages.
    pub tokens: u64,
    /// Tokens from the start that are the same in every call, which a provider's prompt cache can keep.
    pub stable_tokens: u64,
    /// The variables that have no value here and are shown by name.
    pub unset: Vec<String>,
    /// Tokens of an answer, as reckoned with.
    pub answer_tokens: u64,
    /// What a thousand calls cost, the prompt's own model first.
    pub costs: Vec<ModelCost>,
    /// What the linter found, in the order of the file.
    pub findings: Vec<Finding>,
}

impl Prompts {
    /// What a text comes to as this prompt's file. A mistake in it is part of the answer.
    pub fn preview(&self, of: &PreviewOf<'_>, prices: &PriceBook) -> Result<Preview, PromptsError> {
        let format = self.named(of.name)?.format;
        let findings = of.facts.map_or_else(Vec::new, |facts| facts.check(of.name, format, of.text));
        let answer_tokens = of.answer_tokens.unwrap_or(USUAL_ANSWER);
        let prompt = match Prompt::parse(of.name, format, of.text) {
            Ok(prompt) => prompt,
            Err(mistake) => return Ok(Preview { findings, ..broken(of, mistake, answer_tokens, &self.counts) }),
        };
        let tokenizer = Tokenizer::of(prompt.model.as_deref());
        let partials = if prompt.takes_partials() { self.partials() } else { BTreeMap::new() };
        let (variables, unset) = filled(&prompt, of.variables);
        let inputs = Inputs { partials, ..Inputs::of(variables) };
        let template_tokens = self.counts.count(tokenizer, &prompt.template);
        let rendered = prompt.preview(&inputs);
        let stable_tokens = match &rendered {
            Ok(messages) => self.counts.count(tokenizer, &stable_text(&prompt, messages, &inputs)),
            Err(_) => 0,
        };
        let messages: Result<Vec<Spoken>, PromptError> =
            rendered.map(|messages| messages.iter().map(|message| spoken(message, tokenizer, &self.counts)).collect());
        let texts: Vec<&str> = match &messages {
            Ok(messages) => messages.iter().map(|message| message.text.as_str()).collect(),
            Err(_) => vec![prompt.template.as_str()],
        };
        let count = |tokenizer| texts.iter().map(|text| self.counts.count(tokenizer, text)).sum();
        let costs = model_costs::shown(prices, prompt.model.as_deref(), of.models)
            .into_iter()
            .map(|model| model_costs::cost(prices, model, &count, answer_tokens, of.at))
            .collect();
        let tokens = count(tokenizer);
        let counted = tokenizer.counted();
        Ok(Preview { messages, counted, template_tokens, tokens, stable_tokens, unset, answer_tokens, costs, findings })
    }
}

impl Prompts {
    /// Renders a version with these values; a variable without one stands by its name.
    pub fn render_or_named(
        &self,
        reference: &PromptVersionRef,
        values: Option<&Map<String, Value>>,
    ) -> Result<Vec<Message>, PromptsError> {
        let loaded = self.load(reference)?;
        let (variables, _) = filled(&loaded.prompt, values);
        self.render(reference, &Inputs::of(variables))
    }
}

fn broken(of: &PreviewOf<'_>, mistake: PromptError, answer_tokens: u64, counts: &CountCache) -> Preview {
    let tokenizer = Tokenizer::of(None);
    let tokens = counts.count(tokenizer, of.text);
    Preview {
        messages: Err(mistake),
        counted: tokenizer.counted(),
        template_tokens: tokens,
        tokens,
        stable_tokens: 0,
        unset: Vec::new(),
        answer_tokens,
        costs: Vec::new(),
        findings: Vec::new(),
    }
}

/// The values to render with: those of the case; a variable without one is shown as `{{name}}`.
fn filled(prompt: &Prompt, given: Option<&Map<String, Value>>) -> (Map<String, Value>, Vec<String>) {
    let mut variables = given.cloned().unwrap_or_default();
    let mut unset = Vec::new();
    for variable in &prompt.variables {
        if variable.used && variable.default.is_none() && !variables.contains_key(&variable.name) {
            unset.push(variable.name.clone());
            let stand_in = match variable.kind {
                VariableKind::Thread | VariableKind::Null => continue,
                // A text in a list's place would be gone through letter by letter.
                VariableKind::Array => Value::Array(Vec::new()),
                VariableKind::Object => Value::Object(Map::new()),
                _ => Value::from(format!("{{{{{}}}}}", variable.name)),
            };
            variables.insert(variable.name.clone(), stand_in);
        }
    }
    (variables, unset)
}

/// The text from the start that does not depend on any variable: where two renderings with other values part.
fn stable_text(prompt: &Prompt, messages: &[Message], inputs: &Inputs) -> String {
    let mut others = inputs.clone();
    for (name, value) in &mut others.variables {
        // The first character decides: a value that begins the same would count as stable.
        let other = match &*value {
            Value::String(_) => Value::from(format!("\u{1}{name}")),
            Value::Array(items) => Value::Array(vec![Value::from("\u{1}"); items.len()]),
            other => other.clone(),
        };
        *value = other;
    }
    let Ok(changed) = prompt.preview(&others) else { return String::new() };
    let mut stable = String::new();
    for (one, other) in messages.iter().zip(&changed) {
        if one.role != other.role {
            break;
        }
        let (one, other) = (one.content(), other.content());
        let same: usize = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        stable.push_str(&one[..same]);
        if same < one.len() || same < other.len() {
            break;
        }
        stable.push('\n');
    }
    stable
}

fn spoken(message: &Message, tokenizer: Tokenizer, counts: &CountCache) -> Spoken {
    let text = message.content();
    let sections = sections(&text)
        .into_iter()
        .map(|(title, text)| Section { title: title.to_owned(), tokens: counts.count(tokenizer, text) })
        .collect();
    Spoken { role: message.role.clone(), tokens: counts.count(tokenizer, &text), text, sections }
}

/// The parts of a text below its Markdown headings; none where it has fewer than two.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut starts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        fenced ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        let marks = line.len() - title.len();
        if !fenced && (1..=6).contains(&marks) && title.starts_with(' ') {
            starts.push((at, title.trim()));
        }
        at += line.len();
    }
    if starts.len() < 2 {
        return Vec::new();
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let parts = starts.iter().zip(ends).map(|((start, title), end)| (*title, &text[*start..end]));
    let before = text[..starts[0].0].trim();
    (!before.is_empty()).then_some(("", before)).into_iter().chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_headings_is_counted_by_section() {
        let text = "Before.\n# Rules\nOne.\n```\n# no heading\n```\n## Style\nTwo.";
        let titles: Vec<&str> = sections(text).into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["", "Rules", "Style"]);
        let whole: String = sections(text).into_iter().skip(1).map(|(_, text)| text).collect();
        assert_eq!(whole, text["Before.\n".len()..]);
        assert!(sections("# One heading\ntext").is_empty());
    }

    #[test]
    fn what_comes_before_the_first_value_is_stable() {
        use crate::domain::prompt::PromptFormat;
        let source =
            "{{role \"system\"}}\nAnswer from the sources.\n{{role \"user\"}}\nSources: {{context}}\n{{question}}";
        let prompt = Prompt::parse("p", PromptFormat::Dotprompt, source).unwrap();
        let (variables, unset) = filled(&prompt, None);
        assert_eq!(unset, ["context", "question"]);
        let inputs = Inputs::of(variables);
        let messages = prompt.render(&inputs).unwrap();
        assert!(messages[1].content().contains("{{question}}"));
        assert_eq!(stable_text(&prompt, &messages, &inputs), "\nAnswer from the sources.\n\n\nSources: ");
    }
}
