//! What can be asked of `hindcast prompt`.

use clap::Subcommand;

use super::{convert, import, new};

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
        /// Compare what both render to in the place of the call of --trace
        #[arg(long, requires = "trace")]
        rendered: bool,
        /// The recorded trace whose variables to render with
        #[arg(long, value_name = "ID", requires = "rendered")]
        trace: Option<String>,
        /// Print both beside each other
        #[arg(long)]
        side_by_side: bool,
    },
    /// Show which version wrote each line of a prompt
    Blame {
        /// The prompt, with @VERSION for another than the file as it is now
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
    },
    /// Put a label on a version, such as what is deployed; without @VERSION list the labels
    Label {
        /// The prompt, with @VERSION to put a label on it
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
        /// The label; what hindcast.toml names, else production
        #[arg(value_name = "LABEL")]
        label: Option<String>,
    },
    /// Make a new prompt with a text to begin with
    New {
        /// Its name: the file's path below prompts/ without its ending
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The file's format
        #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t)]
        file_format: new::FormatName,
    },
    /// Give a prompt another name, and commit that
    Rename {
        /// The prompt
        #[arg(value_name = "OLD")]
        old: String,
        /// Its new name
        #[arg(value_name = "NEW")]
        new: String,
        /// Move the file only
        #[arg(long)]
        no_commit: bool,
    },
    /// Delete a prompt's file, and commit that; its versions stay in the history
    Delete {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// Do it
        #[arg(long)]
        yes: bool,
        /// Delete changes that no commit holds, too
        #[arg(long)]
        discard_changes: bool,
        /// Remove the file only
        #[arg(long)]
        no_commit: bool,
    },
    /// Check prompts; exit code 1 where there is an error or a warning
    Lint {
        /// The prompt; without one, all of them
        #[arg(value_name = "PROMPT")]
        prompt: Option<String>,
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
    /// Find the prompt versions that can have made a recorded call, and its variables; exit code 1 where none can
    Match {
        /// The trace, or the beginning of its id
        #[arg(value_name = "TRACE_ID")]
        trace: String,
        /// The model call, or the beginning of its span's id; without it the call that gave the trace its answer, or another one
        /// where no version fits that
        #[arg(long, value_name = "SPAN_ID")]
        span: Option<String>,
    },
    /// Commit the prompt's file, and nothing else
    Commit {
        /// The prompt
        #[arg(value_name = "PROMPT")]
        prompt: String,
        /// The commit message
        #[arg(short, long, value_name = "MSG")]
        message: String,
        /// Add what a run measured of the file to the message, as trailers that `prompt verify` checks
        #[arg(long, value_name = "RUN_ID[:VARIANT]")]
        evidence: Option<String>,
    },
    /// Check what a version's commit says was measured against the journal; exit code 1 where it differs or says nothing
    Verify {
        /// The prompt, with @VERSION for another than the newest commit
        #[arg(value_name = "PROMPT[@VERSION]")]
        prompt: String,
    },
    /// Go back to an old version with a new commit; what was before it stays in the history
    Restore {
        /// The prompt and the version
        #[arg(value_name = "PROMPT@VERSION")]
        prompt: String,
        /// Write the file only
        #[arg(long)]
        no_commit: bool,
    },
    /// Turn prompts of Langfuse, LangChain or promptfoo into files below prompts/
    Import(import::Args),
    /// Write a prompt in another format, and say what that loses
    Convert(convert::Args),
}
