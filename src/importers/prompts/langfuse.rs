//! Prompts of Langfuse as its API returns them: one object, a list, or a page.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Found, Imported, Source, Unread, chat};
use crate::domain::prompt_exchange::{Losses, Node, Origin, PromptDraft, Syntax, variables_used};

pub(super) fn read(source: &Source<'_>, text: &str, found: &mut Found) {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return found.add(source.path, Err(format!("it is not valid JSON: {error}"))),
    };
    let entries = match value {
        Value::Array(list) => list,
        Value::Object(mut map) if map.get("data").is_some_and(Value::is_array) => match map.remove("data") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        other => vec![other],
    };
    if entries.is_empty() {
        return found.add(source.path, Err("it holds no prompts".to_owned()));
    }
    for entry in one_version_each(source, entries, found) {
        let name = entry["name"].as_str().unwrap_or(source.stem()).to_owned();
        found.add(&format!("{}: {name}", source.path), prompt(&name, &entry));
    }
}

/// Of several versions of one prompt: the one that is deployed, else the newest.
fn one_version_each(source: &Source<'_>, entries: Vec<Value>, found: &mut Found) -> Vec<Value> {
    let mut order: Vec<String> = Vec::new();
    let mut by_name: BTreeMap<String, Value> = BTreeMap::new();
    let rank = |entry: &Value| {
        let labels = entry["labels"].as_array();
        let deployed = labels.is_some_and(|labels| labels.iter().any(|label| label == "production"));
        (deployed, entry["version"].as_u64().unwrap_or(0))
    };
    for (index, entry) in entries.into_iter().enumerate() {
        let name = entry["name"].as_str().map_or_else(|| format!("\0{index}"), str::to_owned);
        let Some(known) = by_name.get(&name) else {
            order.push(name.clone());
            by_name.insert(name, entry);
            continue;
        };
        let (keep, drop) = if rank(&entry) > rank(known) { (entry, known.clone()) } else { (known.clone(), entry) };
        found.unread.push(Unread {
            path: format!("{}: {name} version {}", source.path, drop["version"]),
            reason: format!(
                "version {} of the same prompt is imported, {}; import other versions one at a time, and commit each",
                keep["version"],
                if rank(&keep).0 { "the one labelled production" } else { "the newest" }
            ),
        });
        by_name.insert(name, keep);
    }
    order.iter().filter_map(|name| by_name.remove(name)).collect()
}

fn prompt(name: &str, entry: &Value) -> Result<Imported, String> {
    let mut losses = Losses::default();
    let mut draft = PromptDraft::new(name, Origin::Langfuse, Syntax::Plain);
    match &entry["prompt"] {
        Value::String(text) => chat::add(&mut draft, "user", text, Syntax::Plain, &mut losses)?,
        Value::Array(messages) => messages.iter().try_for_each(|message| add(&mut draft, message, &mut losses))?,
        Value::Null => {
            return Err("it lists the prompt without its text; fetch the prompt itself \
                        (GET /api/public/v2/prompts/NAME) and import that"
                .to_owned());
        }
        _ => return Err("`prompt` is neither text nor a list of messages".to_owned()),
    }
    references(&draft, &mut losses);
    let version = entry.get("version").filter(|version| !version.is_null());
    draft.version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
    draft.labels = strings(&entry["labels"]);
    draft.tags = strings(&entry["tags"]);
    if let Some(message) = entry["commitMessage"].as_str() {
        losses.note_at(
            "commit message",
            "the commit message is not part of a file",
            format!("commit the file with it: {message}"),
        );
    }
    if let Value::Object(config) = &entry["config"] {
        chat::settings(&mut draft, config, &mut losses);
    }
    draft.variables = variables_used(&draft.body);
    if !draft.variables.is_empty() {
        losses.note_at(
            "variables",
            "Langfuse leaves `{{name}}` as it is where a variable is missing; here that is a mistake",
            "give every variable, or a default for it in the file",
        );
    }
    Ok(Imported { draft, losses: losses.into_list() })
}

fn add(draft: &mut PromptDraft, message: &Value, losses: &mut Losses) -> Result<(), String> {
    let role = message["role"].as_str();
    if message["type"] == "placeholder" || role.is_none() {
        let name = message["name"].as_str().ok_or("a message has neither `role` nor `name`")?;
        draft.body.push(Node::History(name.to_owned()));
        return Ok(());
    }
    chat::add_content(draft, role.unwrap_or("user"), &message["content"], Syntax::Plain, losses)
}

/// References to other prompts come with the text that Langfuse put in their place only when it resolved them.
fn references(draft: &PromptDraft, losses: &mut Losses) {
    for node in &draft.body {
        let Node::Text(text) = node else { continue };
        for piece in text.split("@@@langfusePrompt:").skip(1) {
            let target = piece.split("@@@").next().unwrap_or_default().chars().take(200).collect::<String>();
            losses.note_at(
                "template",
                format!("the reference to another prompt ({target}) is left as text"),
                "fetch the prompt with its references resolved (resolve=true), or write that prompt's text in its place",
            );
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
}
