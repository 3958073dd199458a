//! Numbers of age: whether a claim rests on a chunk that another one replaces.

use super::agreement::agree;
use super::features::{Features, Seen};
use super::lexicon::sense;
use super::stems::hash;
use super::units::Kind;

/// Whether the best passage is of a chunk that is out of date, or another chunk that is not says the like.
pub(super) fn set(features: &mut Features, seen: &Seen<'_>, best: usize) {
    let chunk = seen.passages.all[best].chunk;
    let Some(age) = seen.passages.ages.get(chunk) else { return };
    features.stale = f32::from(u8::from(age.stale));
    if speaks_of_the_past(seen, age.year) {
        return;
    }
    for (place, passage) in seen.passages.all.iter().enumerate() {
        let Some(other) = seen.passages.ages.get(passage.chunk).filter(|_| passage.chunk != chunk) else { continue };
        let like = super::vectors::cosine(&passage.meaning, &seen.passages.all[best].meaning);
        if like < 0.5 || seen.evidence.scores[place] < 0.4 * seen.evidence.scores[best] || says_too(seen, best, place) {
            continue;
        }
        if age.stale && !other.stale {
            features.stale_rival = features.stale_rival.max(like);
        }
        if let (Some(one), Some(two)) = (age.year, other.year)
            && two > one
        {
            features.newer_rival = features.newer_rival.max(like);
        }
    }
}

/// Whether a claim says itself that something held earlier, or the question is about the year of its chunk.
fn speaks_of_the_past(seen: &Seen<'_>, year: Option<u32>) -> bool {
    const EARLIER: [&str; 6] = ["earlier", "was", "were", "had", "last", "used"];
    let words = || seen.claim.tokens.iter().filter(|token| !token.is_content() || token.has(sense::STALE));
    let earlier = seen.claim.tokens.iter().any(|token| EARLIER.iter().any(|word| token.word == hash(word)));
    let asked = seen.question.quantities.iter().any(|quantity| {
        quantity.kind == Kind::Date && year.is_some_and(|year| (quantity.value / 10_000.0).trunc() as u32 == year)
    });
    earlier || asked || words().any(|token| token.has(sense::STALE))
}

/// Whether another passage carries a claim as well as the best one does, numbers included.
fn says_too(seen: &Seen<'_>, best: usize, other: usize) -> bool {
    let numbers = |passage: usize| {
        let held = seen.passages.quantities_of(passage);
        seen.claim.quantities.iter().filter(|one| held.iter().any(|other| agree(one, other))).count()
    };
    let covered = |passage: usize| seen.with.by_passage(seen.claim, passage);
    numbers(other) >= numbers(best) && covered(other) >= 0.9 * covered(best)
}
