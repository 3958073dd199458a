//! Dotprompt: its template, schemas and tools.

use serde_json::{Value, json};

use super::fields::{others, variables};
use crate::domain::message::Role;
use crate::domain::prompt::Prompt;
use crate::domain::prompt_exchange::{
    DraftTool, Node, Partials, PromptDraft, from_picoschema, joined, read_handlebars,
};

/// Keys that are read into fields of the draft.
const KNOWN: [&str; 10] =
    ["name", "version", "description", "model", "config", "input", "output", "tools", "toolDefs", "raw"];

pub(super) fn read(draft: &mut PromptDraft, prompt: &Prompt, partials: &Partials) -> Result<(), String> {
    let mut body = vec![Node::Role(Role::User)];
    body.extend(read_handlebars(&prompt.template, partials)?);
    draft.body = joined(body);
    let input = prompt.front.get("input").cloned().unwrap_or_default();
    let schema = input.get("schema").map_or_else(|| json!({}), from_picoschema);
    variables(draft, prompt, &schema);
    let output = prompt.front.get("output").cloned().unwrap_or_default();
    draft.output.format = output.get("format").and_then(Value::as_str).map(str::to_owned);
    draft.output.schema = output.get("schema").map(from_picoschema);
    let definitions: Vec<&Value> =
        prompt.front.get("toolDefs").and_then(Value::as_array).into_iter().flatten().collect();
    let names = prompt.front.get("tools").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    draft.tools = names
        .map(|name| {
            let definition = definitions.iter().find(|definition| definition["name"] == name);
            DraftTool {
                name: name.to_owned(),
                description: definition.and_then(|definition| definition["description"].as_str()).map(str::to_owned),
                parameters: definition.and_then(|definition| definition.get("inputSchema")).map(from_picoschema),
            }
        })
        .collect();
    for definition in &definitions {
        let name = definition["name"].as_str().unwrap_or_default();
        if !name.is_empty() && !draft.tools.iter().any(|tool| tool.name == name) {
            draft.tools.push(DraftTool {
                name: name.to_owned(),
                description: definition["description"].as_str().map(str::to_owned),
                parameters: definition.get("inputSchema").map(from_picoschema),
            });
        }
    }
    draft.ext = others(&prompt.front, &KNOWN);
    Ok(())
}
