//! What judges an answer. One file an evaluator, and a line in the registry.

mod abstention;
mod citations;
mod contains;
mod cost;
mod evaluator;
mod exact;
mod json_schema;
mod latency;
mod length;
mod refusal;
mod regex;
mod registry;
mod rouge_l;
mod similarity;
mod specification;
mod tokens;

pub use abstention::declines;
pub use evaluator::{Answer, Evaluator, Kind, Score, Subject, Value};
pub use registry::{Argument, Entry, REGISTRY};
pub use specification::{ReadFile, Specification, SpecificationError};
