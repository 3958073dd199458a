//! The `hindcast` program: reads the command line, then runs the workbench or one subcommand.

use std::process::ExitCode;

use hindcast::cli::{self, Invocation};
use hindcast::services::Services;

fn main() -> ExitCode {
    let invocation = match Invocation::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(exit) => return exit.into(),
    };
    let services = Services::new(invocation.asked());
    cli::run(&invocation, &services).into()
}
