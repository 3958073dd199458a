//! Help, versions and mistakes of the command line.

use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::output::{Format, Output};
use super::terminal::{Colour, Stream, When};
use crate::domain::untrusted::safe_plain_lines;
use crate::error::Exit;

/// Subcommands whose free words are one FILTER.
const FILTERED: [&str; 3] = ["traces", "replay", "sessions"];

/// Prints what the parser has to say: asked-for texts on stdout, mistakes on stderr.
pub fn report(error: &clap::Error, arguments: &[OsString]) -> Exit {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let stream = if asked { Stream::stdout(When::Auto) } else { Stream::stderr(When::Auto) };
    // The parser quotes arguments, so only its plain form can be made safe; help has none and may be coloured.
    let rendered = error.render();
    if asked {
        let text = if stream.colour == Colour::Yes { rendered.ansi().to_string() } else { rendered.to_string() };
        let mut output = Output::stdout(Format::Table, stream);
        let printed = output.own_text(text.as_bytes()).and_then(|()| output.finish());
        return printed.map_or_else(|failed| failed.exit(), |()| Exit::Fine);
    }
    let mut text = safe_plain_lines(rendered.to_string().trim_end());
    if let Some(hint) = hint(error, arguments) {
        text.push_str("\n\n  hint: ");
        text.push_str(&safe_plain_lines(&hint));
    }
    text.push('\n');
    // Nobody reading stderr is no reason for another exit code.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    Exit::Usage
}

/// What the parser cannot know: that a word with a leading dash may have been meant as a part of a filter.
fn hint(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let ContextValue::String(short) = error.get(ContextKind::InvalidArg)? else { return None };
    let mut words = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    let filtered = words.clone().any(|word| FILTERED.contains(&word));
    // The parser names one letter of the word.
    let word = words.find(|word| word.starts_with(short.as_str()) && !word.starts_with("--") && word.len() > 2)?;
    let bare = word.trim_start_matches('-');
    filtered
        .then(|| format!("to leave out what matches a filter, put -- before it (-- {word}) or write not (not {bare})"))
}
