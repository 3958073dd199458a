//! The numbers of a claim held against those of its evidence.

use super::agreement::{agree, derived, rival as rivals};
use super::alignment::{Alignment, Claim};
use super::binding;
use super::derivation::Givens;
use super::evidence::Evidence;
use super::lexicon::sense;
use super::passages::Passages;
use super::quantities::Quantity;
use super::stems::hash;
use super::tokens::{Token, TokenKind};
use super::units::Kind;

/// Where a quantity of a claim was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// In a passage that the claim rests on.
    Near,
    /// In another passage.
    Far,
    /// It follows from others.
    Derived,
    /// Only in the question.
    Asked,
    /// Nowhere.
    Nowhere,
}

/// A quantity of a claim, judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    /// Its number among the claim's quantities.
    pub(super) quantity: usize,
    /// Where it was found.
    pub(super) found: Found,
    /// The evidence's quantity, of all, that could stand in its place and differs.
    pub(super) rival: Option<usize>,
    /// How much better the words around it fit its place in the chunks than its rival's, from -2 to 2.
    pub(super) margin: f32,
    /// How surely it follows from others, from 0 to 1; 1 for what was found.
    pub(super) reach: f32,
}

impl Judged {
    /// Whether no chunk has it, and nothing gives it.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.found, Found::Nowhere | Found::Asked)
    }
}

/// Most quantities of the chunks that are calculated with.
const MOST_GIVEN: usize = 28;
/// How many quantities before and after one it may follow from; a block of code can hold thousands.
const BESIDE: usize = 8;
/// Most quantities of a claim for which is looked further.
const MOST_LOST: usize = 12;
/// How far a result may be off by rounding, as a share.
const EXACT: f64 = 1e-6;
/// How far a quantity may be off that is said to be rounded.
const ROUNDED: f64 = 0.06;
/// From where on a quantity counts as derived.
const SURE: f32 = 0.75;

/// Judges the quantities of a claim that are said on purpose.
pub(super) fn judge(
    claim: &Claim,
    with: &Alignment,
    evidence: &Evidence,
    passages: &Passages,
    question: &Claim,
    before: &[Quantity],
) -> Vec<Judged> {
    let near = evidence.passages();
    let equation =
        claim.tokens.iter().any(|token| matches!(token.kind, TokenKind::Mark('=' | '×' | '*' | '+' | '÷' | '−')));
    let announces = |(at, token): (usize, &Token)| {
        let inside = claim.quantities.iter().any(|quantity| (quantity.first..quantity.last).contains(&at));
        token.has(sense::SUM) || (token.has(sense::SHARE) && !inside)
    };
    let cue = equation || claim.tokens.iter().enumerate().any(announces);
    let chunk = evidence.best.map(|best| passages.all[best].chunk);
    let beside = (0..passages.all.len())
        .filter(|passage| Some(passages.all[*passage].chunk) == chunk && !near.contains(passage));
    let given: Vec<(usize, &Quantity)> = near
        .iter()
        .copied()
        .chain(beside)
        .flat_map(|passage| passages.quantities_of(passage).iter().map(move |quantity| (passage, quantity)))
        .take(MOST_GIVEN)
        .collect();
    let around: Vec<&Quantity> = question.quantities.iter().take(6).chain(before.iter().rev().take(4)).collect();
    let mut judged = Vec::new();
    for (place, quantity) in claim.quantities.iter().enumerate().filter(|(_, quantity)| !quantity.weak) {
        let meant = elliptic(claim, place);
        let at = |passage: usize| {
            let says = |quantity: &Quantity| passages.quantities_of(passage).iter().any(|other| agree(quantity, other));
            says(quantity) || meant.as_ref().is_some_and(says)
        };
        let found = if near.iter().any(|passage| at(*passage)) {
            Found::Near
        } else if (0..passages.all.len()).any(at) {
            Found::Far
        } else if follows(claim, place, &given, &around, cue) {
            Found::Derived
        } else if question.quantities.iter().any(|other| agree(quantity, other)) {
            Found::Asked
        } else {
            Found::Nowhere
        };
        let (rival, margin) = compare(claim, quantity, with, evidence, passages, &near);
        judged.push(Judged { quantity: place, found, rival, margin, reach: 1.0 });
    }
    reach(&mut judged, claim, &around, &given);
    judged
}

