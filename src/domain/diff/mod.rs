//! What changed between two answers: between texts word by word or line by line, between JSON values by path.

mod answer;
mod rows;
mod structure;
mod words;

pub use answer::{AnswerDiff, Said, TextDiff, differs};
pub use rows::{Mark, RowKey, RowValue, StructureRow, changed_rows, rows};
pub use structure::{StructureDiff, structured};
pub use words::{Change, DiffPiece, Nuance, Stretch, change_ratio, is_readable, line_diff, stretches, word_diff};
