//! The built program as a user or a script runs it.

pub mod ablation;
mod arguments;
mod baseline;
mod chains;
mod codes;
mod compare;
mod evidence;
mod formats;
mod golden;
mod ground;
mod hostile;
mod judge;
mod lint;
mod otlp;
pub mod place;
mod prices;
mod prompt_match;
pub mod recording;
mod secrecy;
