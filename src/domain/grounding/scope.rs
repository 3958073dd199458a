//! What a negation covers: words near each other across claim and evidence, one denied and the other not.

use super::features::{Features, Seen};
use super::lexicon::{Lexicon, sense};
use super::tokens::{Token, TokenKind};

/// How many tokens after a negation it reaches, within a clause.
const REACH: usize = 5;

/// Words at least so alike are taken for the same thing.
const SAME: f32 = 0.55;

/// For each token whether a negation covers it: one before it, or `not` right after it (`is not`).
pub(super) fn denied(tokens: &[Token]) -> Vec<bool> {
    let mut denied = vec![false; tokens.len()];
    for (at, token) in tokens.iter().enumerate() {
        if !token.has(sense::NEGATION) {
            continue;
        }
        let mut content = 0;
        for (after, other) in tokens.iter().enumerate().skip(at + 1).take(REACH + 3) {
            let ends = matches!(other.kind, TokenKind::Mark(c) if !matches!(c, '-' | '\'' | '"' | '`' | '*'));
            if ends || content > 2 || after - at > REACH || (after > at + 1 && other.has(sense::JOINT)) {
                break;
            }
            denied[after] = !denied[after];
            content += usize::from(other.is_content());
        }
    }
    denied
}

/// Compares what is denied in the claim and in the passages that its clauses rest on.
pub(super) fn set(features: &mut Features, seen: &Seen<'_>) {
    let lexicon = Lexicon::get();
    let claim = &seen.claim.tokens;
    let mine = denied(claim);
    let (mut clash, mut all, mut worst): (f32, f32, f32) = (0.0, 0.0, 0.0);
    for (clause, aligned) in seen.evidence.of_clause.iter().enumerate() {
        let Some(passage) = aligned.passage else { continue };
        let tokens = seen.passages.tokens_of(passage);
        let theirs = denied(tokens);
        for at in seen.claim.clauses[clause].clone().filter(|at| claim[*at].is_content()) {
            let token = &claim[at];
            let start = seen.passages.all[passage].tokens.start;
            let word = seen.claim.word_of[at];
            let best = (0..tokens.len())
                .map(|place| (place, word.map_or(0.0, |word| seen.with.like(word, seen.passages, start + place))))
                .max_by(|one, other| one.1.total_cmp(&other.1));
            let against = lexicon.opposites(token.word);
            let opposite = tokens.iter().position(|other| other.word != 0 && against.contains(&other.word));
            let exact = best.is_some_and(|(_, like)| like > 0.99);
            let weight = token.weight.max(2.0);
            if let Some(place) = opposite.filter(|_| !exact) {
                // `not covered` agrees with `excluded`; `covered` does not.
                all += weight;
                if mine[at] == theirs[place] {
                    clash += weight;
                    worst = worst.max(aligned.coverage);
                }
            } else if let Some((place, like)) = best.filter(|(_, like)| *like > SAME) {
                all += weight * like;
                if mine[at] != theirs[place] {
                    clash += weight * like;
                    worst = worst.max(like * aligned.coverage);
                }
            }
        }
    }
    features.scope_clash = if all > 0.0 { clash / all } else { 0.0 };
    features.scope_worst = worst;
    features.scope_weight = clash.min(20.0);
    features.replaced = replaced(seen);
}

/// The weight of words that stand where a near copy has another word: both neighbours are the same, the word is not.
fn replaced(seen: &Seen<'_>) -> f32 {
    let Some(best) = seen.evidence.best else { return 0.0 };
    let word = |token: &&Token| token.word != 0 || token.kind == TokenKind::Digits;
    let said: Vec<&Token> = seen.claim.tokens.iter().filter(word).collect();
    let held: Vec<&Token> = seen.passages.tokens_of(best).iter().filter(word).collect();
    let same = |one: &Token, other: &Token| one.word != 0 && one.stem == other.stem;
    let mut weight: f32 = 0.0;
    for at in 1..said.len() {
        let token = said[at];
        if held.iter().any(|other| same(token, other)) {
            continue;
        }
        for place in 1..held.len() {
            let left = same(said[at - 1], held[place - 1]);
            let right = match (said.get(at + 1), held.get(place + 1)) {
                (Some(one), Some(other)) => same(one, other),
                (None, None) => true,
                _ => false,
            };
            let gone = !said.iter().any(|other| same(other, held[place]));
            if left && right && gone {
                weight = weight.max(token.weight.max(held[place].weight).max(1.0));
            }
        }
    }
    weight
}
