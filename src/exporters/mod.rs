//! What others read: traces of replays, comparisons of runs, reports of the linter, and prompt files in every format. One
//! file a format.

pub mod comparison;
pub mod otlp;
pub mod prompts;
pub mod sarif;
