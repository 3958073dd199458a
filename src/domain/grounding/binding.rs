//! How well the words around a number of the claim fit those around a number of the chunks.

use super::alignment::{Alignment, Claim};
use super::lexicon::sense;
use super::passages::Passages;
use super::quantities::Quantity;
use super::tokens::{Token, TokenKind};

/// How near a token is to a run of tokens, from 1 right beside it to 0; what stands behind a comma or the like is further.
fn nearness(tokens: &[Token], at: usize, first: usize, last: usize) -> f32 {
    let between = if at < first { at + 1..first } else { last.min(at)..at };
    let breaks = tokens.get(between.clone()).unwrap_or(&[]).iter().filter(|token| breaks(token)).count();
    0.55_f32.powi(breaks.min(4) as i32) / (1.0 + between.len() as f32 / 4.0)
}

fn breaks(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Mark(',' | ';' | '|' | '.' | '(' | ')' | '—' | '–' | '、' | '，'))
        || token.has(sense::JOINT)
}

/// The words around a quantity of a claim, with how much each counts for it.
pub(super) fn around(claim: &Claim, quantity: &Quantity) -> Vec<(usize, f32)> {
    claim
        .words
        .iter()
        .enumerate()
        .map(|(word, at)| (word, claim.weight(word) * nearness(&claim.tokens, *at, quantity.first, quantity.last)))
        .filter(|(_, weight)| *weight > 0.3)
        .collect()
}

/// How well a place in a passage fits: the share of the words' weight that stands near it, from 0 to 1.
pub(super) fn fit(
    words: &[(usize, f32)],
    with: &Alignment,
    passages: &Passages,
    passage: usize,
    place: &Quantity,
) -> f32 {
    let range = passages.all[passage].tokens.clone();
    let near: Vec<(usize, f32)> = range
        .filter(|at| passages.tokens[*at].is_content())
        .map(|at| (at, nearness(&passages.tokens, at, place.first, place.last)))
        .collect();
    let (mut found, mut all) = (0.0, 0.0);
    for (word, weight) in words {
        let best = near.iter().map(|(at, nearness)| with.like(*word, passages, *at) * nearness).fold(0.0, f32::max);
        found += weight * best;
        all += weight;
    }
    if all > 0.0 { found / all } else { 0.0 }
}
