//! Golden cases: a question with its chunks and the facts that every right answer carries, kept in a file that git versions.

mod case;
mod check;
mod fields;
mod file;
mod read;

#[cfg(test)]
mod tests;

pub use case::{GoldenCase, GoldenChunk, NewGolden, RelevantDocument};
pub use check::{AnswerCheck, Carried, CitationCount, FactCheck, Outcome, check_answer, check_fact};
pub use fields::FieldError;
pub use file::{GoldenFile, GoldenFileError, Kept};
