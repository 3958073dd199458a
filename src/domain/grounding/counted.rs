//! Numbers of a sentence's quantities: which of them the chunks hold, and where.

use super::agreement::agree;
use super::features::{Features, Seen};
use super::figures::Found;
use super::lexicon::sense;
use super::units::Kind;

pub(super) fn set(features: &mut Features, seen: &Seen<'_>) {
    features.margin_least = 2.0;
    for judged in seen.figures {
        features.numbers += 1.0;
        match judged.found {
            Found::Near => features.near += 1.0,
            Found::Far => features.far += 1.0,
            Found::Derived => features.derived += 1.0,
            Found::Asked => features.asked += 1.0,
            Found::Nowhere => features.nowhere += 1.0,
        }
        let lost = judged.is_lost();
        if judged.found == Found::Nowhere {
            features.unreached = features.unreached.max(1.0 - judged.reach);
        }
        if judged.found == Found::Nowhere && judged.rival.is_some() {
            features.conflict += 1.0;
        }
        if matches!(judged.found, Found::Near | Found::Far) {
            features.margin_least = features.margin_least.min(judged.margin);
            features.rivals_ahead += f32::from(u8::from(judged.margin < -0.1));
        }
        if lost && seen.claim.quantities[judged.quantity].kind == Kind::Ordinal {
            features.ordinal_missing += 1.0;
        }
    }
    features.number_share =
        if features.numbers > 0.0 { (features.near + features.derived) / features.numbers } else { 1.0 };
    features.one_differs = one_differs(seen);
    features.bound_flip = bound_flip(seen);
    for value in [&mut features.numbers, &mut features.near, &mut features.far, &mut features.nowhere] {
        *value = value.min(5.0);
    }
}

/// `one screen` or `a week` where the passage has another number of the same thing.
fn one_differs(seen: &Seen<'_>) -> f32 {
    let Some(best) = seen.evidence.best else { return 0.0 };
    let tokens = &seen.passages.tokens;
    let held = seen.passages.quantities_of(best);
    let differs =
        seen.claim.quantities.iter().filter(|quantity| quantity.weak && quantity.kind == Kind::Plain).any(|quantity| {
            let Some(noun) = seen.claim.tokens.get(quantity.last).filter(|token| token.is_content()) else {
                return false;
            };
            let of_noun = |place: usize| tokens.get(place).is_some_and(|token| token.stem == noun.stem);
            let rivals = held.iter().filter(|other| of_noun(other.last));
            rivals.clone().count() > 0 && !rivals.clone().any(|other| agree(quantity, other))
        });
    f32::from(u8::from(differs))
}

/// A number that the claim gives as a lower bound and the passage as an upper one, or the other way round.
fn bound_flip(seen: &Seen<'_>) -> f32 {
    let mut flips = 0.0;
    for judged in seen.figures.iter().filter(|judged| judged.found == Found::Near) {
        let quantity = &seen.claim.quantities[judged.quantity];
        let mine = bound(&seen.claim.tokens[quantity.first.saturating_sub(4)..quantity.first]);
        let theirs =
            seen.evidence.passages().into_iter().flat_map(|passage| {
                let start = seen.passages.all[passage].tokens.start;
                seen.passages.quantities_of(passage).iter().filter(|other| agree(quantity, other)).map(move |other| {
                    bound(&seen.passages.tokens[start.max(other.first.saturating_sub(4))..other.first])
                })
            });
        let theirs: Vec<i8> = theirs.collect();
        if mine != 0 && !theirs.is_empty() && theirs.iter().all(|other| *other == -mine) {
            flips += 1.0;
        }
    }
    flips
}

/// -1 for an upper bound, 1 for a lower one, 0 for none or both.
fn bound(before: &[super::tokens::Token]) -> i8 {
    let least = before.iter().any(|token| token.has(sense::LEAST));
    let most = before.iter().any(|token| token.has(sense::MOST));
    i8::from(least) - i8::from(most)
}
