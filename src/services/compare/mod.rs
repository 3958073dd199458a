//! A run lined up: a case a row, a variant a column, with scores, totals and paired differences.

mod decider;
mod differences;
mod export;
mod judge;
mod line_up;
mod model;
mod order;
mod run;
mod sequence;
mod steadiness;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tools;
mod watched;

pub use decider::{Decider, NothingToDecide};
pub use differences::{difference_of, reference};
pub use export::{Existing, NotWritten, export, export_format, export_text, report};
pub use judge::judge;
pub use line_up::compare;
pub use model::{
    Baseline, ComparedAnswer, ComparedCase, Comparison, Difference, NoVariant, RecordedCall, ScoreSteadiness, Scored,
    Scores, Steadiness, VariantTotals,
};
pub use order::{CompareOrder, Keep, Sort};
pub use run::{Compared, compare_journalled, compare_run};
pub use sequence::order_of_cases;
pub use tools::{Judges, specifications};
pub use watched::{stop_rule, watched};
