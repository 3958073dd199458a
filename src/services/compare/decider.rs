//! Tells a run that may stop early when it is clear whether its candidates differ.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::differences::{reference, seed_of};
use super::judge::{RECORDED, score_of_recording, score_of_result};
use super::sequence::order_of_cases;
use crate::domain::ids::{SpanId, TraceId, VariantId};
use crate::domain::run::{Case, Run, RunResult};
use crate::domain::run_design::{Decided, Question, VariantRole};
use crate::domain::statistics::{Pair, SequentialTest, Verdict};
use crate::evaluators::Evaluator;

/// Judges the answers of a run as they come, and looks at every case as soon as all of its answers are there.
///
/// Cases are looked at in the order they are asked, which chance made; one that takes longer holds up the look, so that fast
/// answers do not weigh more than slow ones.
pub struct Decider {
    run: Run,
    evaluator: String,
    judge: Box<dyn Evaluator>,
    schemas: BTreeMap<VariantId, Value>,
    /// The place of each case in the order.
    places: HashMap<(TraceId, SpanId), usize>,
    /// By place: the recording, its score, and each variant's scores by sample.
    cases: Vec<Seen>,
    questions: Vec<Asked>,
}

#[derive(Default)]
struct Seen {
    case: Option<Case>,
    recorded: Option<f64>,
    /// By variant and sample.
    scores: Vec<BTreeMap<u32, Option<f64>>>,
}

/// One candidate and what it is compared with; `None` is the recording.
struct Asked {
    variant: usize,
    base: Option<usize>,
    test: SequentialTest,
}

/// Why nothing can be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--until decided has nothing to compare by {0}: the recorded answers have no such score; add --baseline, or name a second \
     model or prompt version"
)]
pub struct NothingToDecide(String);

impl Decider {
    /// A decider of a run; `cases` are the recordings that are there, `schemas` the output schemas of the variants' prompts.
    pub fn new(
        run: &Run,
        judge: Box<dyn Evaluator>,
        schemas: BTreeMap<VariantId, Value>,
        cases: Vec<Case>,
    ) -> Result<Self, NothingToDecide> {
        let evaluator = run.until.as_ref().map(|rule| rule.evaluator().to_owned()).unwrap_or_default();
        let mut recordings: HashMap<(TraceId, SpanId), Case> =
            cases.into_iter().map(|case| ((case.trace_id.clone(), case.span_id.clone()), case)).collect();
        let order = order_of_cases(run);
        let mut places = HashMap::new();
        let mut seen = Vec::with_capacity(order.len());
        for (place, index) in order.into_iter().enumerate() {
            let Some(ids) = run.choice.spans.get(index) else { continue };
            let case = recordings.remove(ids);
            let recorded = case.as_ref().and_then(|case| score_of_recording(&*judge, case));
            places.insert(ids.clone(), place);
            seen.push(Seen { case, recorded, scores: vec![BTreeMap::new(); run.variants.len()] });
        }
        let has_recorded = seen.iter().any(|case| case.recorded.is_some());
        let questions: Vec<Asked> = run
            .variants
            .iter()
            .enumerate()
            .filter(|(_, variant)| variant.role == VariantRole::Candidate)
            .filter_map(|(place, variant)| {
                let base =
                    reference(run, variant).map(|base| run.variants.iter().position(|known| known.id == base.id));
                let base = match base {
                    Some(base) => base,
                    None if has_recorded => None,
                    None => return None,
                };
                Some(Asked { variant: place, base, test: SequentialTest::new(seen.len(), seed_of(run)) })
            })
            .collect();
        if questions.is_empty() {
            return Err(NothingToDecide(evaluator));
        }
        Ok(Self { run: run.clone(), evaluator, judge, schemas, places, cases: seen, questions })
    }

    /// The place of a case in the order it is asked in.
    pub fn place(&self, trace: &TraceId, span: &SpanId) -> Option<usize> {
        self.places.get(&(trace.clone(), span.clone())).copied()
    }

    /// Takes an answer, whatever became of it.
    pub fn take(&mut self, result: &RunResult) {
        let Some(place) = self.place(&result.trace_id, &result.span_id) else { return };
        let Some(variant) = self.run.variants.iter().position(|known| known.id == result.variant) else { return };
        let Some(seen) = self.cases.get_mut(place) else { return };
        let schema = self.schemas.get(&result.variant);
        let score = score_of_result(&*self.judge, result, seen.case.as_ref(), &self.run, schema);
        if let Some(own) = seen.scores.get_mut(variant) {
            own.insert(result.sample, score);
        }
        self.look();
    }

    /// Looks at every case that all answers are there of.
    fn look(&mut self) {
        let samples = self.run.samples.max(1) as usize;
        for asked in &mut self.questions {
            while asked.test.clear().is_none()
                && let Some(seen) = self.cases.get(asked.test.passed())
                && seen.is_there(asked, samples)
            {
                asked.test.take(seen.pair(asked));
            }
        }
    }

    /// Whether answers of a variant, by its place in the run, are still worth asking for.
    pub fn is_open(&self, variant: usize) -> bool {
        let concerned = |asked: &&Asked| asked.variant == variant || asked.base == Some(variant);
        let mut own = self.questions.iter().filter(concerned).peekable();
        // A first variant that nothing can be asked of is there for the others.
        own.peek().is_none() || own.any(|asked| asked.test.clear().is_none())
    }

    /// Whether every question is answered.
    pub fn is_over(&self) -> bool {
        self.questions.iter().all(|asked| asked.test.clear().is_some())
    }

    /// What is known by now, where so many answers were planned and so many are there.
    pub fn decided(&self, planned: u64, there: u64) -> Decided {
        let better = self.judge.kind().better;
        let question = |asked: &Asked| Question {
            variant: self.run.variants.get(asked.variant).map_or_else(|| RECORDED.into(), |known| known.id.clone()),
            baseline: asked
                .base
                .and_then(|base| self.run.variants.get(base))
                .map_or_else(|| RECORDED.into(), |known| known.id.clone()),
            cases: asked.test.passed() as u64,
            verdict: asked.test.last().map_or(Verdict::TooFew, |look| look.verdict(better)),
            early: asked.test.clear().is_some() && asked.test.passed() < self.cases.len(),
        };
        Decided {
            evaluator: self.evaluator.clone(),
            cases: self.questions.iter().map(|asked| asked.test.passed() as u64).max().unwrap_or(0),
            planned_cases: self.cases.len() as u64,
            saved_requests: if self.is_over() { planned.saturating_sub(there) } else { 0 },
            questions: self.questions.iter().map(question).collect(),
        }
    }
}

impl Seen {
    fn is_there(&self, asked: &Asked, samples: usize) -> bool {
        let has = |variant: usize| self.scores.get(variant).is_some_and(|own| own.len() >= samples);
        has(asked.variant) && asked.base.is_none_or(has)
    }

    fn pair(&self, asked: &Asked) -> Option<Pair> {
        let of = |variant: usize| {
            let scores: Vec<f64> = self.scores.get(variant)?.values().copied().flatten().collect();
            (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
        };
        let baseline = match asked.base {
            Some(base) => of(base)?,
            None => self.recorded?,
        };
        Some(Pair { variant: of(asked.variant)?, baseline })
    }
}

impl std::fmt::Debug for Decider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decider").field("evaluator", &self.evaluator).finish_non_exhaustive()
    }
}
