//! Numbers of a sentence's words: how much of them the chunks hold.

use super::alignment::{Alignment, likeness};
use super::features::{Features, Seen};
use super::tokens::Token;
use super::vectors::Vectors;

pub(super) fn set(features: &mut Features, seen: &Seen<'_>) {
    let (claim, with, evidence) = (seen.claim, seen.with, seen.evidence);
    let all = 0..claim.words.len();
    let count = seen.passages.all.len();
    features.words = claim.words.len().min(25) as f32;
    features.clauses_count = claim.clauses.len().min(8) as f32;
    features.weight = all.clone().map(|word| claim.weight(word)).sum::<f32>().min(100.0);
    let Some(best) = evidence.best else { return };
    let second = evidence.second.unwrap_or(best);
    let both = |word: usize| with.in_passage(word, best).max(with.in_passage(word, second));
    let anywhere = |word: usize| (0..count).map(|passage| with.in_passage(word, passage)).fold(0.0, f32::max);
    let exact = |like: f32| if like > 0.99 { 1.0 } else { 0.0 };
    features.cov1 = with.by_passage(claim, best);
    features.cov2 = Alignment::coverage(claim, all.clone(), both);
    features.gain2 = features.cov2 - features.cov1;
    features.cov_all = Alignment::coverage(claim, all.clone(), anywhere);
    features.exact1 = Alignment::coverage(claim, all.clone(), |word| exact(with.in_passage(word, best)));
    features.exact2 = Alignment::coverage(claim, all.clone(), |word| exact(both(word)));
    features.exact_all = Alignment::coverage(claim, all.clone(), |word| exact(anywhere(word)));
    let chunk = seen.passages.all[best].chunk;
    features.cov_chunk = Alignment::coverage(claim, all.clone(), |word| {
        let here = (0..count).filter(|passage| seen.passages.all[*passage].chunk == chunk);
        here.map(|passage| with.in_passage(word, passage)).fold(0.0, f32::max)
    });
    let vectors = Vectors::get();
    let asked: Vec<f32> =
        claim.words.iter().map(|at| nearest(vectors, &claim.tokens[*at], &seen.question.tokens)).collect();
    features.cov_question = Alignment::coverage(claim, all.clone(), |word| asked[word]);
    // Words that neither the two passages nor the question hold.
    features.cov_beyond = Alignment::coverage(claim, all.clone(), |word| both(word).max(asked[word]));
    let mut held: Vec<f32> = all.clone().map(|word| both(word).max(asked[word])).collect();
    for (word, held) in held.iter().enumerate() {
        let missing = (1.0 - held).max(0.0) * claim.weight(word);
        features.miss_weight += missing;
        features.miss_most = features.miss_most.max(missing);
        features.miss_count += f32::from(u8::from(*held < 0.5));
    }
    features.miss_weight = features.miss_weight.min(60.0);
    held.sort_unstable_by(f32::total_cmp);
    features.least_word = held.first().copied().unwrap_or(1.0);
    features.second_least_word = held.get(1).copied().unwrap_or(1.0);
    features.cosine1 = with.cosines[best];
    features.cosine_most = with.cosines.iter().copied().fold(0.0, f32::max);
    by_clause(features, seen);
    features.reverse1 = reverse(seen, best);
    features.reverse2 = reverse(seen, second);
    let others = evidence.scores.iter().enumerate().filter(|(place, _)| *place != best).map(|(_, score)| *score);
    features.margin = evidence.scores[best] - others.fold(0.0, f32::max);
    features.question_by_best = seen.asked.by_passage(seen.question, best);
    features.with_question = features.cov1 + features.question_by_best;
    sequence(features, seen, best);
    names(features, seen);
}

/// The likeness of a word with the nearest content word among some tokens.
fn nearest(vectors: &Vectors, word: &Token, among: &[Token]) -> f32 {
    among.iter().filter(|other| other.is_content()).map(|other| likeness(vectors, word, other)).fold(0.0, f32::max)
}

