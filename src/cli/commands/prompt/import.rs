//! `hindcast prompt import`: prompts of other tools as files, with what that loses.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use super::super::super::table::{Column, Table};
use super::convert::{Target, tell};
use super::document;
use crate::domain::prompt_exchange::Origin;
use crate::error::{AppError, Exit};
use crate::services::prompts::{ExchangeFile, ExchangeRequest, Exchanged, Existing, ImportedPrompt, Prompts, Writing};

/// A format to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// Langfuse: prompts as its API returns them, one, a list or a page
    Langfuse,
    /// LangChain: a hub manifest or commit
    Langchain,
    /// promptfoo: promptfooconfig, or prompt files (.txt .md .j2 .json .yaml .jsonl .csv)
    Promptfoo,
    /// Dotprompt
    Dotprompt,
    /// Prompty, either version
    Prompty,
    /// GitHub Models
    GithubModels,
    /// Text with plain {{name}}
    Text,
}

impl From {
    const fn origin(self) -> Origin {
        match self {
            Self::Langfuse => Origin::Langfuse,
            Self::Langchain => Origin::LangChain,
            Self::Promptfoo => Origin::Promptfoo,
            Self::Dotprompt => Origin::Dotprompt,
            Self::Prompty => Origin::Prompty,
            Self::GithubModels => Origin::GithubModels,
            Self::Text => Origin::Text,
        }
    }
}

/// Arguments of `hindcast prompt import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files; - reads standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The format of the files, where it is not to be guessed
    #[arg(long = "as", value_name = "FORMAT")]
    pub from: Option<From>,
    /// The format to write [default: prompty for Jinja templates, else dotprompt]
    #[arg(long, value_name = "FORMAT")]
    pub to: Option<Target>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Replace files that are there
    #[arg(long)]
    pub force: bool,
}

/// Does it.
pub(super) fn import(prompts: &Prompts, args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let files: Vec<ExchangeFile> = args.files.iter().map(|path| read(path)).collect();
    let request = ExchangeRequest {
        origin: args.from.map(From::origin),
        to: args.to.map(Target::format),
        existing: if args.force { Existing::Replace } else { Existing::Keep },
        writing: if args.dry_run { Writing::DryRun } else { Writing::Write },
    };
    let exchanged = prompts.import(&files, &request)?;
    if matches!(context.out.format(), Format::Json) {
        let skipped: Vec<Value> =
            exchanged.skipped.iter().map(|skipped| json!({"path": skipped.path, "reason": skipped.reason})).collect();
        let list: Vec<Value> = exchanged.prompts.iter().map(object).collect();
        document(&[("prompts", Value::Array(list)), ("skipped", Value::Array(skipped))], context)?;
    } else {
        say(&exchanged, context)?;
    }
    Ok(if exchanged.prompts.is_empty() { Exit::Data } else { Exit::Fine })
}

/// Largest text from standard input, in bytes.
const MOST_BYTES: u64 = 64 << 20;

fn read(path: &Path) -> ExchangeFile {
    if path != Path::new("-") {
        return ExchangeFile::read(path);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes);
    ExchangeFile { path: path.to_owned(), bytes: read.map(|_| bytes).map_err(|error| error.to_string()) }
}

fn object(prompt: &ImportedPrompt) -> Value {
    json!({
        "name": prompt.name,
        "path": prompt.path.to_string_lossy(),
        "format": prompt.format.as_str(),
        "from": prompt.from.as_str(),
        "written": prompt.written,
        "equivalent": prompt.equivalent,
        "losses": prompt.losses,
    })
}

fn say(exchanged: &Exchanged, context: &mut Context<'_>) -> Result<(), AppError> {
    for skipped in &exchanged.skipped {
        context.notices.warning(&format!("{}: {}", skipped.path, skipped.reason));
    }
    for prompt in &exchanged.prompts {
        if !prompt.losses.is_empty() {
            context.notices.note(&format!("{}:", prompt.name));
            tell(&prompt.losses, context);
        }
    }
    let columns = vec![
        Column::id("name", "prompt"),
        Column::id("format", "format"),
        Column::id("from", "from"),
        Column::id("written", "written"),
        Column::number("losses", "losses"),
        Column::text("path", "file"),
    ];
    let mut table = Table::new("prompts", columns);
    for prompt in &exchanged.prompts {
        table.push(vec![
            Cell::Text(prompt.name.clone()),
            Cell::Text(prompt.format.as_str().into()),
            Cell::Text(prompt.from.as_str().into()),
            Cell::Flag(prompt.written),
            Cell::Count(prompt.losses.len() as i128),
            Cell::Text(prompt.path.to_string_lossy().into_owned()),
        ]);
    }
    context.out.rows(&table)?;
    let written = exchanged.prompts.iter().filter(|prompt| prompt.written).count() as u64;
    context.notices.note(&format!(
        "{} written, {} skipped",
        figures::counted(written, "prompt", "prompts"),
        exchanged.skipped.len()
    ));
    Ok(())
}
