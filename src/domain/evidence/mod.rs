//! What was measured before a prompt was committed, as trailers of the commit's message.

mod digits;
mod model;
mod parse;
#[cfg(test)]
mod tests;
mod trailers;
mod unmoved;
mod word;

pub use digits::Digits;
pub use model::{CaseSet, ContentHash, Evidence, MeasuredDifference};
pub use parse::EvidenceError;
pub use unmoved::Unmoved;
