//! Which passages a claim rests on, as a whole and clause by clause.

use super::agreement::agree;
use super::alignment::{Alignment, Claim};
use super::passages::Passages;

/// The passages that a claim rests on best.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// The scores of all passages.
    pub(super) scores: Vec<f32>,
    /// The best passage.
    pub(super) best: Option<usize>,
    /// The passage that adds most to the best one, where it adds something.
    pub(super) second: Option<usize>,
    /// For each clause of the claim its best passage and the best clause within, with the coverage of the clause there.
    pub(super) of_clause: Vec<Aligned>,
}

/// A clause of a claim with the clause of the chunks that is nearest to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aligned {
    /// The passage.
    pub(super) passage: Option<usize>,
    /// The clause within, of all clauses of the passages.
    pub(super) clause: usize,
    /// The share of the claim's clause that the passage covers, from 0 to 1.
    pub(super) coverage: f32,
    /// The share that the clause alone covers.
    pub(super) close: f32,
}

/// What a passage that holds a number of the claim gets for it.
const NUMBER: f32 = 0.12;

impl Evidence {
    /// Finds the evidence of a claim; a short claim is read with the question.
    pub(super) fn find(
        claim: &Claim,
        with: &Alignment,
        question: &Claim,
        asked: &Alignment,
        passages: &Passages,
    ) -> Self {
        let count = passages.all.len();
        let short = if claim.words.len() <= 2 { 0.6 } else { 0.12 };
        let scores: Vec<f32> = (0..count)
            .map(|passage| {
                with.by_passage(claim, passage)
                    + short * asked.by_passage(question, passage)
                    + 0.25 * with.cosines[passage].max(0.0)
                    + NUMBER * shared_numbers(claim, passages, passage)
            })
            .collect();
        let best = largest(&scores);
        let second = best.and_then(|best| second(claim, with, passages, &scores, best));
        let mut found = Self { scores, best, second, of_clause: Vec::new() };
        found.of_clause = (0..claim.clauses.len()).map(|clause| found.clause(claim, clause, with, passages)).collect();
        found
    }

    fn clause(&self, claim: &Claim, clause: usize, with: &Alignment, passages: &Passages) -> Aligned {
        let words = &claim.words_of[clause];
        let numbers: Vec<_> =
            claim.quantities.iter().filter(|quantity| claim.clauses[clause].contains(&quantity.first)).collect();
        let cover = |held: &dyn Fn(usize) -> f32| Alignment::coverage(claim, words.iter().copied(), held);
        let scored: Vec<f32> = (0..passages.all.len())
            .map(|passage| {
                let shared = numbers
                    .iter()
                    .filter(|quantity| passages.quantities_of(passage).iter().any(|other| agree(quantity, other)))
                    .count() as f32;
                cover(&|word| with.in_passage(word, passage)) + 0.3 * self.scores[passage] + NUMBER * shared
            })
            .collect();
        let Some(passage) = largest(&scored) else { return Aligned::default() };
        let coverage = cover(&|word| with.in_passage(word, passage));
        let mut found =
            Aligned { passage: Some(passage), clause: passages.all[passage].clauses.start, coverage, close: 0.0 };
        for part in passages.all[passage].clauses.clone() {
            let close = cover(&|word| with.in_clause(word, part));
            if close > found.close {
                found.close = close;
                found.clause = part;
            }
        }
        found
    }

    /// The best passage, the second, and those of the clauses, each once.
    pub(super) fn passages(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.best.into_iter().chain(self.second).collect();
        for aligned in &self.of_clause {
            if let Some(passage) = aligned.passage.filter(|passage| !all.contains(passage)) {
                all.push(passage);
            }
        }
        all
    }
}

/// How many of a claim's numbers a passage holds, at most 3.
fn shared_numbers(claim: &Claim, passages: &Passages, passage: usize) -> f32 {
    let held = passages.quantities_of(passage);
    claim
        .quantities
        .iter()
        .filter(|quantity| !quantity.weak && held.iter().any(|other| agree(quantity, other)))
        .count()
        .min(3) as f32
}

fn second(claim: &Claim, with: &Alignment, passages: &Passages, scores: &[f32], best: usize) -> Option<usize> {
    let alone = with.by_passage(claim, best);
    let gains: Vec<f32> = (0..scores.len())
        .map(|passage| {
            if passage == best {
                return 0.0;
            }
            let both = Alignment::coverage(claim, 0..claim.words.len(), |word| {
                with.in_passage(word, best).max(with.in_passage(word, passage))
            });
            let numbers = claim
                .quantities
                .iter()
                .filter(|quantity| {
                    let held = |passage| passages.quantities_of(passage).iter().any(|other| agree(quantity, other));
                    !quantity.weak && !held(best) && held(passage)
                })
                .count() as f32;
            both - alone + NUMBER * numbers + 0.05 * scores[passage]
        })
        .collect();
    largest(&gains).filter(|passage| gains[*passage] > 0.06)
}

/// The place of the largest of some numbers, the first of equals.
fn largest(numbers: &[f32]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (place, number) in numbers.iter().enumerate() {
        if best.is_none_or(|best| *number > numbers[best]) {
            best = Some(place);
        }
    }
    best
}
