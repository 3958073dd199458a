//! From a subcommand to the function that does it, and from its outcome to the exit code.

use super::super::args::Command;
use super::super::context::Context;
use super::super::interrupt;
use super::super::invocation::Invocation;
use super::super::output::Output;
use super::super::shape::Shape;
use super::super::terminal::Stream;
use super::{
    ablate, cache, causes, compare, completions, doctor, golden, ground, import, index, init, man, models, note, open,
    prompt, replay, report, retrieval, runs, score, sessions, show, sql, traces,
};
use crate::error::{AppError, Exit};
use crate::services::Services;
use crate::store::Store;

/// Runs the subcommand, or the report where there is none; errors are printed here.
pub fn run(invocation: &Invocation, services: &Services) -> Exit {
    let global = &invocation.global;
    let out = Output::stdout(global.format.data(), Stream::stdout(global.color));
    if global.format == Shape::Sarif && !prints_sarif(invocation.command.as_ref()) {
        let error = AppError::usage("`--format sarif` is for `hindcast prompt lint` only");
        invocation.notices().error(&error.hint("ask for table, json, jsonl or csv here"));
        return Exit::Usage;
    }
    let mut context = Context {
        services,
        out,
        shape: global.format,
        notices: invocation.notices(),
        log: invocation.detail(),
        cancel: interrupt::listen(),
    };
    let mut done = dispatch(invocation, &mut context);
    if done.is_err() && only_reads(invocation.command.as_ref()) && services.store().is_ok_and(Store::is_condemned) {
        // What it met is put aside and built anew when the store is asked for again.
        done = dispatch(invocation, &mut context);
    }
    context.notices.clear();
    let finished = context.out.finish();
    match done.and_then(|exit| finished.map(|()| exit)) {
        Ok(exit) => exit,
        Err(error) => {
            context.notices.error(&error);
            error.exit()
        }
    }
}

/// Whether a command has findings of a linter to print.
const fn prints_sarif(command: Option<&Command>) -> bool {
    matches!(command, Some(Command::Prompt(prompt::Args { action: prompt::Action::Lint { .. } })))
}

/// Whether a command may be done twice: it prints only what it has read.
const fn only_reads(command: Option<&Command>) -> bool {
    matches!(
        command,
        None | Some(
            Command::Traces(_)
                | Command::Show(_)
                | Command::Runs(_)
                | Command::Sessions(_)
                | Command::Compare(_)
                | Command::Ground(_)
                | Command::Causes(_)
                | Command::Sql(_)
        )
    )
}

fn dispatch(invocation: &Invocation, context: &mut Context<'_>) -> Result<Exit, AppError> {
    match &invocation.command {
        None => report::run(context),
        Some(Command::Init(args)) => init::run(args, context),
        Some(Command::Import(args)) => import::run(args, context),
        Some(Command::Index(args)) => index::run(args, context),
        Some(Command::Traces(args)) => traces::run(args, context),
        Some(Command::Show(args)) => show::run(args, context),
        Some(Command::Open(args)) => open::run(args, context),
        Some(Command::Replay(args)) => replay::run(args, context),
        Some(Command::Runs(args)) => runs::run(args, context),
        Some(Command::Note(args)) => note::run(args, context),
        Some(Command::Score(args)) => score::run(args, context),
        Some(Command::Sessions(args)) => sessions::run(args, context),
        Some(Command::Compare(args)) => compare::run(args, context),
        Some(Command::Ground(args)) => ground::run(args, context),
        Some(Command::Ablate(args)) => ablate::run(args, context),
        Some(Command::Retrieval(args)) => retrieval::run(args, context),
        Some(Command::Causes(args)) => causes::run(args, context),
        Some(Command::Golden(args)) => golden::run(args, context),
        Some(Command::Cache(args)) => cache::run(args, context),
        Some(Command::Prompt(args)) => prompt::run(args, context),
        Some(Command::Sql(args)) => sql::run(args, context),
        Some(Command::Models(args)) => models::run(args, context),
        Some(Command::Doctor(args)) => doctor::run(args, context),
        Some(Command::Completions(args)) => completions::run(args, context),
        Some(Command::Man(args)) => man::run(args, context),
    }
}
