//! `hindcast prompt`: prompts and their versions.

use std::sync::Arc;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::output::Format;
use super::super::table::{Column, Table};
use super::super::terminal::Paint;
use super::super::trace_text;
use crate::domain::prompt::Inputs;
use crate::domain::run::CallsMode;
use crate::error::{AppError, Exit};
use crate::services::prompts::{Prompts, count_tokens};
use crate::vcs::{CommitId, FileState};

/// Arguments of `hindcast prompt`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with prompts.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the prompts
    List,
    /// Print a prompt
    Show {
        /// The prompt, with @VERSION for another than the file as it is now
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
    },
    /// List the versions of a prompt, newest first
    Log {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
    },
    /// Compare two versions of a prompt; exit code 1 where they differ
    Diff {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The older version
        #[arg(value_name = "A")]
        from: String,
        /// The newer version
        #[arg(value_name = "B", default_value = "work")]
        to: String,
    },
    /// Print a prompt with its variables filled in
    Render {
        /// The prompt, with @VERSION for another than the file as it is now
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
        /// Take the variables of a recorded trace
        #[arg(long, value_name = "ID", conflicts_with = "var")]
        trace: Option<String>,
        /// Set a variable; may be repeated
        #[arg(long, value_name = "K=V")]
        var: Vec<String>,
    },
    /// Commit the prompt's file, and nothing else
    Commit {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The commit message
        #[arg(short, long, value_name = "MSG")]
        message: String,
    },
    /// Put the file back to a version; the version before it stays in the history
    Restore {
        /// The prompt and the version
        #[arg(value_name = "PROMPT@VERSION")]
        prompt: String,
    },
}

/// Does it.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let prompts = Arc::clone(context.services.prompts()?);
    match &args.action {
        Action::List => list(&prompts, context),
        Action::Show { prompt } => show(&prompts, prompt, context),
        Action::Log { prompt } => log(&prompts, prompt, context),
        Action::Diff { prompt, from, to } => diff(&prompts, prompt, from, to, context),
        Action::Render { prompt, trace, var } => render(&prompts, prompt, trace.as_deref(), var, context),
        Action::Commit { prompt, message } => {
            let committed = prompts.commit(prompt, message)?;
            if !committed.said.trim().is_empty() {
                context.notices.note(committed.said.trim());
            }
            let commit = committed.commit;
            done(
                &[("prompt", prompt), ("commit", commit.as_str())],
                &format!("{prompt} at {}", commit.short()),
                context,
            )
        }
        Action::Restore { prompt } => restore(&prompts, prompt, context),
    }
}

fn list(prompts: &Prompts, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let listing = prompts.list()?;
    for problem in &listing.problems {
        context.notices.warning(&problem.to_string());
    }
    let columns = vec![Column::id("prompt", "prompt"), Column::id("state", "state"), Column::text("path", "file")];
    let mut table = Table::new("prompts", columns);
    for file in &listing.prompts {
        table.push(vec![
            Cell::Text(file.name.clone()),
            Cell::text(file.state.map(FileState::as_str)),
            Cell::Text(file.path.to_string_lossy().into_owned()),
        ]);
    }
    context.out.rows(&table)?;
    if table.rows.is_empty() {
        context.notices.note("no prompts: put one file a prompt below prompts/, or run `hindcast init`");
    }
    Ok(Exit::Fine)
}

fn show(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let loaded = prompts.load(&Prompts::reference(prompt))?;
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        context.out.block("", &loaded.text)?;
        return Ok(Exit::Fine);
    }
    document(
        &[
            ("prompt", Value::from(loaded.reference.name.as_str())),
            ("version", Value::from(loaded.reference.version.as_str())),
            ("commit", Value::from(loaded.commit.as_ref().map(|commit| commit.as_str().to_owned()))),
            ("tokens", Value::from(count_tokens(&loaded.prompt.template))),
            ("text", Value::from(loaded.text.as_str())),
        ],
        context,
    )
}

