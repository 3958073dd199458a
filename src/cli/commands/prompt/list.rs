//! `hindcast prompt list`: the prompts of the workspace.

use super::super::super::cell::Cell;
use super::super::super::context::Context;
use super::super::super::table::{Column, Table};
use crate::error::{AppError, Exit};
use crate::services::prompts::Prompts;
use crate::vcs::FileState;

/// Prints them.
pub(super) fn list(prompts: &Prompts, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let listing = prompts.list()?;
    for problem in &listing.problems {
        context.notices.warning(&problem.to_string());
    }
    let columns = vec![
        Column::id("prompt", "prompt"),
        Column::id("state", "state"),
        Column::id("deployed", "deployed"),
        Column::id("deployed_current", "current"),
        Column::hidden("deployed_commit"),
        Column::text("path", "file"),
    ];
    let deployed = prompts.deployed()?;
    let mut table = Table::new("prompts", columns);
    for file in &listing.prompts {
        let deployed = deployed.get(&file.name);
        table.push(vec![
            Cell::Text(file.name.clone()),
            Cell::text(file.state.map(FileState::as_str)),
            Cell::text(deployed.map(|deployed| deployed.version.as_str())),
            Cell::maybe(deployed, |deployed| Cell::Flag(deployed.current)),
            Cell::text(deployed.map(|deployed| deployed.commit.as_str())),
            Cell::Text(file.path.to_string_lossy().into_owned()),
        ]);
    }
    context.out.rows(&table)?;
    if table.rows.is_empty() {
        context.notices.note("no prompts: put one file a prompt below prompts/, or run `hindcast init`");
    }
    Ok(Exit::Fine)
}
