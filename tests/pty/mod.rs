//! The built program on a real pseudo-terminal.

mod session;
mod workbench;
