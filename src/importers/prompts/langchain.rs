//! LangChain's prompts as its hub returns them: a manifest, or a commit around one.

use serde_json::{Map, Value};

use super::{Found, Imported, Source, chat};
use crate::domain::message::Role;
use crate::domain::prompt_exchange::{
    DraftTest, DraftVariable, Losses, Node, Origin, PromptDraft, Syntax, variables_used,
};

pub(super) fn read(source: &Source<'_>, text: &str, found: &mut Found) {
    match serde_json::from_str::<Value>(text) {
        Err(error) => found.add(source.path, Err(format!("it is not valid JSON: {error}"))),
        Ok(Value::Array(list)) => {
            for (index, entry) in list.iter().enumerate() {
                let number = index + 1;
                found.add(
                    &format!("{}: entry {number}", source.path),
                    prompt(&format!("{}-{number}", source.stem()), entry),
                );
            }
        }
        Ok(value) => found.add(source.path, prompt(source.stem(), &value)),
    }
}

/// The last part of a node's id: its class.
fn class(node: &Value) -> &str {
    node["id"].as_array().and_then(|id| id.last()).and_then(Value::as_str).unwrap_or_default()
}

fn prompt(stem: &str, value: &Value) -> Result<Imported, String> {
    let mut losses = Losses::default();
    let mut draft = PromptDraft::new(stem, Origin::LangChain, Syntax::FString);
    let manifest = value.get("manifest").unwrap_or(value);
    node(&mut draft, manifest, &mut losses)?;
    if draft.body.is_empty() {
        return Err(format!("`{}` holds no prompt template", class(manifest)));
    }
    if let Some(repo) = value["repo"].as_str() {
        repo.clone_into(&mut draft.name);
    }
    if let Some(commit) = value["commit_hash"].as_str() {
        draft.version = Some(commit.to_owned());
    }
    draft.description = value["description"].as_str().map(str::to_owned).or(draft.description);
    draft.tags.extend(value["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str().map(str::to_owned)));
    let examples = value["examples"].as_array().into_iter().flatten();
    draft.tests = examples
        .filter_map(|example| example.get("inputs").unwrap_or(example).as_object())
        .map(|inputs| DraftTest { variables: inputs.clone() })
        .collect();
    merge_variables(&mut draft);
    Ok(Imported { draft, losses: losses.into_list() })
}

/// The variables that the templates use, with the defaults that partial variables give.
fn merge_variables(draft: &mut PromptDraft) {
    let partial = std::mem::take(&mut draft.variables);
    draft.variables = variables_used(&draft.body);
    for given in partial {
        if let Some(variable) = draft.variables.iter_mut().find(|variable| variable.name == given.name) {
            variable.default = given.default;
            variable.required = false;
        }
    }
}

fn node(draft: &mut PromptDraft, node: &Value, losses: &mut Losses) -> Result<(), String> {
    let kwargs = &node["kwargs"];
    match class(node) {
        "RunnableSequence" => {
            let middle = kwargs["middle"].as_array().into_iter().flatten();
            for step in std::iter::once(&kwargs["first"]).chain(middle).chain(std::iter::once(&kwargs["last"])) {
                self::node(draft, step, losses)?;
            }
            Ok(())
        }
        "RunnableBinding" => {
            self::node(draft, &kwargs["bound"], losses)?;
            if let Value::Object(bound) = &kwargs["kwargs"] {
                chat::settings(draft, bound, losses);
            }
            Ok(())
        }
        "ChatPromptTemplate" => chat_template(draft, kwargs, losses),
        "StructuredPrompt" => {
            chat_template(draft, kwargs, losses)?;
            draft.output.format = Some("json".to_owned());
            draft.output.schema = kwargs.get("schema_").cloned();
            Ok(())
        }
        "PromptTemplate" => {
            partial_variables(draft, kwargs, losses);
            draft.body.push(Node::Role(Role::User));
            losses.at("template");
            template(draft, node, losses)
        }
        "" => Ok(()),
        name if kwargs.get("model").is_some() || kwargs.get("model_name").is_some() || name.starts_with("Chat") => {
            model(draft, name, kwargs, losses);
            Ok(())
        }
        name => {
            losses.note_at("chain", format!("the step `{name}` is left out"), "do its work where the prompt is called");
            Ok(())
        }
    }
}

fn chat_template(draft: &mut PromptDraft, kwargs: &Value, losses: &mut Losses) -> Result<(), String> {
    let metadata = &kwargs["metadata"];
    if let Some(repo) = metadata["lc_hub_repo"].as_str() {
        repo.clone_into(&mut draft.name);
    }
    if let Some(commit) = metadata["lc_hub_commit_hash"].as_str() {
        draft.version = Some(commit.to_owned());
    }
    let messages = kwargs["messages"].as_array().ok_or("the chat template has no `messages`")?;
    for message in messages {
        add(draft, message, losses)?;
    }
    partial_variables(draft, kwargs, losses);
    Ok(())
}

fn add(draft: &mut PromptDraft, message: &Value, losses: &mut Losses) -> Result<(), String> {
    let kwargs = &message["kwargs"];
    let class = class(message);
    let role = match class {
        "MessagesPlaceholder" => {
            let name = kwargs["variable_name"].as_str().ok_or("a placeholder has no `variable_name`")?;
            if let Some(count) = kwargs["n_messages"].as_u64() {
                losses.note_at(
                    format!("placeholder {name}"),
                    format!("only the last {count} messages went into the placeholder `{name}`; here all do"),
                    "shorten the history before you give it",
                );
            }
            draft.body.push(Node::History(name.to_owned()));
            return Ok(());
        }
        "SystemMessagePromptTemplate" | "SystemMessage" => "system",
        "HumanMessagePromptTemplate" | "HumanMessage" => "user",
        "AIMessagePromptTemplate" | "AIMessage" => "assistant",
        "ToolMessage" => "tool",
        "ChatMessagePromptTemplate" | "ChatMessage" => kwargs["role"].as_str().unwrap_or("user"),
        other => return Err(format!("messages of the class `{other}` are not known")),
    };
    losses.at(chat::place(draft, role));
    if kwargs["tool_calls"].as_array().is_some_and(|calls| !calls.is_empty()) {
        losses.note("the tool calls of a fixed message are left out", "add them where the prompt is called");
    }
    if let Some(content) = kwargs.get("content") {
        return fixed(draft, role, content, losses);
    }
    draft.body.push(Node::Role(Role::parse(role)));
    match &kwargs["prompt"] {
        Value::Array(parts) => parts.iter().try_for_each(|part| template(draft, part, losses)),
        part => template(draft, part, losses),
    }
}

/// A message without variables: its braces are braces.
fn fixed(draft: &mut PromptDraft, role: &str, content: &Value, losses: &mut Losses) -> Result<(), String> {
    draft.body.push(Node::Role(Role::parse(role)));
    match content {
        Value::String(text) => draft.body.push(Node::Text(text.clone())),
        Value::Array(parts) => {
            for part in parts {
                match part.as_str().or_else(|| part["text"].as_str()) {
                    Some(text) => draft.body.push(Node::Text(text.to_owned())),
                    None => losses.note("a part of a fixed message that is no text is left out", "add it by hand"),
                }
            }
        }
        _ => return Err(format!("the content of a fixed {role} message is neither text nor a list of parts")),
    }
    Ok(())
}

fn template(draft: &mut PromptDraft, part: &Value, losses: &mut Losses) -> Result<(), String> {
    let kwargs = &part["kwargs"];
    let syntax = match kwargs["template_format"].as_str().unwrap_or("f-string") {
        "f-string" => Syntax::FString,
        "mustache" => Syntax::Mustache,
        "jinja2" => Syntax::Jinja2,
        other => return Err(format!("the template format `{other}` is not known")),
    };
    draft.syntax = syntax;
    match (class(part), &kwargs["template"]) {
        ("ImagePromptTemplate", Value::Object(image)) => match image.get("url").and_then(Value::as_str) {
            Some(url) => chat::add_media(draft, url, syntax, losses),
            None => Ok(()),
        },
        (_, Value::String(text)) => {
            if text.trim() != text {
                losses.note(
                    "white space at the edges of the message is dropped",
                    "nothing, unless the model is meant to see it",
                );
            }
            draft.body.extend(crate::domain::prompt_exchange::read(text, syntax, losses)?);
            Ok(())
        }
        (class, _) => Err(format!("the template `{class}` has no text")),
    }
}

/// Values that the template brings along: its defaults here.
fn partial_variables(draft: &mut PromptDraft, kwargs: &Value, losses: &mut Losses) {
    let history: Vec<String> = draft
        .body
        .iter()
        .filter_map(|node| if let Node::History(name) = node { Some(name.clone()) } else { None })
        .collect();
    for (name, value) in kwargs["partial_variables"].as_object().into_iter().flatten() {
        if history.contains(name) {
            continue;
        }
        if value.get("lc").is_some() {
            losses.note_at(
                format!("variable {name}"),
                format!("`{name}` was filled in by a function of the program, which is not part of the template"),
                format!("give `{name}` where the prompt is used"),
            );
            continue;
        }
        draft.variables.push(DraftVariable {
            name: name.clone(),
            schema: None,
            required: false,
            default: Some(value.clone()),
            description: None,
        });
    }
}

/// A bound model: its name and parameters; its class and what it connects to are not kept.
fn model(draft: &mut PromptDraft, class: &str, kwargs: &Value, losses: &mut Losses) {
    let Value::Object(kwargs) = kwargs else { return };
    let mut plain = Map::new();
    for (name, value) in kwargs {
        if value["type"] == "secret" {
            let variable =
                value["id"].as_array().and_then(|id| id.first()).and_then(Value::as_str).unwrap_or("a variable");
            losses.note_at(
                format!("field {name}"),
                format!("`{name}` is read from the environment variable {variable}; it is not part of the file"),
                "name that variable as api_key_env in hindcast.toml",
            );
        } else if value.get("lc").is_none() {
            plain.insert(name.clone(), value.clone());
        }
    }
    losses.note_at(
        "model",
        format!("the class `{class}` of the bound model is not kept, only the model's name and parameters"),
        "choose the provider in the model's name, as in openai/gpt-4.1",
    );
    let before = draft.ext.clone();
    chat::settings(draft, &plain, losses);
    let others: Vec<String> = draft.ext.keys().filter(|name| !before.contains_key(*name)).cloned().collect();
    if !others.is_empty() {
        losses.note_at(
            "model",
            format!("settings of the bound model's class are left out: {}", others.join(", ")),
            "set them up where the model is called",
        );
        draft.ext.retain(|name, _| !others.contains(name));
    }
}
