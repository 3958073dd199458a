//! The `hindcast` program: reads the command line, then runs the workbench or one subcommand.

use hindcast::cli::{self, Invocation};
use hindcast::error::{AppError, Exit};
use hindcast::logging;
use hindcast::services::Services;
use hindcast::ui::msg::Target;
use hindcast::ui::{self, UiError, UiOptions};

/// An import allocates on some threads what it frees on others, which the system's allocator answers with much work in the
/// kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    run().end_process()
}

fn run() -> Exit {
    let invocation = match Invocation::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(exit) => return exit,
    };
    let services = Services::new(invocation.asked());
    if !invocation.wants_workbench() {
        return cli::run(&invocation, &services);
    }
    workbench(&invocation, &services).unwrap_or_else(|error| {
        invocation.notices().error(&error);
        error.exit()
    })
}

/// Opens the workbench and stays until it ends.
fn workbench(invocation: &Invocation, services: &Services) -> Result<Exit, AppError> {
    let mut options = UiOptions::of(services)?.colored(invocation.color());
    options.open = invocation.opens_at().map(|id| Target::Trace(id.into()));
    let folder = services.workspace()?.log();
    logging::start(&folder, invocation.detail(), std::env::var("HINDCAST_LOG").ok().as_deref());
    match ui::run(services, options) {
        Ok(_) => Ok(Exit::Fine),
        Err(UiError::Keys(error)) => Err(AppError::config(error.to_string())),
        Err(error @ (UiError::NoTerminal | UiError::Terminal(_))) => Err(AppError::internal(error.to_string())),
    }
}
