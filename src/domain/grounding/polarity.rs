//! Numbers of what turns a claim round: negation, opposites, quantifiers, duty and leave, conditions, causes, age.

use super::alignment::{Alignment, Claim};
use super::features::{Features, Seen};
use super::lexicon::{Lexicon, sense};
use super::tokens::Token;

pub(super) fn set(features: &mut Features, seen: &Seen<'_>) {
    let Some(best) = seen.evidence.best else { return };
    let (mine, theirs) = (seen.claim.senses, senses_of(seen));
    let flag = |yes: bool| f32::from(u8::from(yes));
    let best_senses = seen.passages.all[best].senses;
    features.negated = flag(mine & sense::NEGATION != 0);
    features.evidence_negated = flag(best_senses & sense::NEGATION != 0);
    negation(features, seen);
    features.opposites = opposites(seen);
    features.universal = flag(mine & sense::UNIVERSAL != 0);
    features.universal_new = flag(mine & sense::UNIVERSAL != 0 && theirs & sense::UNIVERSAL == 0);
    features.only_new = flag(mine & sense::ONLY != 0 && theirs & sense::ONLY == 0);
    features.only_dropped = flag(mine & sense::ONLY == 0 && best_senses & sense::ONLY != 0);
    features.some_dropped = flag(mine & sense::SOME == 0 && best_senses & sense::SOME != 0);
    features.duty_new = flag(mine & sense::DUTY != 0 && theirs & sense::DUTY == 0);
    features.duty_dropped = flag(mine & sense::DUTY == 0 && best_senses & sense::DUTY != 0);
    features.leave_new = flag(mine & sense::LEAVE != 0 && theirs & sense::LEAVE == 0);
    features.leave_for_duty = flag(
        mine & sense::LEAVE != 0
            && mine & sense::DUTY == 0
            && best_senses & sense::DUTY != 0
            && best_senses & sense::LEAVE == 0,
    );
    features.advice_dropped = flag(best_senses & sense::ADVICE != 0 && mine & sense::ADVICE == 0);
    features.condition_evidence = flag(best_senses & sense::CONDITION != 0);
    features.condition_claim = flag(mine & sense::CONDITION != 0);
    dropped(features, seen, best);
    features.cause = flag(mine & sense::CAUSE != 0);
    features.cause_uncovered = cause(seen);
    answers(features, seen, best_senses);
    super::ages::set(features, seen, best);
}

/// The senses of all passages that the claim rests on.
fn senses_of(seen: &Seen<'_>) -> u32 {
    seen.evidence.passages().iter().fold(0, |all, passage| all | seen.passages.all[*passage].senses)
}

/// Whether an odd number of words turns a clause round.
fn turned(tokens: &[Token], senses: u32) -> bool {
    tokens.iter().filter(|token| token.has(senses)).count() % 2 == 1
}

/// Clauses of the claim that say no where theirs in the chunks say yes, by how well they are covered.
fn negation(features: &mut Features, seen: &Seen<'_>) {
    for (clause, aligned) in seen.evidence.of_clause.iter().enumerate() {
        let Some(passage) = aligned.passage else { continue };
        let mine = &seen.claim.tokens[seen.claim.clauses[clause].clone()];
        let close = &seen.passages.tokens[seen.passages.clauses[aligned.clause].clone()];
        let wide = seen.passages.tokens_of(passage);
        let raise = |value: &mut f32, differs: bool, by: f32| {
            if differs {
                *value = value.max(by);
            }
        };
        let any = |tokens: &[Token]| tokens.iter().any(|token| token.has(sense::NEGATION));
        raise(&mut features.negation_differs, any(mine) != any(wide), aligned.coverage);
        raise(
            &mut features.negation_differs_close,
            turned(mine, sense::NEGATION) != turned(close, sense::NEGATION),
            aligned.close,
        );
        let both = sense::NEGATION | sense::DENIAL;
        raise(&mut features.denial_differs, turned(mine, both) != turned(wide, both), aligned.coverage);
        raise(&mut features.denial_differs_close, turned(mine, both) != turned(close, both), aligned.close);
        raise(&mut features.link_clause_negated, any(mine) && !any(close) && any(wide), aligned.coverage);
    }
}

