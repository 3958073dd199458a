//! How well recorded retrievals found what answers their questions: case by case, and by day, retriever or prompt.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ground_truth::{Feedback, GroundTruth, rests_on};
use super::recorded::Recorded;
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{Cutoff, DocumentId, Gain, Judgements, Metric, MetricSummary, RankedList, summary};
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::store::{Store, TraceRow, TracesQuery};

/// Traces whose spans are read at once.
const AT_ONCE: usize = 256;
/// Intervals are drawn from this seed, so that the same cases always give the same digits.
const SEED: u64 = 0x5eed;

/// What cases are put together by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Each by itself.
    #[default]
    Case,
    /// The day they were recorded on, in UTC.
    Day,
    /// The index that was searched, else the name of the span.
    Retriever,
    /// The prompt and its version.
    Prompt,
}

/// What is measured, and how.
#[derive(Clone, Debug)]
pub struct Measures {
    /// How many of the first documents are looked at, ascending.
    pub cutoffs: Vec<Cutoff>,
    /// What grades weigh in nDCG.
    pub gain: Gain,
}

impl Measures {
    /// recall@k, precision@k and hit@k for each k, MRR, and nDCG@k for each k.
    pub fn metrics(&self) -> Vec<Metric> {
        let at = |metric: fn(Cutoff) -> Metric| self.cutoffs.iter().copied().map(metric);
        at(Metric::Recall)
            .chain(at(Metric::Precision))
            .chain(at(Metric::Hit))
            .chain([Metric::ReciprocalRank])
            .chain(self.cutoffs.iter().map(|cutoff| Metric::Ndcg(*cutoff, self.gain)))
            .collect()
    }

    /// The values for one ranking; `None` where no document is relevant.
    pub fn of(&self, ranked: &RankedList, judged: &Judgements) -> Option<Vec<(Metric, f64)>> {
        let value = |metric: Metric| (metric, metric.of(ranked, judged));
        (judged.relevant() > 0).then(|| self.metrics().into_iter().map(value).collect())
    }

    /// The means over many rankings.
    pub fn means<'a>(
        &self,
        cases: impl IntoIterator<Item = (&'a RankedList, &'a Judgements)>,
    ) -> Vec<(Metric, Option<MetricSummary>)> {
        let cases: Vec<_> = cases.into_iter().collect();
        self.metrics().into_iter().map(|metric| (metric, summary(metric, cases.iter().copied(), SEED))).collect()
    }
}

/// What is to be evaluated.
#[derive(Clone, Debug)]
pub struct EvaluationOrder {
    /// Which traces.
    pub filter: Filter,
    /// The newest of them only.
    pub limit: usize,
    /// Files of ground truth.
    pub files: Vec<PathBuf>,
    /// Whether the feedback of users counts.
    pub feedback: Feedback,
    /// What is measured.
    pub measures: Measures,
}

/// A trace whose retrieval is evaluated.
#[derive(Clone, Debug)]
pub struct EvaluatedCase {
    /// The trace.
    pub trace_id: TraceId,
    /// When it began.
    pub started_at: Timestamp,
    /// The id of the question, where recorded.
    pub question_id: Option<String>,
    /// The question.
    pub question: String,
    /// What searched.
    pub retriever: String,
    /// The prompt and its version, as far as recorded.
    pub prompt: Option<String>,
    /// What was found.
    pub ranked: RankedList,
    /// What is known to answer.
    pub judged: Judgements,
    /// The values; `None` where no document answers.
    pub values: Option<Vec<(Metric, f64)>>,
}

impl EvaluatedCase {
    /// The relevant documents that were not found, the best first.
    pub fn missed(&self) -> Vec<&DocumentId> {
        let mut missed: Vec<_> = self
            .judged
            .iter()
            .filter(|(document, grade)| grade.is_relevant() && !self.ranked.documents().contains(document))
            .collect();
        missed.sort_by_key(|(_, grade)| std::cmp::Reverse(*grade));
        missed.into_iter().map(|(document, _)| document).collect()
    }

    fn group(&self, grouping: Grouping) -> String {
        match grouping {
            Grouping::Case => self.trace_id.as_str().to_owned(),
            Grouping::Day => self.started_at.to_rfc3339().chars().take(10).collect(),
            Grouping::Retriever => self.retriever.clone(),
            Grouping::Prompt => self.prompt.clone().unwrap_or_else(|| "no prompt recorded".to_owned()),
        }
    }
}

