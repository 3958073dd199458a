//! `hindcast man`: prints the man page, every subcommand included.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::super::args::Cli;
use super::super::context::Context;
use crate::error::{AppError, Exit};

/// Arguments of `hindcast man`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the page.
pub fn run(_: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let page = page().map_err(|error| AppError::internal(format!("cannot write the man page: {error}")))?;
    context.out.own_text(&page)?;
    Ok(Exit::Fine)
}

/// The page of the program, then a section for each subcommand.
fn page() -> std::io::Result<Vec<u8>> {
    let mut command = Cli::command();
    command.build();
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    for subcommand in command.get_subcommands() {
        section(subcommand, &mut page)?;
    }
    man.render_extra_section(&mut page)?;
    Ok(page)
}

fn section(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    page.extend_from_slice(format!(".SH \"{name}\"\n").as_bytes());
    if let Some(about) = command.get_about() {
        page.extend_from_slice(format!("{about}.\n").as_bytes());
    }
    // Global options stand once, at the top.
    let own = command.clone().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    let man = Man::new(own);
    for render in [Man::render_synopsis_section, Man::render_options_section] {
        let mut text = Vec::new();
        render(&man, &mut text)?;
        // A part of this section, not a section of its own.
        let text = String::from_utf8_lossy(&text).replace("\n.SH ", "\n.SS ");
        page.extend_from_slice(text.strip_prefix(".SH ").map_or(text.clone(), |rest| format!(".SS {rest}")).as_bytes());
    }
    command.get_subcommands().try_for_each(|subcommand| section(subcommand, page))
}