/// How the clauses fare one by one: a made-up part shows in the worst of them.
fn by_clause(features: &mut Features, seen: &Seen<'_>) {
    let claim = seen.claim;
    let (mut least, mut most, mut sum, mut all, mut close): (f32, f32, f32, f32, f32) = (1.0, 0.0, 0.0, 0.0, 1.0);
    for (clause, aligned) in seen.evidence.of_clause.iter().enumerate() {
        let weight: f32 = claim.words_of[clause].iter().map(|word| claim.weight(*word)).sum();
        if weight < 2.0 {
            continue;
        }
        least = least.min(aligned.coverage);
        most = most.max(aligned.coverage);
        close = close.min(aligned.close);
        sum += aligned.coverage * weight;
        all += weight;
    }
    features.clause_least = if all > 0.0 { least } else { features.cov1 };
    features.clause_close_least = if all > 0.0 { close } else { features.cov1 };
    features.clause_mean = if all > 0.0 { sum / all } else { features.cov1 };
    features.clause_spread = if all > 0.0 { most - least } else { 0.0 };
}

/// The share of a passage's content that the claim or the question says.
fn reverse(seen: &Seen<'_>, passage: usize) -> f32 {
    let (mut covered, mut all) = (0.0, 0.0);
    for at in seen.passages.all[passage].tokens.clone() {
        let weight = seen.passages.tokens[at].weight;
        if weight > 0.0 {
            all += weight;
            covered += weight * seen.with.said(seen.claim, seen.passages, at);
        }
    }
    if all > 0.0 { covered / all } else { 0.0 }
}

/// How far the claim is a copy of the passage: pairs of neighbours in common, the longest run, and the order.
fn sequence(features: &mut Features, seen: &Seen<'_>, best: usize) {
    let word = |token: &&Token| token.word != 0 || token.kind == super::tokens::TokenKind::Digits;
    let said: Vec<u64> = seen.claim.tokens.iter().filter(word).map(|token| token.stem).collect();
    let held: Vec<u64> = seen.passages.tokens_of(best).iter().filter(word).map(|token| token.stem).collect();
    let pairs = held.windows(2);
    let common = said.windows(2).filter(|pair| pairs.clone().any(|other| other == *pair)).count();
    features.bigrams = common as f32 / said.len().saturating_sub(1).max(1) as f32;
    let mut longest = 0;
    for start in 0..said.len() {
        for other in 0..held.len() {
            if said[start] == held[other] {
                let run = said[start..].iter().zip(&held[other..]).take_while(|(one, two)| one == two).count();
                longest = longest.max(run);
            }
        }
    }
    features.run_longest = longest as f32 / said.len().max(1) as f32;
    let places: Vec<usize> = said.iter().filter_map(|stem| held.iter().position(|other| other == stem)).collect();
    let turned = places.windows(2).filter(|pair| pair[0] > pair[1]).count();
    features.order = turned as f32 / places.len().saturating_sub(1).max(1) as f32;
}

/// Names and codes of the claim that stand nowhere: words with a capital inside a sentence, words with digits.
fn names(features: &mut Features, seen: &Seen<'_>) {
    let known = |token: &Token| {
        let same = |other: &Token| other.stem == token.stem;
        seen.passages.tokens.iter().any(same) || seen.question.tokens.iter().any(same)
    };
    for (place, token) in seen.claim.tokens.iter().enumerate().filter(|(_, token)| token.is_content()) {
        let text = &seen.answer[token.bytes()];
        let code = text.bytes().any(|byte| byte.is_ascii_digit());
        if code {
            features.codes_missing += f32::from(u8::from(!known(token)));
        } else if token.capital && place > 0 {
            features.names_count += 1.0;
            features.names_missing += f32::from(u8::from(!known(token)));
        }
    }
    features.names_missing = features.names_missing.min(4.0);
    features.names_count = features.names_count.min(6.0);
}