/// The cases of a group together.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its cases, those without a relevant document included.
    pub cases: usize,
    /// The means.
    pub means: Vec<(Metric, Option<MetricSummary>)>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The judged cases, the worst first: by the last metric, nDCG at the largest cutoff.
    pub cases: Vec<EvaluatedCase>,
    /// Traces that match and retrieved something.
    pub retrieved: usize,
    /// Of them those of which nothing is known.
    pub unjudged: usize,
    /// Chunks without the id of a document, which cannot be judged.
    pub without_id: usize,
    /// What was measured.
    pub measures: Measures,
}

impl Evaluation {
    /// The means over all cases.
    pub fn means(&self) -> Vec<(Metric, Option<MetricSummary>)> {
        self.measures.means(self.cases.iter().map(|case| (&case.ranked, &case.judged)))
    }

    /// The cases in groups: days in their order, everything else the worst first.
    pub fn groups(&self, grouping: Grouping) -> Vec<Group> {
        let mut members: BTreeMap<String, Vec<&EvaluatedCase>> = BTreeMap::new();
        for case in &self.cases {
            members.entry(case.group(grouping)).or_default().push(case);
        }
        let group = |(name, cases): (String, Vec<&EvaluatedCase>)| Group {
            means: self.measures.means(cases.iter().map(|case| (&case.ranked, &case.judged))),
            cases: cases.len(),
            name,
        };
        let mut groups: Vec<Group> = members.into_iter().map(group).collect();
        if grouping != Grouping::Day {
            let worst = |group: &Group| group.means.last().and_then(|(_, mean)| mean.map(|mean| mean.mean));
            groups.sort_by(|a, b| worse_first(worst(a), worst(b)));
        }
        groups
    }
}

/// Evaluates the retrievals of recorded traces.
pub fn evaluate(store: &Store, order: &EvaluationOrder, cancel: &Cancel) -> Result<Evaluation, AppError> {
    let mut truth = GroundTruth::of_index(store, cancel)?;
    for file in &order.files {
        truth = truth.with_file(file)?;
    }
    let query = TracesQuery { filter: order.filter.clone(), limit: order.limit, ..TracesQuery::default() };
    let rows = store.traces_page(&query, cancel, &mut |_| ())?.rows;
    let mut evaluation =
        Evaluation { cases: Vec::new(), retrieved: 0, unjudged: 0, without_id: 0, measures: order.measures.clone() };
    for some in rows.chunks(AT_ONCE) {
        let ids: Vec<TraceId> = some.iter().map(|row| row.trace_id.clone()).collect();
        for (row, spans) in some.iter().zip(store.spans_of(&ids, cancel)?) {
            if let Some(recorded) = Recorded::of(&spans) {
                evaluation.add(row, recorded, &truth, order.feedback);
            }
        }
    }
    let worst = |case: &EvaluatedCase| case.values.as_ref().and_then(|values| values.last()).map(|(_, value)| *value);
    evaluation.cases.sort_by(|a, b| worse_first(worst(a), worst(b)).then_with(|| a.trace_id.cmp(&b.trace_id)));
    Ok(evaluation)
}

/// The least first, what has no value last.
fn worse_first(a: Option<f64>, b: Option<f64>) -> std::cmp::Ordering {
    a.is_none().cmp(&b.is_none()).then_with(|| a.unwrap_or(0.0).total_cmp(&b.unwrap_or(0.0)))
}

impl Evaluation {
    fn add(&mut self, row: &TraceRow, recorded: Recorded, truth: &GroundTruth, feedback: Feedback) {
        self.retrieved += 1;
        let mut judged = truth.of(&recorded);
        if feedback == Feedback::Counts && row.feedback.is_some_and(|value| value > 0.5) {
            let mut rests = rests_on(&recorded);
            // What was judged counts over what is only concluded.
            if let Some(known) = &judged {
                rests.add(known);
            }
            judged = Some(rests).filter(|rests| !rests.is_empty());
        }
        let Some(judged) = judged else {
            self.unjudged += 1;
            return;
        };
        self.without_id += recorded.chunks.iter().filter(|chunk| chunk.document_id.is_none()).count();
        let ranked = recorded.ranking();
        let prompt = match (&row.prompt_name, &row.prompt_version) {
            (Some(name), Some(version)) => Some(format!("{name}@{version}")),
            (Some(name), None) => Some(name.clone()),
            (None, version) => version.as_ref().map(|version| format!("@{version}")),
        };
        self.cases.push(EvaluatedCase {
            values: self.measures.of(&ranked, &judged),
            trace_id: recorded.trace_id,
            started_at: row.started_at,
            question_id: recorded.question_id,
            question: recorded.question,
            retriever: recorded.retriever,
            prompt,
            ranked,
            judged,
        });
    }
}
