//! The answers of a run by case and variant, as far as they are there.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::ids::{ResultId, SpanId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::{ResultStatus, Variant};
use crate::domain::score::Rating;
use crate::ui::effects::runs::{Answered, CallKey, RunCase};

/// What is known of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing was sent.
    #[default]
    Empty,
    /// It streams in.
    Streaming(String),
    /// It waits, and why.
    Waiting(String),
    /// It is there.
    Done(Arc<Answered>),
}

/// The answers of a run: cases × variants × samples.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    variants: usize,
    samples: usize,
    all: Vec<Cell>,
    cases: HashMap<(TraceId, SpanId), usize>,
    names: HashMap<String, usize>,
}

/// What a variant's answers come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Answers that are there.
    pub done: u64,
    /// Of them good.
    pub ok: u64,
    /// The others.
    pub failed: u64,
    /// The mean likeness to the recorded answers.
    pub similarity: Option<f64>,
    /// The mean latency in milliseconds.
    pub latency_ms: Option<f64>,
    /// The mean time to the first token in milliseconds.
    pub ttft_ms: Option<f64>,
    /// All tokens.
    pub tokens: Option<u64>,
    /// All cost.
    pub cost: Option<Money>,
}

impl Cells {
    /// No answers yet.
    pub fn new(cases: &[RunCase], variants: &[Variant], samples: u32) -> Self {
        let samples = samples.max(1) as usize;
        Self {
            variants: variants.len(),
            samples,
            all: vec![Cell::Empty; cases.len() * variants.len() * samples],
            cases: cases
                .iter()
                .enumerate()
                .map(|(place, case)| ((case.trace_id.clone(), case.span_id.clone()), place))
                .collect(),
            names: variants.iter().enumerate().map(|(place, one)| (one.id.as_str().to_owned(), place)).collect(),
        }
    }

    fn place(&self, trace: &TraceId, span: &SpanId, variant: &str, sample: u32) -> Option<usize> {
        let case = self.cases.get(&(trace.clone(), span.clone()))?;
        let variant = self.names.get(variant)?;
        let sample = usize::try_from(sample).ok().filter(|sample| *sample < self.samples)?;
        Some((case * self.variants + variant) * self.samples + sample)
    }

    /// The cell of a call.
    pub fn of_call(&mut self, key: &CallKey) -> Option<&mut Cell> {
        let place = self.place(&key.trace_id, &key.span_id, key.variant.as_str(), key.sample)?;
        self.all.get_mut(place)
    }

    /// Takes an answer.
    pub fn put(&mut self, answered: Answered) {
        let result = &answered.result;
        if let Some(place) = self.place(&result.trace_id, &result.span_id, result.variant.as_str(), result.sample)
            && let Some(cell) = self.all.get_mut(place)
        {
            *cell = Cell::Done(Arc::new(answered));
        }
    }

    /// Says what is thought of an answer.
    pub fn rate(&mut self, result: &ResultId, rating: Option<Rating>) {
        for cell in &mut self.all {
            if let Cell::Done(answered) = cell
                && answered.result.result_id == *result
            {
                Arc::make_mut(answered).rating = rating;
            }
        }
    }

    /// What did not end ends without an answer.
    pub fn stop(&mut self) {
        for cell in &mut self.all {
            if !matches!(cell, Cell::Done(_)) {
                *cell = Cell::Empty;
            }
        }
    }

    /// The answers to a case by a variant, one a sample.
    pub fn samples(&self, case: usize, variant: usize) -> &[Cell] {
        let start = (case * self.variants + variant) * self.samples;
        self.all.get(start..start + self.samples).unwrap_or_default()
    }

    /// One answer.
    pub fn get(&self, case: usize, variant: usize, sample: usize) -> &Cell {
        const EMPTY: &Cell = &Cell::Empty;
        self.samples(case, variant).get(sample).unwrap_or(EMPTY)
    }

    /// The answers that are there to a case.
    pub fn answers(&self, case: usize) -> impl Iterator<Item = &Answered> {
        (0..self.variants).flat_map(move |variant| self.samples(case, variant)).filter_map(done)
    }

    /// The least likeness of the answers to a case; the lower, the more it moved.
    pub fn least_alike(&self, case: usize) -> Option<f64> {
        self.answers(case).filter_map(|answer| answer.similarity).reduce(f64::min)
    }

    /// What a variant's answers come to.
    pub fn totals(&self, variant: usize) -> Totals {
        let cases = self.all.len() / (self.variants * self.samples).max(1);
        let answers: Vec<&Answered> =
            (0..cases).flat_map(|case| self.samples(case, variant)).filter_map(done).collect();
        let mean = |value: &dyn Fn(&Answered) -> Option<f64>| {
            let values: Vec<f64> = answers.iter().filter_map(|answer| value(answer)).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let ok = answers.iter().filter(|answer| answer.result.status == ResultStatus::Ok).count() as u64;
        let cost: Vec<Money> = answers.iter().filter_map(|answer| answer.result.cost_usd).collect();
        let tokens: Vec<u64> = answers.iter().filter_map(|answer| tokens(answer)).collect();
        Totals {
            done: answers.len() as u64,
            ok,
            failed: answers.len() as u64 - ok,
            similarity: mean(&|answer| answer.similarity),
            latency_ms: mean(&|answer| answer.result.latency_ms),
            ttft_ms: mean(&|answer| answer.result.ttft_ms),
            tokens: (!tokens.is_empty()).then(|| tokens.iter().sum()),
            cost: (!cost.is_empty()).then(|| cost.into_iter().sum()),
        }
    }

    /// Answers that are there.
    pub fn done(&self) -> usize {
        self.all.iter().filter(|cell| matches!(cell, Cell::Done(_))).count()
    }

    /// All answers there are to be.
    pub const fn all(&self) -> usize {
        self.all.len()
    }
}

fn done(cell: &Cell) -> Option<&Answered> {
    match cell {
        Cell::Done(answered) => Some(answered),
        _ => None,
    }
}

/// The tokens of an answer.
pub fn tokens(answer: &Answered) -> Option<u64> {
    match (answer.result.input_tokens, answer.result.output_tokens) {
        (None, None) => None,
        (input, output) => Some(input.unwrap_or(0) + output.unwrap_or(0)),
    }
}
