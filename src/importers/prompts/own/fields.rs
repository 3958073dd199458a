//! What all of the formats have: variables, and fields that only one of them knows.

use serde_json::{Map, Value};

use crate::domain::prompt::Prompt;
use crate::domain::prompt_exchange::{DraftVariable, Losses, PromptDraft, variables_used, without_secrets};

/// No field that may hold a secret goes from file to file.
pub(super) fn drop_secrets(draft: &mut PromptDraft, losses: &mut Losses) {
    let mut fields = Value::Object(std::mem::take(&mut draft.parameters));
    let mut ext = Value::Object(std::mem::take(&mut draft.ext));
    for name in without_secrets(&mut fields).into_iter().chain(without_secrets(&mut ext)) {
        losses.note_at(
            format!("field {name}"),
            format!("`{name}` may hold a secret, so its value is not copied"),
            "keep keys in the environment, and name the variable in hindcast.toml",
        );
    }
    if let (Value::Object(fields), Value::Object(ext)) = (fields, ext) {
        draft.parameters = fields;
        draft.ext = ext;
    }
}

/// The declared variables with their schemas, then those that the template uses without saying so.
pub(super) fn variables(draft: &mut PromptDraft, prompt: &Prompt, schema: &Value) {
    let used = variables_used(&draft.body);
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let mut variables: Vec<DraftVariable> = Vec::new();
    for (name, property) in properties.into_iter().flatten() {
        let mut property = property.clone();
        let description = property.as_object_mut().and_then(|map| map.shift_remove("description"));
        let default = prompt.variables.iter().find(|variable| variable.name == *name);
        let default = default.and_then(|variable| variable.default.clone());
        variables.push(DraftVariable {
            name: name.clone(),
            schema: Some(property),
            required: default.is_none() && required.is_some_and(|list| list.iter().any(|entry| entry == name)),
            default,
            description: description.and_then(|text| text.as_str().map(str::to_owned)),
        });
    }
    for variable in used {
        if !variables.iter().any(|known| known.name == variable.name) {
            let default = prompt.variables.iter().find(|known| known.name == variable.name);
            let default = default.and_then(|known| known.default.clone());
            let required = variable.required && default.is_none();
            variables.push(DraftVariable { required, default, ..variable });
        }
    }
    draft.variables = variables;
}

/// The fields that a format does not know.
pub(super) fn others(front: &Map<String, Value>, known: &[&str]) -> Map<String, Value> {
    let others = front.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}
