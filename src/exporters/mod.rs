//! What others read: reports of the linter, and prompt files in every format. One file a format.

pub mod prompts;
pub mod sarif;
