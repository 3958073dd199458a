//! The one integration test binary: each more would link DuckDB once more.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod architecture;
#[path = "cli/mod.rs"]
mod cli;
#[path = "exchange/mod.rs"]
mod exchange;
#[path = "git/mod.rs"]
mod git;
#[path = "import/mod.rs"]
mod import;
#[path = "providers/mod.rs"]
mod providers;
#[path = "pty/mod.rs"]
mod pty;
#[path = "replay/mod.rs"]
mod replay;
#[path = "retrieval/mod.rs"]
mod retrieval;
