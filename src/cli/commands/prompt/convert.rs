//! `hindcast prompt convert`: a prompt in another format, with what that loses.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use super::document;
use crate::domain::prompt::PromptFormat;
use crate::domain::prompt_exchange::Loss;
use crate::error::{AppError, Exit};
use crate::services::prompts::{Existing, Prompts};

/// A format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Dotprompt: .prompt, Handlebars
    Dotprompt,
    /// Prompty: .prompty, Jinja2
    Prompty,
    /// GitHub Models: .prompt.yml, plain {{name}}
    GithubModels,
    /// Text: .md, one message of the user
    Text,
}

impl Target {
    /// The format of prompt files.
    pub(super) const fn format(self) -> PromptFormat {
        match self {
            Self::Dotprompt => PromptFormat::Dotprompt,
            Self::Prompty => PromptFormat::Prompty,
            Self::GithubModels => PromptFormat::GithubModels,
            Self::Text => PromptFormat::Text,
        }
    }
}

/// Arguments of `hindcast prompt convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The prompt, with @VERSION for another than the file as it is now
    #[arg(value_name = "PROMPT[@VERSION]")]
    pub prompt: String,
    /// The format to write
    #[arg(long, value_name = "FORMAT")]
    pub to: Target,
    /// The file to write; - prints the text
    #[arg(long, value_name = "PATH", default_value = "-")]
    pub out: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Does it.
pub(super) fn convert(prompts: &Prompts, args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let reference = Prompts::reference(&args.prompt);
    let converted = prompts.convert(&reference, args.to.format())?;
    let printed = args.out == Path::new("-");
    if !printed {
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        prompts.write_converted(&converted, &args.out, existing)?;
    }
    if matches!(context.out.format(), Format::Table | Format::Csv) {
        tell(&converted.losses, context);
        if printed {
            // On a terminal it is made safe; into a file or a program it goes byte for byte.
            if std::io::stdout().is_terminal() {
                context.out.block("", &converted.text)?;
            } else {
                context.out.own_text(converted.text.as_bytes())?;
            }
        } else {
            let (prompt, to) = (&converted.reference, converted.to.as_str());
            context.notices.note(&format!("{prompt} written as {to} to {}", args.out.display()));
        }
        return Ok(Exit::Fine);
    }
    let path = (!printed).then(|| args.out.to_string_lossy().into_owned());
    let mut fields = vec![
        ("prompt", Value::from(converted.reference.to_string())),
        ("from", Value::from(converted.from.as_str())),
        ("to", Value::from(converted.to.as_str())),
        ("path", Value::from(path)),
        ("equivalent", Value::from(converted.equivalent)),
        ("losses", json!(converted.losses)),
    ];
    if printed {
        fields.push(("text", Value::from(converted.text)));
    }
    document(&fields, context)
}

/// Says what was lost, one line each.
pub(super) fn tell(losses: &[Loss], context: &Context<'_>) {
    for loss in losses {
        let place = if loss.place.is_empty() { String::new() } else { format!("{}: ", loss.place) };
        context.notices.warning(&format!("{place}{}. {}", loss.what, capital(&loss.advice)));
    }
    if !losses.is_empty() {
        context.notices.note(&format!("{} lost or changed", figures::counted(losses.len() as u64, "thing", "things")));
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
