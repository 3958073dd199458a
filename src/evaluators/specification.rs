//! How an evaluator is written on the command line and in the configuration: `NAME` or `NAME:ARGUMENT`.

use super::evaluator::Evaluator;
use super::registry::{Argument, Entry, REGISTRY};

/// Reads a file that a specification names; says why it cannot.
pub type ReadFile<'r> = &'r dyn Fn(&str) -> Result<String, String>;

/// Longest specification, in bytes.
const MOST_BYTES: usize = 16 << 10;

/// A known evaluator and its argument.
#[derive(Clone)]
pub struct Specification {
    entry: &'static Entry,
    argument: Option<String>,
}

/// Why a text is no specification, or makes no evaluator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecificationError {
    /// No evaluator has this name.
    #[error("there is no evaluator `{0}`")]
    Unknown(String),
    /// Its argument is missing.
    #[error("{0} lacks what it looks for: write {1}")]
    NoArgument(&'static str, String),
    /// It takes no argument.
    #[error("{0} takes nothing behind a colon")]
    Argument(&'static str),
    /// Its argument makes no sense.
    #[error("{specification}: {reason}")]
    Wrong {
        /// The specification.
        specification: String,
        /// What is wrong.
        reason: String,
    },
}

impl std::str::FromStr for Specification {
    type Err = SpecificationError;

    fn from_str(text: &str) -> Result<Self, SpecificationError> {
        let (name, argument) = text.split_once(':').map_or((text, None), |(name, argument)| (name, Some(argument)));
        let name = name.trim();
        let entry = REGISTRY
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| SpecificationError::Unknown(name.chars().take(40).collect()))?;
        let argument = argument.filter(|argument| !argument.is_empty()).map(str::to_owned);
        match (entry.argument, &argument) {
            (Argument::None, Some(_)) => Err(SpecificationError::Argument(entry.name)),
            (Argument::Required(_), None) => Err(SpecificationError::NoArgument(entry.name, entry.usage())),
            (_, Some(argument)) if argument.len() > MOST_BYTES => {
                let specification = entry.name.to_owned();
                Err(SpecificationError::Wrong { specification, reason: "what it looks for is too long".to_owned() })
            }
            _ => Ok(Self { entry, argument }),
        }
    }
}

impl std::fmt::Display for Specification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.argument {
            Some(argument) => write!(f, "{}:{argument}", self.entry.name),
            None => f.write_str(self.entry.name),
        }
    }
}

impl std::fmt::Debug for Specification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Specification({self})")
    }
}

impl PartialEq for Specification {
    fn eq(&self, other: &Self) -> bool {
        self.entry.name == other.entry.name && self.argument == other.argument
    }
}

impl Specification {
    /// The name before the colon.
    pub const fn name(&self) -> &'static str {
        self.entry.name
    }

    /// The evaluator; `read` is asked for the file that it names.
    pub fn build(&self, read: ReadFile<'_>) -> Result<Box<dyn Evaluator>, SpecificationError> {
        (self.entry.build)(self.argument.as_deref(), read).map_err(|reason| SpecificationError::Wrong {
            specification: self.to_string().chars().take(200).collect(),
            reason,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::{Answer, Score, Subject};
    use super::*;

    fn read(_: &str) -> Result<String, String> {
        Err("no such file".to_owned())
    }

    fn built(text: &str) -> Result<Box<dyn Evaluator>, SpecificationError> {
        text.parse::<Specification>()?.build(&read)
    }

    #[test]
    fn every_evaluator_of_the_registry_can_be_named_and_is_written_as_read() {
        for entry in &REGISTRY {
            let text = match entry.argument {
                Argument::Required(_) => format!("{}:a:b", entry.name),
                Argument::None | Argument::Optional(_) => entry.name.to_owned(),
            };
            let specification: Specification = text.parse().unwrap();
            assert_eq!(specification.to_string(), text);
            assert!(specification.build(&read).is_ok(), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        let said = |text: &str| built(text).err().unwrap().to_string();
        assert_eq!(said("similarty"), "there is no evaluator `similarty`");
        assert_eq!(said("contains"), "contains lacks what it looks for: write contains:TEXT");
        assert_eq!(said("length:3"), "length takes nothing behind a colon");
        assert_eq!(said("regex:(a"), "regex:(a: unclosed group");
        assert_eq!(said("json-schema:x.json"), "json-schema:x.json: no such file");
    }

    #[test]
    fn figures_are_scores_where_they_are_known() {
        let answer = Answer { text: "Three small words.", tool_calls: &[] };
        let known = Subject { answer, cost: "0.002".parse().ok(), latency_ms: Some(812.5), ..Subject::default() };
        let scores =
            |subject: &Subject<'_>| ["length", "cost", "latency"].map(|name| built(name).unwrap().evaluate(subject));
        assert_eq!(scores(&known), [3.0, 0.002, 812.5].map(|number| Some(Score::number(number))));
        let unknown = Subject { answer, latency_ms: Some(f64::NAN), ..Subject::default() };
        assert_eq!(scores(&unknown), [Some(Score::number(3.0)), None, None]);
    }
}