/// Looks further for what the lost quantities could follow from.
fn reach(judged: &mut [Judged], claim: &Claim, around: &[&Quantity], given: &[(usize, &Quantity)]) {
    let mut lost: Vec<usize> = (0..judged.len()).filter(|place| judged[*place].is_lost()).collect();
    for place in lost.split_off(lost.len().min(MOST_LOST)) {
        judged[place].reach = 0.0;
    }
    let from = |judged: &[Judged], place: usize, without: Option<usize>| {
        let quantity = &claim.quantities[judged[place].quantity];
        let within = if is_rounded(claim, quantity) { ROUNDED } else { EXACT };
        let own = (place.saturating_sub(BESIDE)..judged.len().min(place + BESIDE + 1))
            .filter(|other| *other != place && Some(*other) != without)
            .map(|other| &claim.quantities[judged[other].quantity]);
        let givens = Givens {
            known: own.chain(around.iter().copied()).collect(),
            given: given.to_vec(),
            within,
            named: is_named(claim, quantity),
        };
        givens.reach(quantity).max(if within > EXACT { rounds(quantity, given) } else { 0.0 })
    };
    for place in &lost {
        judged[*place].reach = from(judged, *place, None);
    }
    let sure: Vec<usize> = lost.iter().copied().filter(|place| judged[*place].reach >= SURE).collect();
    for place in &lost {
        // A number that only sets an example is no claim: `40 kWh cost 9.68 euro` claims the 9.68.
        let example = || sure.iter().any(|other| other != place && from(judged, *other, Some(*place)) < SURE);
        if sure.contains(place) || (judged[*place].found == Found::Nowhere && example()) {
            judged[*place].found = Found::Derived;
        }
    }
}

/// How surely a quantity said to be rounded is one that the chunks give.
fn rounds(quantity: &Quantity, given: &[(usize, &Quantity)]) -> f32 {
    let near = |other: &Quantity| {
        rivals(quantity, other)
            && (quantity.value - other.value).abs() <= ROUNDED * quantity.value.abs().max(other.value.abs())
    };
    if given.iter().any(|(_, other)| near(other)) { SURE } else { 0.0 }
}

/// Whether a quantity is said as a calculation: `twice`, `half`, `three times as long`, `one in five`.
fn is_named(claim: &Claim, quantity: &Quantity) -> bool {
    let of = claim.tokens.get(quantity.first..claim.tokens.len().min(quantity.last + 1)).unwrap_or_default();
    let said =
        of.iter().any(|token| token.has(sense::SHARE) || token.word == hash("times") || token.word == hash("fold"));
    said || (quantity.kind == Kind::Percent
        && of.iter().all(|token| !matches!(token.kind, TokenKind::Mark('%')))
        && of.len() > 2)
}

/// Whether the words before a quantity say that it is rounded: `more than`, `about`.
fn is_rounded(claim: &Claim, quantity: &Quantity) -> bool {
    let before = claim.tokens.get(quantity.first.saturating_sub(3)..quantity.first).unwrap_or_default();
    before.iter().any(|token| token.has(sense::ROUNDED))
}

/// Whether a quantity follows from what the chunks give, what was asked or said before, and the claim's own numbers.
fn follows(claim: &Claim, place: usize, given: &[(usize, &Quantity)], around: &[&Quantity], cue: bool) -> bool {
    let quantity = &claim.quantities[place];
    let given: Vec<&Quantity> = given.iter().map(|(_, quantity)| *quantity).collect();
    let own = (place.saturating_sub(BESIDE)..claim.quantities.len().min(place + BESIDE + 1))
        .filter(|other| *other != place)
        .map(|other| &claim.quantities[other])
        .filter(|held| !held.weak);
    let known: Vec<&Quantity> = own.chain(around.iter().copied()).collect();
    derived(quantity, &known, &given, cue)
}

/// `two days to report it and fourteen to prove it`: a bare number in the unit of the one before it.
fn elliptic(claim: &Claim, place: usize) -> Option<Quantity> {
    let quantity = &claim.quantities[place];
    let before = &claim.quantities[place.checked_sub(1)?];
    let bare = quantity.kind == Kind::Plain && !claim.tokens.get(quantity.last).is_some_and(Token::is_content);
    let unit = !matches!(before.kind, Kind::Plain | Kind::Date | Kind::Version | Kind::Ordinal | Kind::Clock);
    (bare && unit).then(|| quantity.in_unit_of(before))
}

/// The rival whose surroundings fit best, and by how much the quantity's own place in the chunks fits better.
fn compare(
    claim: &Claim,
    quantity: &Quantity,
    with: &Alignment,
    evidence: &Evidence,
    passages: &Passages,
    near: &[usize],
) -> (Option<usize>, f32) {
    let words = binding::around(claim, quantity);
    let fit = |passage: usize, place: &Quantity| {
        binding::fit(&words, with, passages, passage, place) + 0.25 * evidence.scores[passage]
    };
    let (mut own, mut best): (f32, Option<(usize, f32)>) = (0.0, None);
    for (passage, held) in passages.all.iter().enumerate() {
        for place in held.quantities.clone() {
            let other = &passages.quantities[place];
            if agree(quantity, other) {
                own = own.max(fit(passage, other));
            } else if rivals(quantity, other) && near.contains(&passage) && !other.weak {
                let fits = fit(passage, other);
                if best.is_none_or(|(_, before)| fits > before) {
                    best = Some((place, fits));
                }
            }
        }
    }
    (best.map(|(place, _)| place), own - best.map_or(0.0, |(_, fits)| fits))
}
