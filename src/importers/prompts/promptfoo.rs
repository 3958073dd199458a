//! promptfoo's prompt files: text, Markdown, Jinja, chat messages as JSON or YAML, lists of prompts.

use serde_json::Value;

use super::{Found, Imported, Source, chat, promptfoo_config};
use crate::domain::prompt_exchange::{Expression, Losses, Node, Origin, PromptDraft, Syntax, variables_used, walk};

/// Endings of programs that make prompts.
const PROGRAMS: [&str; 9] = [".js", ".cjs", ".mjs", ".ts", ".py", ".sh", ".rb", ".exe", ".go"];

pub(super) fn read(source: &Source<'_>, text: &str, found: &mut Found) {
    if promptfoo_config::is_config(source.file_name(), text) {
        return promptfoo_config::read(source, text, found);
    }
    for (name, text) in match prompts_of_file(source.file_name(), source.stem(), text) {
        Ok(prompts) => prompts,
        Err(reason) => return found.add(source.path, Err(reason)),
    } {
        let read = prompt(&name, &text);
        found.add(&format!("{}: {name}", source.path), read);
    }
}

/// The prompts that promptfoo takes from a file of this name: each with a name and its text.
pub(super) fn prompts_of_file(file: &str, stem: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let lower = file.to_ascii_lowercase();
    let ends = |ending: &str| lower.ends_with(ending);
    refuse_program(file)?;
    let texts: Vec<String> = if ends(".txt") {
        separated(text)
    } else if ends(".jsonl") {
        text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    } else if ends(".csv") {
        return rows(stem, text);
    } else {
        vec![text.trim().to_owned()]
    };
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        return Err("it holds no prompt".to_owned());
    }
    let single = texts.len() == 1;
    let named = texts.into_iter().enumerate();
    Ok(named
        .map(|(index, text)| (if single { stem.to_owned() } else { format!("{stem}-{}", index + 1) }, text))
        .collect())
}

/// A program is no text to import.
pub(super) fn refuse_program(file: &str) -> Result<(), String> {
    let lower = file.to_ascii_lowercase();
    if PROGRAMS.iter().any(|ending| lower.ends_with(ending)) {
        return Err(format!("{file} is a program that makes the prompt; run it, and import what it makes"));
    }
    Ok(())
}

/// Lines of exactly three dashes stand between the prompts of a text file.
fn separated(text: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_end_matches(['\n', '\r']) == "---" {
            texts.push(String::new());
        } else if let Some(last) = texts.last_mut() {
            last.push_str(line);
        }
    }
    texts.iter().map(|text| text.trim().to_owned()).collect()
}

fn rows(stem: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    if !text.lines().next().is_some_and(|head| head.contains([',', ';', '\t'])) {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.eq_ignore_ascii_case("prompt"));
        return Ok(lines.enumerate().map(|(index, line)| (format!("{stem}-{}", index + 1), line.to_owned())).collect());
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| format!("it is not valid CSV: {error}"))?.clone();
    let column = |name: &str| head.iter().position(|column| column.trim() == name);
    let prompt = column("prompt").ok_or("the CSV has no column `prompt`")?;
    let label = column("label");
    let mut prompts = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|error| format!("it is not valid CSV: {error}"))?;
        let Some(text) = row.get(prompt).map(str::trim).filter(|text| !text.is_empty()) else { continue };
        let label = label.and_then(|label| row.get(label)).map(str::trim).filter(|label| !label.is_empty());
        prompts.push((label.map_or_else(|| format!("{stem}-{}", index + 1), str::to_owned), text.to_owned()));
    }
    if prompts.is_empty() { Err("the CSV holds no prompt".to_owned()) } else { Ok(prompts) }
}

/// A prompt's text as promptfoo renders it: chat messages where it is a list of them, else one message of the user.
pub(super) fn prompt(name: &str, text: &str) -> Result<Imported, String> {
    let mut losses = Losses::default();
    let mut draft = PromptDraft::new(name, Origin::Promptfoo, Syntax::Nunjucks);
    if let Some(messages) = messages(text) {
        for message in &messages {
            let role = message["role"].as_str().ok_or("a message has no `role`")?;
            chat::add_content(&mut draft, role, &message["content"], Syntax::Nunjucks, &mut losses)?;
        }
    } else {
        if text.trim_start().starts_with(['[', '{']) && text.contains("\"role\"") {
            losses.note_at(
                "template",
                "the text becomes JSON only after rendering, so its messages are not known and it is kept as one",
                "write each message's content as JSON text, with its variables inside the quotes",
            );
        }
        chat::add(&mut draft, "user", text.trim(), Syntax::Nunjucks, &mut losses)?;
    }
    draft.variables = variables_used(&draft.body);
    environment(&draft, &mut losses);
    Ok(Imported { draft, losses: losses.into_list() })
}

fn messages(text: &str) -> Option<Vec<Value>> {
    let start = text.trim_start();
    let value: Value = if start.starts_with(['[', '{']) {
        serde_json::from_str(text).ok()?
    } else if start.starts_with("- role:") || start.starts_with("- content:") {
        serde_saphyr::from_str(text).ok()?
    } else {
        return None;
    };
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut map) => match map.remove("messages") {
            Some(Value::Array(list)) => list,
            _ => return None,
        },
        _ => return None,
    };
    (!list.is_empty() && list.iter().all(|entry| entry.get("role").is_some())).then_some(list)
}

/// `{{env.NAME}}` reads the environment there; here it is a variable like others.
fn environment(draft: &PromptDraft, losses: &mut Losses) {
    walk(&draft.body, &mut |node| {
        if let Node::Print(Expression::Path(path), _) = node
            && path.head == "env"
        {
            losses.note_at(
                "template",
                format!(
                    "`{{{{{}}}}}` was read from the environment; here `env` is a variable like others",
                    path.dotted()
                ),
                "give `env` with these fields, or write the text itself; no secret belongs in a prompt",
            );
        }
    });
}
