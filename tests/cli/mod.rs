//! The built program as a user or a script runs it.

mod arguments;
mod codes;
mod formats;
mod hostile;
mod place;
mod recording;
