//! Numbers of how a sentence speaks: a question, a courtesy, a refusal; a list item, a row; which language.

use std::ops::Range;

use super::features::{Features, Seen};
use super::lexicon::sense;
use super::tokens::{TokenKind, is_spaceless};
use crate::domain::sentences::SentenceKind;

pub(super) fn set(features: &mut Features, seen: &Seen<'_>) {
    let text = &seen.answer[seen.part.bytes.clone()];
    let flag = |yes: bool| f32::from(u8::from(yes));
    let tokens = &seen.claim.tokens;
    let count = |senses: u32| tokens.iter().filter(|token| token.has(senses)).count() as f32;
    let words = tokens.iter().filter(|token| token.word != 0).count().max(1) as f32;
    let ending = text.trim_end_matches(['*', '_', '"', '”', ')', ' ', '`']);
    features.asks = flag(ending.ends_with(['?', '？']));
    features.ends_colon = flag(ending.ends_with([':', '：']));
    let (place, parts) = seen.place;
    let last = place + 1 == parts;
    let closed = ending.ends_with(['.', '!', '?', ':', ']', '】', '。', '！', '？', '|', ';']) || text.ends_with(')');
    features.cut_off = flag(last && !closed && seen.part.kind == SentenceKind::Prose);
    features.broken_off = flag(is_broken_off(seen.answer));
    features.repeats = repeats(near(seen.answer, &seen.part.bytes), text);
    features.courtesy = count(sense::COURTESY) / words;
    features.about_sources = count(sense::SOURCE).min(3.0);
    let negation = seen.claim.senses & sense::NEGATION != 0;
    features.refusal = flag(negation && seen.claim.senses & sense::SOURCE != 0);
    features.writer = count(sense::WRITER).min(3.0);
    features.reader = count(sense::READER) / words;
    features.link = flag(tokens.first().is_some_and(|token| token.has(sense::LINK)));
    features.hedge = flag(seen.claim.senses & sense::HEDGE != 0);
    features.first_part = flag(place == 0);
    features.last_part = flag(last);
    features.parts = parts.min(12) as f32;
    features.list_item = flag(seen.part.kind == SentenceKind::ListItem);
    features.row = flag(seen.part.kind == SentenceKind::Table);
    features.heading = flag(seen.part.kind == SentenceKind::Heading);
    features.code = flag(seen.part.kind == SentenceKind::Code);
    features.foreign = (count(sense::FOREIGN) / words).min(1.0);
    features.spaceless = text.chars().filter(|c| is_spaceless(*c)).count() as f32 / text.chars().count().max(1) as f32;
    features.cited = flag(text.contains(['[', '【']));
    features.numbers_in_text = tokens.iter().filter(|token| token.kind == TokenKind::Digits).count().min(6) as f32;
    features.length = (text.len().min(400)) as f32;
    features.capital_share = tokens.iter().filter(|token| token.capital).count() as f32 / words;
}

/// Whether an answer ends within a sentence, as where its length was limited.
fn is_broken_off(answer: &str) -> bool {
    let end = answer.trim_end_matches(|c: char| c.is_whitespace() || "*_\"”)`|".contains(c));
    end.ends_with(|c: char| c.is_alphanumeric() || c == ',') && answer.split_whitespace().nth(MOST_FRAGMENT).is_some()
}

/// An answer of at most so many words may be a fragment, and whole.
const MOST_FRAGMENT: usize = 12;
/// Words in a row that count as repeated where they stand in the answer twice.
const REPEATED: usize = 4;

/// What stands around a part of an answer: a long answer is not searched whole for each of its sentences.
fn near<'a>(answer: &'a str, part: &Range<usize>) -> &'a str {
    const AROUND: usize = 4_000;
    let start = (part.start.saturating_sub(AROUND)..=part.start).find(|at| answer.is_char_boundary(*at));
    let end = (part.end..=answer.len().min(part.end + AROUND)).rev().find(|at| answer.is_char_boundary(*at));
    &answer[start.unwrap_or(part.start)..end.unwrap_or(part.end)]
}

/// The share of a sentence's runs of words that stand elsewhere in the answer too: models that go round in circles.
fn repeats(answer: &str, text: &str) -> f32 {
    let starts: Vec<usize> = text
        .char_indices()
        .filter(|(at, c)| !c.is_whitespace() && text[..*at].ends_with(|c: char| c.is_whitespace()) || *at == 0)
        .map(|(at, _)| at)
        .collect();
    let runs = starts.len().saturating_sub(REPEATED - 1).min(40);
    let twice = |run: usize| {
        let end = starts.get(run + REPEATED).copied().unwrap_or(text.len());
        let words = text[starts[run]..end].trim_end();
        answer.matches(words).nth(1).is_some()
    };
    if runs == 0 { 0.0 } else { (0..runs).filter(|run| twice(*run)).count() as f32 / runs as f32 }
}
