//! Whether the right documents were retrieved, and whether another retriever would have found them.

mod command;
mod corpus;
mod desk;
mod embedding;
mod evaluation;
mod ground_truth;
mod judged;
mod lab;
mod lab_order;
mod lab_replay;
mod question;
mod ranked;
mod recorded;
mod reranking;
mod search;

pub use corpus::Corpus;
pub use evaluation::{EvaluatedCase, Evaluation, EvaluationOrder, Group, Grouping, Measures, evaluate};
pub use ground_truth::{Feedback, GroundTruth};
pub use judged::judged_here;
pub use lab::{Lab, LabPlan, LabReport, RECORDED};
pub use lab_order::{CorpusChoice, LabOrder, RetrieverChoice, VectorChoice};
pub use lab_replay::LabCases;
pub use question::LabQuestion;
pub use ranked::{Found, documents_of};
pub use recorded::Recorded;
pub use search::Rankings;
