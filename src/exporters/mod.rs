//! What others read: traces of replays, reports of the linter, and prompt files in every format. One file a format.

pub mod otlp;
pub mod prompts;
pub mod sarif;