fn log(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let mut table = Table::new(
        "versions",
        vec![
            Column::id("version", "version"),
            Column::hidden("prompt_name"),
            Column::hidden("commit"),
            Column::id("committed_at", "committed (UTC)"),
            Column::id("author", "author"),
            Column::number("tokens", "tok"),
            Column::number("added", "+"),
            Column::number("removed", "-"),
            Column::hidden("tags"),
            Column::hidden("content_hash"),
            Column::text("message", "message"),
        ],
    );
    for version in prompts.log(prompt)? {
        let summary = version.message.as_deref().and_then(|message| message.lines().next()).map(str::to_owned);
        table.push(vec![
            Cell::Text(version.version),
            Cell::Text(version.prompt),
            Cell::text(version.commit.as_ref().map(CommitId::as_str)),
            Cell::maybe(version.committed_at, Cell::Time),
            Cell::text(version.author),
            Cell::Count(version.tokens.into()),
            Cell::Count(version.added as i128),
            Cell::Count(version.removed as i128),
            Cell::List(version.tags),
            Cell::Text(version.content_hash),
            Cell::text(summary),
        ]);
    }
    context.out.rows(&table)?;
    Ok(Exit::Fine)
}

fn diff(prompts: &Prompts, prompt: &str, from: &str, to: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let difference = prompts.diff(prompt, from, to)?;
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        for line in difference.unified.lines() {
            let paint = match line.as_bytes().first() {
                Some(b'+') => Some(Paint::Good),
                Some(b'-') => Some(Paint::Bad),
                Some(b'@') => Some(Paint::Dim),
                _ => None,
            };
            context.out.painted(&[(paint, line)])?;
        }
    } else {
        document(
            &[
                ("prompt", Value::from(prompt)),
                ("from", Value::from(from)),
                ("to", Value::from(to)),
                ("differs", Value::from(difference.differs())),
                ("from_tokens", Value::from(difference.from_tokens)),
                ("to_tokens", Value::from(difference.to_tokens)),
                ("diff", Value::from(difference.unified.as_str())),
            ],
            context,
        )?;
    }
    Ok(if difference.differs() { Exit::CheckFailed } else { Exit::Fine })
}

fn render(
    prompts: &Prompts,
    prompt: &str,
    trace: Option<&str>,
    var: &[String],
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let reference = Prompts::reference(prompt);
    let messages = match trace {
        None => prompts.render(&reference, &Inputs::of(variables(var)?))?,
        Some(prefix) => {
            let id = context.store()?.resolve_trace(prefix, &context.cancel)?;
            let cases = context.services.replay()?.cases(&[id], CallsMode::Answer, &context.cancel)?;
            context.notices.clear();
            let case =
                cases.first().ok_or_else(|| AppError::store("the trace has no model call to take variables from"))?;
            prompts.render_for_case(case, &reference).map_err(AppError::usage)?
        }
    };
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        messages.iter().try_for_each(|message| trace_text::message(message, &mut context.out))?;
        return Ok(Exit::Fine);
    }
    let messages: Vec<Value> = messages
        .iter()
        .map(|message| json!({"role": message.role.as_str(), "content": message.content(), "parts": message.parts}))
        .collect();
    document(
        &[
            ("prompt", Value::from(reference.name.as_str())),
            ("version", Value::from(reference.version.as_str())),
            ("messages", Value::Array(messages)),
        ],
        context,
    )
}

/// Reads `--var k=v`: the value is JSON where it is valid JSON, else text.
fn variables(var: &[String]) -> Result<Map<String, Value>, AppError> {
    var.iter()
        .map(|text| {
            let (key, value) = text
                .split_once('=')
                .filter(|(key, _)| !key.trim().is_empty())
                .ok_or_else(|| AppError::usage(format!("`--var {text}` is not K=V, such as question=Why?")))?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((key.trim().to_owned(), value))
        })
        .collect()
}

fn restore(prompts: &Prompts, prompt: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let reference = Prompts::reference(prompt);
    if !prompt.contains('@') {
        return Err(AppError::usage("the version to go back to is missing")
            .hint(format!("write {prompt}@VERSION; hindcast prompt log {prompt} lists the versions")));
    }
    if prompts.restore(&reference)? {
        context.notices.note("what the file held before was not committed; the workbench offers it as a draft");
    }
    let said = format!("{} is as at {}; it is not committed", reference.name, reference.version);
    done(&[("prompt", &reference.name), ("version", &reference.version)], &said, context)
}

/// Says what was done: a sentence, or a document in the other formats.
fn done(fields: &[(&str, &str)], sentence: &str, context: &mut Context<'_>) -> Result<Exit, AppError> {
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        context.notices.note(sentence);
        return Ok(Exit::Fine);
    }
    let fields: Vec<(&str, Value)> = fields.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
    document(&fields, context)
}

fn document(fields: &[(&str, Value)], context: &mut Context<'_>) -> Result<Exit, AppError> {
    context.out.document(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())?;
    Ok(Exit::Fine)
}
