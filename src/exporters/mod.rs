//! What others read: reports of the linter, comparisons of runs, and prompt files in every format. One file a format.

pub mod comparison;
pub mod prompts;
pub mod sarif;
