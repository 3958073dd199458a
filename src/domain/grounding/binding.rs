//! How well the words around a number of the claim fit those around a number of the chunks.

use super::alignment::{Claim, likeness};
use super::lexicon::sense;
use super::passages::Passages;
use super::quantities::Quantity;
use super::tokens::{Token, TokenKind};
use super::vectors::Vectors;

/// How near a token is to a run of tokens, from 1 right beside it to 0; what stands behind a comma or the like is further.
fn nearness(tokens: &[Token], at: usize, first: usize, last: usize) -> f32 {
    let between = if at < first { at + 1..first } else { last.min(at)..at };
    let breaks = tokens.get(between.clone()).unwrap_or(&[]).iter().filter(|token| breaks(token)).count();
    0.55_f32.powi(breaks.min(4) as i32) / (1.0 + between.len() as f32 / 4.0)
}

fn breaks(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Mark(',' | ';' | '|' | '.' | '(' | ')' | '—' | '–' | '、' | '，')) || token.has(sense::JOINT)
}

/// The words around a quantity of a claim, with how much each counts for it.
pub(super) fn around(claim: &Claim, quantity: &Quantity) -> Vec<(usize, f32)> {
    claim
        .words
        .iter()
        .map(|at| (*at, claim.tokens[*at].weight * nearness(&claim.tokens, *at, quantity.first, quantity.last)))
        .filter(|(_, weight)| *weight > 0.3)
        .collect()
}

/// How well a place in a passage fits: the share of the words' weight that stands near it, from 0 to 1.
pub(super) fn fit(claim: &Claim, words: &[(usize, f32)], passages: &Passages, passage: usize, place: &Quantity) -> f32 {
    let vectors = Vectors::get();
    let range = passages.passages[passage].tokens.clone();
    let (mut found, mut all) = (0.0, 0.0);
    for (word, weight) in words {
        let mut best: f32 = 0.0;
        for at in range.clone().filter(|at| passages.tokens[*at].is_content()) {
            let like = likeness(vectors, &claim.tokens[*word], &passages.tokens[at]);
            if like > best {
                best = best.max(like * nearness(&passages.tokens, at, place.first, place.last));
            }
        }
        found += weight * best;
        all += weight;
    }
    if all > 0.0 { found / all } else { 0.0 }
}
