//! The command line: arguments in, data on stdout, everything else on stderr, an exit code out.

mod args;
mod cell;
mod commands;
mod context;
mod figures;
mod invocation;
mod notices;
mod output;
mod table;
mod terminal;
mod usage;

pub use commands::run;
pub use invocation::Invocation;
