//! A run lined up: a case a row, a variant a column, with scores, totals and paired differences.

mod differences;
mod export;
mod judge;
mod line_up;
mod model;
mod order;
mod run;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tools;

pub use differences::{difference_of, reference};
pub use export::{Existing, NotWritten, export, export_format, export_text, report};
pub use judge::judge;
pub use line_up::compare;
pub use model::{
    Baseline, ComparedAnswer, ComparedCase, Comparison, Difference, NoVariant, RecordedCall, Scored, Scores,
    VariantTotals,
};
pub use order::{CompareOrder, Keep, Sort};
pub use run::{Compared, compare_journalled, compare_run};
pub use tools::{Judges, specifications};