/// Words of the claim in whose place the evidence has the opposite.
fn opposites(seen: &Seen<'_>) -> f32 {
    let lexicon = Lexicon::get();
    let mut found = 0.0;
    for (clause, aligned) in seen.evidence.of_clause.iter().enumerate() {
        let Some(passage) = aligned.passage else { continue };
        let theirs = seen.passages.tokens_of(passage);
        for token in &seen.claim.tokens[seen.claim.clauses[clause].clone()] {
            let stands = theirs.iter().any(|other| other.stem == token.stem);
            let against = || {
                lexicon.opposites(token.word).iter().any(|opposite| {
                    theirs.iter().any(|other| other.word == *opposite)
                        && !seen.claim.tokens.iter().any(|other| other.word == *opposite)
                })
            };
            if token.word != 0 && !stands && against() {
                found += 0.3 + aligned.coverage;
            }
        }
    }
    f32::min(found, 2.0)
}

/// Conditions of the evidence that neither the claim nor the question names: the share of the worst, and its weight.
fn dropped(features: &mut Features, seen: &Seen<'_>, best: usize) {
    let second = seen.evidence.second.unwrap_or(best);
    for passage in [best, second] {
        for clause in seen.passages.all[passage].clauses.clone() {
            let range = seen.passages.clauses[clause].clone();
            let tokens = &seen.passages.tokens[range.clone()];
            let Some(start) = tokens.iter().position(|token| token.has(sense::CONDITION | sense::ONLY)) else {
                continue;
            };
            let (mut named, mut all) = (0.0, 0.0);
            for at in range.start + start..range.end {
                let token = &seen.passages.tokens[at];
                if !token.is_content() {
                    continue;
                }
                let said = |claim: &Claim| claim.tokens.iter().any(|other| other.stem == token.stem);
                let like = || {
                    seen.with.said(seen.claim, seen.passages, at).max(seen.asked.said(seen.question, seen.passages, at))
                };
                all += token.weight;
                named += token.weight * if said(seen.claim) || said(seen.question) { 1.0 } else { like() };
            }
            // Only a condition of something that the claim speaks of.
            let spoken =
                Alignment::coverage(seen.claim, 0..seen.claim.words.len(), |word| seen.with.in_passage(word, passage));
            if all > 2.0 && spoken > 0.25 {
                if tokens[start].has(sense::EXCEPTION) {
                    features.exception_dropped = features.exception_dropped.max(1.0 - named / all);
                }
                features.condition_dropped = features.condition_dropped.max(1.0 - named / all);
                features.condition_dropped_weight = features.condition_dropped_weight.max(all - named);
            }
        }
    }
}

/// The share of what follows a `because` that no passage holds.
fn cause(seen: &Seen<'_>) -> f32 {
    let Some(at) = seen.claim.tokens.iter().position(|token| token.has(sense::CAUSE)) else { return 0.0 };
    let words = (0..seen.claim.words.len()).filter(|word| seen.claim.words[*word] > at);
    if words.clone().count() == 0 {
        return 0.0;
    }
    let covered = (0..seen.passages.all.len())
        .map(|passage| Alignment::coverage(seen.claim, words.clone(), |word| seen.with.in_passage(word, passage)))
        .fold(0.0, f32::max);
    1.0 - covered
}

/// `Yes` or `No` at the start, against a passage that answers the question and is negated or not.
fn answers(features: &mut Features, seen: &Seen<'_>, best: u32) {
    let Some(first) = seen.claim.tokens.first() else { return };
    let flag = |yes: bool| f32::from(u8::from(yes));
    features.yes = flag(first.has(sense::YES));
    features.no = flag(first.has(sense::NO));
    let asked = seen.question.senses & sense::NEGATION != 0;
    let denied = best & (sense::NEGATION | sense::DENIAL) != 0;
    features.yes_against = features.yes * flag(denied != asked);
    features.no_against = features.no * flag(denied == asked);
}
