//! What can be typed: the global options and the list of subcommands.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};

use super::commands::{
    ablate, cache, causes, compare, completions, doctor, golden, ground, import, index, init, man, models, note, open,
    prompt, replay, retrieval, runs, score, sessions, show, sql, traces,
};
use super::output::Format;
use super::shape::Shape;
use super::terminal::When;
use crate::domain::money::{Money, NotMoney};

const ABOUT: &str = "A terminal workbench that replays recorded LLM traces on other models, prompts and chunks";

const AFTER: &str = "\
Without a subcommand, hindcast opens the workbench; without a terminal it prints a plain report of the workspace.

Exit codes: 0 fine · 1 a checked condition is false · 2 usage, configuration, a wrong filter or SQL · \
3 provider or network · 4 data or store · 5 stopped at the budget · 130 interrupted.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "hindcast",
    version,
    about = ABOUT,
    after_help = AFTER,
    max_term_width = 120,
    infer_long_args = false,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Options that every subcommand takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the workbench where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that every subcommand takes.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use the workspace in DIR instead of the one found from the current directory upward
    #[arg(long, value_name = "DIR", global = true, env = "HINDCAST_WORKSPACE", hide_env_values = true)]
    pub workspace: Option<PathBuf>,
    /// Read FILE instead of ~/.config/hindcast/config.toml
    #[arg(long, value_name = "FILE", global = true, env = "HINDCAST_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// How data is printed
    #[arg(long, value_enum, value_name = "FORMAT", global = true, default_value_t = Shape::Data(Format::Table))]
    pub format: Shape,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", global = true, default_value_t = When::Auto)]
    pub color: When,
    /// The theme of the workbench
    #[arg(long, value_name = "NAME", global = true)]
    pub theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// No movement: no spinners, no live progress
    #[arg(long, global = true)]
    pub no_animation: bool,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// Print data and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more, and log more; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The subcommands, in the order of the help.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a workspace with one sample prompt and trace
    Init(init::Args),
    /// Import recorded traces
    Import(import::Args),
    /// Bring the index up to date, check it, or build it anew
    Index(index::Args),
    /// List traces
    Traces(traces::Args),
    /// Show one trace, or one session
    Show(show::Args),
    /// Open the workbench at a trace
    Open(open::Args),
    /// Replay recorded calls on other models, prompts or chunks
    Replay(Box<replay::Args>),
    /// List runs, or the results of one
    Runs(runs::Args),
    /// Keep a note on a trace
    Note(note::Args),
    /// Keep a score on a trace
    Score(score::Args),
    /// List sessions
    Sessions(sessions::Args),
    /// Compare the variants of a run
    Compare(compare::Args),
    /// Say which sentences of an answer its chunks support
    Ground(ground::Args),
    /// Group wrong answers by why they are wrong
    Causes(causes::Args),
    /// Find out which chunk or part of the prompt an answer depends on
    Ablate(ablate::Args),
    /// Measure retrieval, and try other retrievers
    Retrieval(retrieval::Args),
    /// Keep cases with the facts that a right answer carries, and check models on them
    Golden(golden::Args),
    /// Show or clear the cache of answers
    Cache(cache::Args),
    /// Work with prompts and their versions
    Prompt(prompt::Args),
    /// Query the tables with SQL, read-only
    Sql(sql::Args),
    /// List providers, models and prices
    Models(models::Args),
    /// Check terminal, git, store, keys and providers
    Doctor(doctor::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the man page
    Man(man::Args),
}

/// A number of US dollars on the command line, 0 or more.
pub fn dollars(text: &str) -> Result<Money, String> {
    let amount: Money = text.parse().map_err(|error: NotMoney| error.to_string())?;
    if amount < Money::ZERO { Err("must be 0 or more".into()) } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn no_argument_contradicts_another() {
        Cli::command().debug_assert();
    }

    #[test]
    fn costs_are_amounts_from_zero_up() {
        assert_eq!(dollars("$0.50"), Ok("0.5".parse().unwrap()));
        assert!(dollars("-1").is_err() && dollars("much").is_err());
    }

    #[test]
    fn a_negative_cap_is_refused_as_an_amount_and_not_as_an_option() {
        let words = ["hindcast", "replay", "-m", "builtin/recorded", "--max-cost", "-1"];
        let said = Cli::command().try_get_matches_from(words).unwrap_err().to_string();
        assert!(said.contains("must be 0 or more"), "{said}");
    }

    #[test]
    fn every_command_that_asks_models_takes_the_same_flags() {
        let flags = ["--max-cost", "0.1", "--price", "a/b=1,2", "--free", "a/c", "--concurrency", "2", "--no-cache"];
        let flags = || flags.into_iter().chain(["--dry-run", "--yes"]);
        for command in ["replay", "ablate t", "golden run", "ground t --judge a/b"] {
            let words = std::iter::once("hindcast").chain(command.split(' ')).chain(flags());
            assert!(Cli::try_parse_from(words).is_ok(), "{command}");
        }
        // Without a judge nothing is asked, so there is nothing to pay for.
        for flag in ["--yes", "--dry-run", "--no-cache", "--max-cost=1", "--free=a/b"] {
            let said = Cli::try_parse_from(["hindcast", "ground", "t", flag]).unwrap_err().to_string();
            assert!(said.contains("--judge <MODEL>"), "{said}");
        }
        assert!(Cli::try_parse_from(["hindcast", "ground", "t"]).is_ok());
    }
}
