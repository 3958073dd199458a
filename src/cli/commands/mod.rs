//! One file a subcommand: its arguments, and what it does.

pub mod ablate;
pub mod cache;
pub mod causes;
pub mod compare;
pub mod completions;
mod dispatch;
pub mod doctor;
pub mod golden;
pub mod ground;
mod ground_judge;
pub mod import;
pub mod index;
pub mod init;
pub mod man;
pub mod models;
pub mod note;
pub mod open;
pub mod prompt;
pub mod replay;
mod report;
pub mod retrieval;
pub mod runs;
mod runs_otlp;
pub mod score;
pub mod sessions;
pub mod show;
pub mod sql;
pub mod traces;

pub use dispatch::run;
