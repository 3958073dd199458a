//! The built program as a user or a script runs it.

mod arguments;
mod codes;
mod evidence;
mod formats;
mod hostile;
mod lint;
pub mod place;
mod prices;
mod prompt_match;
pub mod recording;
