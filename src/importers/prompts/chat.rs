//! Messages as chat APIs write them, read into a draft.

use serde_json::{Map, Value};

use crate::domain::message::Role;
use crate::domain::prompt_exchange::{
    DraftTool, Expression, Losses, Node, PromptDraft, Syntax, is_known, read, to_common, without_secrets,
};

/// Adds a message whose text is a template.
pub(super) fn add(
    draft: &mut PromptDraft,
    role: &str,
    template: &str,
    syntax: Syntax,
    losses: &mut Losses,
) -> Result<(), String> {
    losses.at(place(draft, role));
    if role == "developer" {
        losses.note(
            "the role `developer` becomes `system`",
            "nothing: models that know `developer` take `system` for it",
        );
    }
    if template.trim() != template {
        losses
            .note("white space at the edges of the message is dropped", "nothing, unless the model is meant to see it");
    }
    draft.body.push(Node::Role(Role::parse(role)));
    draft.body.extend(read(template, syntax, losses)?);
    Ok(())
}

/// Where the next message of this role stands.
pub(super) fn place(draft: &PromptDraft, role: &str) -> String {
    let before = draft.body.iter().filter(|node| matches!(node, Node::Role(_) | Node::History(_))).count();
    format!("message {} ({role})", before + 1)
}

/// Adds a message whose content is a text or a list of parts.
pub(super) fn add_content(
    draft: &mut PromptDraft,
    role: &str,
    content: &Value,
    syntax: Syntax,
    losses: &mut Losses,
) -> Result<(), String> {
    let parts = match content {
        Value::String(text) => return add(draft, role, text, syntax, losses),
        Value::Array(parts) => parts,
        Value::Null => return Ok(()),
        _ => return Err(format!("the content of the {role} message is neither text nor a list of parts")),
    };
    losses.at(place(draft, role));
    draft.body.push(Node::Role(Role::parse(role)));
    for part in parts {
        let url = part.get("image_url").map(|image| image.get("url").unwrap_or(image));
        if let Some(text) = part.as_str().or_else(|| part["text"].as_str()) {
            draft.body.extend(read(text, syntax, losses)?);
        } else if let Some(Value::String(url)) = url {
            add_media(draft, url, syntax, losses)?;
        } else {
            let kind = part["type"].as_str().unwrap_or("unknown").to_owned();
            losses.note(format!("a part of the type `{kind}` is left out"), "add it by hand");
        }
    }
    Ok(())
}

/// Adds a medium whose address is a template of one piece.
pub(super) fn add_media(draft: &mut PromptDraft, url: &str, syntax: Syntax, losses: &mut Losses) -> Result<(), String> {
    let nodes = read(url, syntax, losses)?;
    let url = match nodes.as_slice() {
        [Node::Text(text)] => Expression::Literal(text.clone().into()),
        [Node::Print(expression, _)] => expression.clone(),
        _ => {
            losses.note(
                "the address of a medium is put together of several pieces, and is left out",
                "give it as one variable",
            );
            return Ok(());
        }
    };
    draft.body.push(Node::Media { url, content_type: None });
    Ok(())
}

/// Takes a model's settings apart: the model, known parameters, tools, the answer's schema; the rest is other fields.
pub(super) fn settings(draft: &mut PromptDraft, settings: &Map<String, Value>, losses: &mut Losses) {
    let mut settings = Value::Object(settings.clone());
    for name in without_secrets(&mut settings) {
        losses.note_at(
            format!("field {name}"),
            format!("`{name}` may hold a secret, so its value is not copied"),
            "keep keys in the environment, and name the variable in hindcast.toml",
        );
    }
    let Value::Object(settings) = settings else { return };
    let mut parameters = Map::new();
    for (name, value) in settings {
        match name.as_str() {
            "model" | "model_name" | "modelName" if value.is_string() => {
                draft.model = value.as_str().map(str::to_owned);
            }
            "tools" => draft.tools = value.as_array().into_iter().flatten().filter_map(tool).collect(),
            "response_format" => response_format(draft, &value),
            "model_kwargs" => {
                if let Value::Object(more) = value {
                    parameters.extend(more);
                }
            }
            _ if is_known(&name) => drop(parameters.insert(name, value)),
            _ => drop(draft.ext.insert(name, value)),
        }
    }
    draft.parameters.extend(to_common(&parameters));
    draft.parameters.retain(|_, value| !value.is_null());
}

fn response_format(draft: &mut PromptDraft, value: &Value) {
    match value["type"].as_str().or_else(|| value.as_str()) {
        Some("json_schema") => {
            let schema = &value["json_schema"];
            draft.output.format = Some("json".to_owned());
            draft.output.schema = schema.get("schema").cloned();
            if let Some(name) = schema.get("name") {
                draft.ext.insert("schemaName".to_owned(), name.clone());
            }
        }
        Some("json_object") => draft.output.format = Some("json".to_owned()),
        Some(kind) => draft.output.format = Some(kind.to_owned()),
        None => {}
    }
}

/// A tool as chat APIs define it: `{type, function: {name, …}}` or without the outer level.
pub(super) fn tool(value: &Value) -> Option<DraftTool> {
    let function = value.get("function").unwrap_or(value);
    let schema = ["parameters", "input_schema", "inputSchema"].into_iter().find_map(|key| function.get(key));
    Some(DraftTool {
        name: function.get("name")?.as_str()?.to_owned(),
        description: function.get("description").and_then(Value::as_str).map(str::to_owned),
        parameters: schema.cloned(),
    })
}
