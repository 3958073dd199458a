//! The built program on a real pseudo-terminal.

mod models;
mod session;
mod workbench;
