//! Prompts and recorded calls: which version made a call, and what another version would have said in its place.

use serde_json::{Map, Value};

use super::error::PromptsError;
use super::library::Prompts;
use super::versions::WORK;
use crate::domain::message::Message;
use crate::domain::prompt::{Inputs, Prompt, prompt_name};
use crate::domain::run::{Case, PromptVersionRef};
use crate::vcs::CommitId;

/// A prompt version that can have made recorded messages.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptMatch {
    /// The prompt.
    pub prompt: String,
    /// The version, as short as it can be named.
    pub version: String,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// The share of the messages' characters that the template itself gives, from 0 to 1.
    pub score: f64,
    /// The values in its holes.
    pub variables: Map<String, Value>,
}

impl Prompts {
    /// Renders a prompt version with these variables.
    pub fn render(&self, reference: &PromptVersionRef, inputs: &Inputs) -> Result<Vec<Message>, PromptsError> {
        let loaded = self.load(reference)?;
        let fill = |source| PromptsError::Prompt { prompt: reference.to_string(), source };
        if inputs.partials.is_empty() && loaded.prompt.template.contains("{{>") {
            let inputs = Inputs { partials: self.partials(), ..inputs.clone() };
            return loaded.prompt.render(&inputs).map_err(fill);
        }
        loaded.prompt.render(inputs).map_err(fill)
    }

    /// Every version of every prompt that can have made these messages, best first; of equal texts the newest.
    pub fn match_messages(&self, messages: &[Message]) -> Result<Vec<PromptMatch>, PromptsError> {
        let mut matches = Vec::new();
        for file in self.list()?.prompts {
            matches.extend(self.match_prompt(&file.name, messages)?);
        }
        matches.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(matches)
    }

    /// The versions of one prompt that can have made these messages, best first.
    pub fn match_prompt(&self, name: &str, messages: &[Message]) -> Result<Vec<PromptMatch>, PromptsError> {
        let mut matches: Vec<PromptMatch> = Vec::new();
        for version in self.log(name)? {
            let format = version.path.file_name().and_then(|file| prompt_name(file.as_ref())).map(|(_, format)| format);
            let Some(prompt) = format.and_then(|format| Prompt::parse(name, format, &version.text).ok()) else {
                continue;
            };
            let Some(found) = prompt.match_messages(messages) else { continue };
            let version = version.version;
            let commit = self.find_commit(name, &version)?;
            let (score, variables) = (found.score, found.variables);
            matches.push(PromptMatch { prompt: name.to_owned(), version, commit, score, variables });
        }
        matches.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(matches)
    }

    fn find_commit(&self, name: &str, version: &str) -> Result<Option<CommitId>, PromptsError> {
        if version == WORK {
            return Ok(None);
        }
        let versions = self.versions(name)?;
        Ok(versions.iter().find(|known| known.version == version).and_then(|known| known.commit.clone()))
    }

    /// The values that a prompt's variables had in a recorded call: the recorded ones, and those read off its messages.
    pub fn case_variables(&self, case: &Case, name: &str) -> Result<Map<String, Value>, String> {
        let recorded = case.prompt.variables.clone().unwrap_or_default();
        let matches = self.match_prompt(name, &case.messages).map_err(|error| error.to_string())?;
        // Recorded values decide between versions that fit equally; they win over what is read off the text.
        let agrees = |found: &&PromptMatch| {
            recorded.iter().all(|(key, value)| found.variables.get(key).is_none_or(|read| same(read, value)))
        };
        let mut variables = matches.iter().find(agrees).map(|found| found.variables.clone()).unwrap_or_default();
        variables.extend(recorded);
        Ok(variables)
    }

    /// Renders a prompt version in the place of a recorded call; the reason says why it cannot.
    pub fn render_for_case(&self, case: &Case, reference: &PromptVersionRef) -> Result<Vec<Message>, String> {
        let loaded = self.load(reference).map_err(|error| error.to_string())?;
        let mut variables = case.prompt.variables.clone().unwrap_or_default();
        if !loaded.prompt.missing(&variables).is_empty() {
            variables = self.case_variables(case, &reference.name)?;
        }
        let missing = loaded.prompt.missing(&variables);
        if !missing.is_empty() {
            return Err(format!(
                "no value for {} of {reference}: none was recorded, and no version of {} fits the recorded messages",
                missing.join(", "),
                reference.name
            ));
        }
        self.render(reference, &Inputs::of(variables)).map_err(|error| error.to_string())
    }
}

/// Whether a value read off the text can be the recorded one.
fn same(read: &Value, recorded: &Value) -> bool {
    match (read, recorded) {
        (Value::String(read), Value::String(recorded)) => read.trim() == recorded.trim(),
        (Value::String(read), other) => serde_json::to_string(other).is_ok_and(|text| *read == text),
        _ => true,
    }
}
