//! Which sentences of an answer the retrieved chunks support, and where; without a model.

mod scorer;
mod verdict;

pub use scorer::{Answered, Scorer, VERSION};
pub use verdict::{CitationCheck, EvidenceSpan, GroundedSentence, Grounding, Lack, Verdict};
