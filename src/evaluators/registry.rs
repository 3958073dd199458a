//! The evaluators: one file each, and one line here.

use super::evaluator::Evaluator;
use super::specification::ReadFile;
use super::{citations, contains, cost, exact, json_schema, latency, length, refusal, regex, rouge_l, similarity};

/// What stands behind the colon of a specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    None,
    /// Something that can be left out; the name of it.
    Optional(&'static str),
    /// Something that has to be there; the name of it.
    Required(&'static str),
}

/// Makes an evaluator of its argument, which is there where it has to be; says what is wrong with it.
type Build = fn(Option<&str>, ReadFile<'_>) -> Result<Box<dyn Evaluator>, String>;

/// An evaluator as it is known by name.
pub struct Entry {
    /// Its name before the colon.
    pub name: &'static str,
    /// What it takes.
    pub argument: Argument,
    /// What it says, in a sentence.
    pub what: &'static str,
    pub(super) build: Build,
}

impl Entry {
    /// How it is written: `contains:TEXT`, `json-schema[:FILE]`.
    pub fn usage(&self) -> String {
        match self.argument {
            Argument::None => self.name.to_owned(),
            Argument::Optional(argument) => format!("{}[:{argument}]", self.name),
            Argument::Required(argument) => format!("{}:{argument}", self.name),
        }
    }
}

/// Every evaluator, in the order that they are listed in.
#[rustfmt::skip]
pub static REGISTRY: [Entry; 11] = [
    Entry { name: "exact", argument: Argument::Optional("TEXT"), what: "the answer is the recorded one, or TEXT", build: |text, _| Ok(Box::new(exact::Exact { expected: text.map(str::to_owned) })) },
    Entry { name: "contains", argument: Argument::Required("TEXT"), what: "TEXT is in the answer, in any case", build: |text, _| Ok(Box::new(contains::Contains::new(text.unwrap_or_default()))) },
    Entry { name: "regex", argument: Argument::Required("PATTERN"), what: "PATTERN fits somewhere in the answer", build: |text, _| Ok(Box::new(regex::Regex::new(text.unwrap_or_default())?)) },
    Entry { name: "json-schema", argument: Argument::Optional("FILE"), what: "the answer is JSON that fits the prompt's schema, or FILE", build: |file, read| match file { Some(file) => Ok(Box::new(json_schema::JsonSchema::new(&read(file)?)?)), None => Ok(Box::new(json_schema::JsonSchema::declared())) } },
    Entry { name: "similarity", argument: Argument::Optional("TEXT"), what: "words shared with the recorded answer, or TEXT: token F1, 0 to 1", build: |text, _| Ok(Box::new(similarity::Similarity { expected: text.map(str::to_owned) })) },
    Entry { name: "rouge-l", argument: Argument::Optional("TEXT"), what: "words shared in the same order: ROUGE-L, 0 to 1", build: |text, _| Ok(Box::new(rouge_l::RougeL { expected: text.map(str::to_owned) })) },
    Entry { name: "length", argument: Argument::None, what: "words of the answer", build: |_, _| Ok(Box::new(length::Length)) },
    Entry { name: "latency", argument: Argument::None, what: "milliseconds to the end of the answer", build: |_, _| Ok(Box::new(latency::Latency)) },
    Entry { name: "cost", argument: Argument::None, what: "US dollars", build: |_, _| Ok(Box::new(cost::Cost)) },
    Entry { name: "citations", argument: Argument::None, what: "the answer cites a chunk that it was given", build: |_, _| Ok(Box::new(citations::Citations)) },
    Entry { name: "refusal", argument: Argument::None, what: "the answer declines to answer", build: |_, _| Ok(Box::new(refusal::Refusal)) },
];
