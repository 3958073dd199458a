//! `hindcast init`: starts a workspace.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::context::Context;
use super::super::output::Format;
use crate::error::{AppError, Exit};
use crate::services::workspace::{Tracking, init};

/// Arguments of `hindcast init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where; the current directory if not said
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Let git track traces/; they may hold customers' data, so it does not by default
    #[arg(long)]
    pub track_traces: bool,
}

/// Makes it; what is there already stays.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let tracking = if args.track_traces { Tracking::Tracked } else { Tracking::Ignored };
    let made = init(args.dir.as_deref().unwrap_or(Path::new(".")), tracking)?;
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let (created, kept) = (paths(&made.created), paths(&made.kept));
    match context.out.format() {
        Format::Json | Format::Jsonl => {
            let fields = [
                ("path", Value::from(made.root.to_string_lossy())),
                ("created", Value::from(created)),
                ("kept", Value::from(kept)),
            ];
            context.out.document(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())?;
        }
        Format::Table | Format::Csv => {
            context.notices.note(&format!("workspace {}", made.root.display()));
            for path in &created {
                context.notices.note(&format!("  new   {path}"));
            }
            for path in &kept {
                context.notices.note(&format!("  kept  {path}"));
            }
            context
                .notices
                .note("next: `hindcast` opens the workbench, `hindcast import PATH` imports recorded traces");
        }
    }
    Ok(Exit::Fine)
}
