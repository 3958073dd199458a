//! Whether two prompts make the same messages of the same variables.

use serde_json::{Map, Value, json};

use super::draft::{DraftVariable, PromptDraft};
use super::evaluate::evaluate;
use super::loss::Loss;
use crate::domain::message::{Message, Part};
use crate::domain::prompt::{Inputs, Prompt};

/// What rendering both with sample variables showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Equivalence {
    /// The same messages.
    Same,
    /// Other messages.
    Differs(Loss),
    /// One of them could not be rendered.
    Unknown(Loss),
}

impl Equivalence {
    /// Whether the messages are the same; `None` where that is not known.
    pub const fn is_same(&self) -> Option<bool> {
        match self {
            Self::Same => Some(true),
            Self::Differs(_) => Some(false),
            Self::Unknown(_) => None,
        }
    }

    /// What there is to say of it.
    pub const fn loss(&self) -> Option<&Loss> {
        match self {
            Self::Same => None,
            Self::Differs(loss) | Self::Unknown(loss) => Some(loss),
        }
    }
}

/// Variables to render with: all of them, with signs that HTML escape would change, and the least that will do.
pub fn samples(variables: &[DraftVariable]) -> Vec<Map<String, Value>> {
    let full = variables.iter().map(|variable| (variable.name.clone(), sample(variable))).collect();
    let least = variables
        .iter()
        .filter_map(|variable| match &variable.default {
            Some(default) => Some((variable.name.clone(), default.clone())),
            None if variable.required => Some((variable.name.clone(), sample(variable))),
            None => None,
        })
        .collect();
    vec![full, least]
}

fn sample(variable: &DraftVariable) -> Value {
    variable.schema.as_ref().map_or_else(|| text(&variable.name), |schema| of_schema(&variable.name, schema, 0))
}

fn text(name: &str) -> Value {
    Value::from(format!("<{name}> & \"{name}\" {{{name}}}"))
}

fn of_schema(name: &str, schema: &Value, depth: usize) -> Value {
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        _ if depth > 8 => Value::Null,
        Some("integer" | "number") => json!(7),
        Some("boolean") => json!(true),
        Some("array") => {
            let items = schema.get("items").cloned().unwrap_or_default();
            let item = |number: u8| of_schema(&format!("{name} {number}"), &items, depth + 1);
            Value::Array(vec![item(1), item(2)])
        }
        Some("object") => {
            let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            fields
                .map(|(field, schema)| (field.clone(), of_schema(&format!("{name} {field}"), schema, depth + 1)))
                .collect::<Map<_, _>>()
                .into()
        }
        _ => text(name),
    }
}

/// Compares a draft's template with the prompt that was written of it.
pub fn draft_and_prompt(draft: &PromptDraft, written: &Prompt) -> Equivalence {
    compare(&draft.variables, written, |variables| {
        evaluate(&draft.body, variables).ok_or_else(|| "it uses what only its own template language can say".to_owned())
    })
}

/// Compares two prompts; the variables are those of the first.
pub fn prompts(from: &Prompt, variables: &[DraftVariable], written: &Prompt, partials: &Inputs) -> Equivalence {
    compare(variables, written, |variables| {
        let inputs = Inputs { variables: variables.clone(), ..partials.clone() };
        from.render(&inputs).map_err(|error| error.to_string())
    })
}

fn compare(
    variables: &[DraftVariable],
    written: &Prompt,
    original: impl Fn(&Map<String, Value>) -> Result<Vec<Message>, String>,
) -> Equivalence {
    const ADVICE: &str = "render both with `hindcast prompt render` and compare before you use the new file";
    for (index, sample) in samples(variables).into_iter().enumerate() {
        let which = if index == 0 { "with all variables given" } else { "with only the needed variables given" };
        let unknown = |what: String| Equivalence::Unknown(Loss::new(what, "rendering", ADVICE));
        let before = match original(&sample) {
            Ok(messages) => messages,
            // Then the least is not enough for the original, and there is nothing to compare with.
            Err(_) if index > 0 => continue,
            Err(error) => return unknown(format!("the original could not be rendered {which}: {error}")),
        };
        let after = match written.render(&Inputs::of(sample)) {
            Ok(messages) => messages,
            Err(error) => return unknown(format!("the new file could not be rendered {which}: {error}")),
        };
        if let Some(difference) = first_difference(&before, &after) {
            let what = format!("{which}, the new file makes other messages: {difference}");
            return Equivalence::Differs(Loss::new(what, "rendering", ADVICE));
        }
    }
    Equivalence::Same
}

fn first_difference(before: &[Message], after: &[Message]) -> Option<String> {
    for (index, (one, other)) in before.iter().zip(after).enumerate() {
        let number = index + 1;
        if one.role != other.role {
            let (one, other) = (one.role.as_str(), other.role.as_str());
            return Some(format!("message {number} has the role {other} in place of {one}"));
        }
        let (said, says) = (one.content(), other.content());
        // Formats lay out the lines around a role in their own ways.
        let (said, says) = (said.trim(), says.trim());
        if said != says || others(one) != others(other) {
            let (one, other) = (said, says);
            let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
            let at = |text: &str| text.chars().skip(same.saturating_sub(10)).take(40).collect::<String>();
            return Some(format!("message {number} has {:?} in place of {:?}", at(other), at(one)));
        }
    }
    (before.len() != after.len()).then(|| format!("{} messages in place of {}", after.len(), before.len()))
}

/// The parts of a message that are no text.
fn others(message: &Message) -> Vec<&Part> {
    message.parts.iter().filter(|part| !matches!(part, Part::Text { .. })).collect()
}
