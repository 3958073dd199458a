//! From the model's shares to a verdict: guards that no share overrides, and `unsure` where the shares are close.

use super::alignment::Alignment;
use super::features::{Features, Seen};
use super::forest::{CLASSES, Forest};
use super::lexicon::sense;
use super::linear::Linear;
use super::verdict::{Lack, Verdict};

/// The share from which on a verdict is decided; `tests/by_hand/grounding/fit.py` prints it.
const LEAST: f32 = 0.557;

/// `Partial` needs a larger share: it is right least often.
const LEAST_PARTIAL: f32 = 0.7;

/// A sentence of which the chunks cover less has nothing to do with them.
const STRANGE: f32 = 0.25;

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
    let shares = guarded(features, joined(Forest::verdict().shares(features), Linear::verdict().shares(features)));
    let best = (0..CLASSES).max_by(|one, other| shares[*one].total_cmp(&shares[*other])).unwrap_or(0);
    let foreign = features.foreign > 0.1 || features.spaceless > 0.2;
    if foreign && features.exact1 < 0.5 && best != 3 {
        // The word vectors are English: across languages only numbers could be compared.
        return Decision { verdict: Verdict::Unsure, support: 0.5 * shares[0] + 0.125 };
    }
    let sure = shares[best] >= if best == 1 { LEAST_PARTIAL } else { LEAST };
    let verdict = match best {
        _ if !sure => Verdict::Unsure,
        0 => Verdict::Supported,
        1 => Verdict::Partial(lack(features, seen)),
        2 => Verdict::Unsupported(lack(features, seen)),
        _ => Verdict::NoClaim,
    };
    Decision { verdict, support: shares[0] }
}

/// Two forests that are kept as one, and the linear part, each a third.
fn joined(forests: [f32; CLASSES], linear: [f32; CLASSES]) -> [f32; CLASSES] {
    std::array::from_fn(|class| (2.0 * forests[class] + linear[class]) / 3.0)
}

/// The part of the share of `supported` that goes elsewhere where a sentence cannot be supported; the rest makes it unsure.
const MOVED: f32 = 0.5;
/// From where on nothing gives a number that no chunk has.
const UNREACHED: f32 = 0.6;

/// The shares with what cannot be: a sentence is not supported with a number that no chunk has and nothing gives, nor on
/// a chunk that another one replaces; a yes or no claims something; and what has nothing to do with any chunk is carried by
/// none.
fn guarded(features: &Features, mut shares: [f32; CLASSES]) -> [f32; CLASSES] {
    let stale = features.stale_rival > 0.0 || features.newer_rival > 0.6;
    if stale || features.unreached > UNREACHED {
        // Of several clauses another may be carried.
        let part = if features.clauses_count > 1.0 && !stale { 0.5 } else { 0.0 };
        shares[1] += shares[0] * part * MOVED;
        shares[2] += shares[0] * (1.0 - part) * MOVED;
        shares[0] = 0.0;
    }
    if features.yes + features.no > 0.0 {
        shares[3] = 0.0;
    }
    if is_strange(features) {
        // Labelled answers hardly hold such sentences, so the model does not know them.
        shares[2] += shares[0] + shares[1] + 0.7 * shares[3];
        shares = [0.0, 0.0, shares[2], 0.3 * shares[3]];
    }
    shares
}

/// Whether a sentence of several words has nothing to do with any chunk, and does not speak of its writer or sources.
fn is_strange(features: &Features) -> bool {
    let speaks_of_itself = features.refusal
        + features.courtesy
        + features.about_sources
        + features.writer
        + features.asks
        + features.ends_colon
        + features.code;
    features.words >= 4.0
        && features.cov_all < STRANGE
        && speaks_of_itself <= 0.0
        && features.foreign + features.spaceless <= 0.0
}

/// Whether a sentence holds only marks, citations and words that point at sources (`Sources: [1], [2]`).
fn says_nothing(seen: &Seen<'_>) -> bool {
    let tokens = &seen.claim.tokens;
    tokens
        .iter()
        .filter(|token| token.word != 0 || token.kind == super::tokens::TokenKind::Digits)
        .all(|token| token.has(sense::SOURCE) && !seen.claim.quantities.iter().any(|quantity| !quantity.weak))
}

fn lack(features: &Features, seen: &Seen<'_>) -> Lack {
    if seen.passages.all.is_empty() {
        return Lack::Absent;
    }
    let [absent, contradicted, ..] = Forest::lack().shares(features);
    if contradicted > absent { Lack::Contradicted } else { Lack::Absent }
}

/// Whether a chunk holds one of the passages that the sentence rests on.
pub(super) fn rests_on(seen: &Seen<'_>, chunk: usize) -> bool {
    let evidence = seen.evidence;
    evidence.best.into_iter().chain(evidence.second).any(|passage| seen.passages.all[passage].chunk == chunk)
}

/// Whether some chunks alone cover a sentence about as well as all chunks do.
pub(super) fn carried_by(seen: &Seen<'_>, chunks: &[usize]) -> bool {
    let covered = |allowed: &dyn Fn(usize) -> bool| {
        let passages: Vec<usize> =
            (0..seen.passages.all.len()).filter(|passage| allowed(seen.passages.all[*passage].chunk)).collect();
        Alignment::coverage(seen.claim, 0..seen.claim.words.len(), |word| {
            passages.iter().map(|passage| seen.with.in_passage(word, *passage)).fold(0.0, f32::max)
        })
    };
    let best = seen.evidence.best.is_some_and(|best| chunks.contains(&seen.passages.all[best].chunk));
    best && covered(&|chunk| chunks.contains(&chunk)) >= 0.75 * covered(&|_| true)
}
