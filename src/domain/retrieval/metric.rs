//! How good one ranking is, by the definitions of `trec_eval` 9 (NIST, `github.com/usnistgov/trec_eval`).

use std::num::NonZeroUsize;

use super::judgement::{Gain, Grade, Judgements};
use super::ranking::RankedList;

/// How many of the first documents are looked at, at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cutoff(NonZeroUsize);

impl Cutoff {
    /// A cutoff; `None` for 0, where no metric is defined.
    pub fn new(count: usize) -> Option<Self> {
        NonZeroUsize::new(count).map(Self)
    }

    /// The number of documents.
    pub const fn get(self) -> usize {
        self.0.get()
    }
}

/// A metric of a ranking; every value is from 0 to 1, and more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Relevant documents among the first k over all relevant ones (`recall`, `m_recall.c`).
    Recall(Cutoff),
    /// Relevant documents among the first k over k, also where fewer were retrieved (`P`, `m_P.c`).
    Precision(Cutoff),
    /// 1 where any of the first k is relevant, else 0 (`success`, `m_success.c`).
    Hit(Cutoff),
    /// One over the rank of the first relevant document, 0 where none was retrieved (`recip_rank`, `m_recip_rank.c`).
    ReciprocalRank,
    /// The sum of grade / log2(rank + 1) over the first k, over that of the best possible ranking of all judged
    /// documents (`ndcg_cut`, `m_ndcg_cut.c`; Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR
    /// techniques, 2002, with the discount from rank 2 on). With exponential gains 2^grade - 1 stands for the grade.
    Ndcg(Cutoff, Gain),
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Recall(cutoff) => write!(f, "recall@{}", cutoff.get()),
            Self::Precision(cutoff) => write!(f, "precision@{}", cutoff.get()),
            Self::Hit(cutoff) => write!(f, "hit@{}", cutoff.get()),
            Self::ReciprocalRank => f.write_str("mrr"),
            Self::Ndcg(cutoff, _) => write!(f, "ndcg@{}", cutoff.get()),
        }
    }
}

impl Metric {
    /// The value for one ranking; 0 where no document is judged relevant, as in `trec_eval`.
    pub fn of(self, ranked: &RankedList, judged: &Judgements) -> f64 {
        let all = judged.relevant();
        if all == 0 {
            return 0.0;
        }
        match self {
            Self::Recall(cutoff) => found(ranked, judged, cutoff) as f64 / all as f64,
            Self::Precision(cutoff) => found(ranked, judged, cutoff) as f64 / cutoff.get() as f64,
            Self::Hit(cutoff) => f64::from(u8::from(found(ranked, judged, cutoff) > 0)),
            Self::ReciprocalRank => {
                let first = grades(ranked, judged).position(Grade::is_relevant);
                first.map_or(0.0, |before| 1.0 / (before + 1) as f64)
            }
            Self::Ndcg(cutoff, gain) => {
                let ideal = discounted(judged.best_first().into_iter(), cutoff, gain);
                discounted(grades(ranked, judged), cutoff, gain) / ideal
            }
        }
    }
}

/// The grades of a ranking's documents in order; unjudged ones are not relevant.
fn grades<'a>(ranked: &'a RankedList, judged: &'a Judgements) -> impl Iterator<Item = Grade> + 'a {
    ranked.documents().iter().map(|document| judged.grade(document).unwrap_or(Grade::new(0)))
}

fn found(ranked: &RankedList, judged: &Judgements, cutoff: Cutoff) -> usize {
    grades(ranked, judged).take(cutoff.get()).filter(|grade| grade.is_relevant()).count()
}

fn discounted(grades: impl Iterator<Item = Grade>, cutoff: Cutoff, gain: Gain) -> f64 {
    grades.take(cutoff.get()).enumerate().map(|(before, grade)| grade.gain(gain) / (before as f64 + 2.0).log2()).sum()
}
