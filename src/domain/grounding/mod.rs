//! Which sentences of an answer the retrieved chunks support, and where; without a model.
//!
//! An answer is cut into parts (`claims`), chunks into passages (`passages`); words are aligned by stem, vector and
//! beginning (`alignment`), quantities by kind and value (`quantities`, `agreement`, `figures`), and what turns a claim
//! round is looked for (`polarity`). Trees fitted on labelled sentences (`forest`) weigh what was seen, and guards
//! (`decision`) see to it that no wrong number passes.

mod ages;
mod agreement;
mod alignment;
mod binding;
mod citations;
mod claims;
mod clauses;
mod counted;
mod dates;
mod decision;
mod derivation;
mod evidence;
mod explain;
mod features;
mod figures;
mod forest;
mod lexicon;
mod linear;
mod manner;
mod measured;
mod passages;
mod polarity;
mod quantities;
mod reading;
mod ruling;
mod scope;
mod scorer;
mod stems;
#[cfg(test)]
mod tests;
mod tokens;
mod units;
mod vectors;
mod verdict;
mod wording;

pub use citations::{Marker, markers};
pub use features::FEATURES;
pub use measured::{MEASURED, MEASURED_IN_ALL, MEASURED_LINE, Measured};
pub use ruling::{Judged, JudgedVerdict, RuledSentence, Ruling, apply_rulings};
pub use scorer::{Answered, Observed, Scorer, VERSION};
pub use verdict::{CitationCheck, EvidenceSpan, GroundedSentence, Grounding, Lack, Verdict};
