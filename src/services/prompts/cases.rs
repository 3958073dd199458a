//! What a prompt version would have said in the place of a recorded call.

use serde_json::{Map, Value};

use super::error::PromptsError;
use super::library::Prompts;
use super::load::Loaded;
use crate::domain::message::Message;
use crate::domain::prompt::{Inputs, Match};
use crate::domain::run::{Case, PromptVersionRef};

impl Prompts {
    /// Renders a prompt version with these variables.
    pub fn render(&self, reference: &PromptVersionRef, inputs: &Inputs) -> Result<Vec<Message>, PromptsError> {
        self.fill(&*self.load(reference)?, reference, inputs)
    }

    fn fill(
        &self,
        loaded: &Loaded,
        reference: &PromptVersionRef,
        inputs: &Inputs,
    ) -> Result<Vec<Message>, PromptsError> {
        let fill = |source| PromptsError::Prompt { prompt: reference.to_string(), source };
        if inputs.partials.is_empty() && loaded.prompt.takes_partials() {
            let inputs = Inputs { partials: self.partials(), ..inputs.clone() };
            return loaded.prompt.render(&inputs).map_err(fill);
        }
        loaded.prompt.render(inputs).map_err(fill)
    }

    /// The values that a prompt's variables had in a recorded call: the recorded ones, and those read off its messages.
    pub fn case_variables(&self, case: &Case, name: &str) -> Result<Map<String, Value>, String> {
        let made = self.match_prompt(name, case).map_err(|error| error.to_string())?.into_iter().next();
        Ok(variables(case, made.as_ref().map(|made| &made.variables)))
    }

    /// Renders a prompt version in the place of a recorded call; the reason says why it cannot.
    ///
    /// Where a version of the prompt made the call, the conversation around it stays: earlier messages, and an agent's tool
    /// calls behind it.
    pub fn render_for_case(&self, case: &Case, reference: &PromptVersionRef) -> Result<Vec<Message>, String> {
        super::Rendering::new(self).render_for_case(case, reference)
    }

    /// Renders a prompt version that was read, in the place of a call that a version of it made as `made` says.
    pub(super) fn render_loaded(
        &self,
        case: &Case,
        reference: &PromptVersionRef,
        loaded: &Loaded,
        made: Option<&Match>,
    ) -> Result<Vec<Message>, String> {
        let variables = variables(case, made.map(|made| &made.variables));
        let missing = loaded.prompt.missing(&variables);
        if !missing.is_empty() {
            return Err(format!(
                "no value for {} of {reference}: none was recorded, and no version of {} fits the recorded messages",
                missing.join(", "),
                reference.name
            ));
        }
        let mut inputs = Inputs::of(variables);
        let conversation = made.map(|made| made.conversation.clone()).unwrap_or_default();
        inputs.history = conversation.before.iter().filter_map(|at| case.messages.get(*at).cloned()).collect();
        let mut messages = self.fill(loaded, reference, &inputs).map_err(|error| error.to_string())?;
        if let Some(role) = conversation.role
            && let Some(own) = messages.last_mut()
        {
            own.role = role;
        }
        if conversation.after > 0 {
            messages.extend(case.messages.iter().skip(conversation.after).cloned());
        }
        Ok(messages)
    }
}

/// The recorded values, and for the others those read off the messages.
fn variables(case: &Case, made: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut variables = made.cloned().unwrap_or_default();
    variables.extend(case.prompt.variables.clone().unwrap_or_default());
    variables
}
