//! Whether a retriever finds what answers a question: judgements, rankings, their metrics, and retrievers to compare with.

mod bm25;
mod chunking;
mod dense;
mod fusion;
mod judgement;
mod metric;
mod passage;
mod ranking;
mod summary;
#[cfg(test)]
mod tests;

pub use bm25::{Bm25, Bm25Parameters, Hit};
pub use chunking::{ChunkSize, pieces};
pub use dense::DenseIndex;
pub use fusion::{RRF_K, reciprocal_rank_fusion};
pub use judgement::{DocumentId, Gain, Grade, Judgements};
pub use metric::{Cutoff, Metric};
pub use passage::Passage;
pub use ranking::RankedList;
pub use summary::{MetricSummary, summary};
