//! From the model's shares to a verdict: guards that no share overrides, and `unsure` where the shares are close.

use super::alignment::Alignment;
use super::features::{Features, Seen};
use super::figures::Found;
use super::forest::{CLASSES, Forest};
use super::lexicon::sense;
use super::verdict::{Lack, Verdict};

/// The least share with which each class is decided: supported, partial, unsupported, no claim.
///
/// Chosen by `tests/by_hand/grounding/fit.py`.
const LEAST: [f32; CLASSES] = [0.666, 1.01, 0.859, 0.357];

/// What was decided of a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decision {
    /// The verdict.
    pub(super) verdict: Verdict,
    /// How probable it is that the chunks support it, from 0 to 1.
    pub(super) support: f32,
}

/// Decides on a sentence.
pub(super) fn decide(features: &Features, seen: &Seen<'_>) -> Decision {
    if says_nothing(seen) {
        return Decision { verdict: Verdict::NoClaim, support: 0.0 };
    }
    let shares = Forest::verdict().shares(features);
    let mut support = shares[0];
    let mut best = (0..CLASSES).max_by(|one, other| shares[*one].total_cmp(&shares[*other])).unwrap_or(0);
    if is_against(features, seen) {
        // Whatever else agrees, this does not.
        support = support.min(0.3);
        if best == 0 {
            best = 2;
        }
    }
    let lack = lack(features, seen);
    let sure = shares[best] >= LEAST[best];
    let verdict = match best {
        _ if !sure => Verdict::Unsure,
        0 => Verdict::Supported,
        1 => Verdict::Partial(lack),
        2 => Verdict::Unsupported(lack),
        _ => Verdict::NoClaim,
    };
    Decision { verdict, support }
}

/// Whether a sentence holds only marks, citations and words that point at sources (`Sources: [1], [2]`).
fn says_nothing(seen: &Seen<'_>) -> bool {
    let tokens = &seen.claim.tokens;
    tokens
        .iter()
        .filter(|token| token.word != 0 || token.kind == super::tokens::TokenKind::Digits)
        .all(|token| token.has(sense::SOURCE) && !seen.claim.quantities.iter().any(|quantity| !quantity.weak))
}

/// What keeps a sentence from being supported: a number that no chunk has and nothing gives.
pub(super) fn is_against(_features: &Features, seen: &Seen<'_>) -> bool {
    seen.figures.iter().any(|judged| judged.found == Found::Nowhere)
}

fn lack(features: &Features, seen: &Seen<'_>) -> Lack {
    if seen.passages.passages.is_empty() {
        return Lack::Absent;
    }
    let [absent, contradicted, ..] = Forest::lack().shares(features);
    if contradicted > absent { Lack::Contradicted } else { Lack::Absent }
}

/// Whether a chunk holds one of the passages that the sentence rests on.
pub(super) fn rests_on(seen: &Seen<'_>, chunk: usize) -> bool {
    let evidence = seen.evidence;
    evidence.best.into_iter().chain(evidence.second).any(|passage| seen.passages.passages[passage].chunk == chunk)
}

/// Whether some chunks alone cover a sentence about as well as all chunks do.
pub(super) fn carried_by(seen: &Seen<'_>, chunks: &[usize]) -> bool {
    let covered = |allowed: &dyn Fn(usize) -> bool| {
        let passages: Vec<usize> = (0..seen.passages.passages.len())
            .filter(|passage| allowed(seen.passages.passages[*passage].chunk))
            .collect();
        Alignment::coverage(seen.claim, 0..seen.claim.words.len(), |word| {
            passages.iter().map(|passage| seen.with.in_passage(word, *passage)).fold(0.0, f32::max)
        })
    };
    let best = seen.evidence.best.is_some_and(|best| chunks.contains(&seen.passages.passages[best].chunk));
    best && covered(&|chunk| chunks.contains(&chunk)) >= 0.75 * covered(&|_| true)
}
