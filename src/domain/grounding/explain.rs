//! One line on why a verdict: the number or the rarest words that were not found, and what a chunk says instead.

use super::features::{Features, Seen};
use super::figures::Judged;
use super::quantities::Quantity;
use super::tokens::{Token, TokenKind};
use super::units::Kind;
use super::verdict::{Lack, Verdict};
use crate::domain::chunk::Chunk;

/// Longest piece of a chunk that is quoted, in code points.
const MOST_QUOTED: usize = 60;

/// Why a sentence has its verdict.
pub(super) fn why(verdict: Verdict, features: &Features, seen: &Seen<'_>, chunks: &[Chunk]) -> String {
    if verdict == Verdict::NoClaim {
        return no_claim(features).to_owned();
    }
    if seen.passages.all.is_empty() {
        return "there is no text of a chunk to hold it against".to_owned();
    }
    if verdict == Verdict::Supported {
        return supported(features, seen, chunks);
    }
    if let Some(line) = number(seen, chunks) {
        return line;
    }
    let against = verdict.lack() == Some(Lack::Contradicted) || verdict == Verdict::Unsure;
    if against && let Some(line) = turned(features, seen, chunks) {
        return line;
    }
    let missing = missing(seen);
    if missing.is_empty() {
        let place = place(seen, seen.evidence.best, chunks);
        return format!("its words stand in {place}, put together otherwise");
    }
    format!("not found in the chunks: {}", missing.join(", "))
}

fn no_claim(features: &Features) -> &'static str {
    if features.asks > 0.0 {
        "a question"
    } else if features.refusal > 0.0 {
        "says that the documents do not say"
    } else if features.cut_off > 0.0 {
        "cut off before it says anything"
    } else if features.ends_colon > 0.0 {
        "leads on to what follows"
    } else {
        "claims nothing that a chunk could hold"
    }
}

fn supported(features: &Features, seen: &Seen<'_>, chunks: &[Chunk]) -> String {
    let place = place(seen, seen.evidence.best, chunks);
    let share = (features.cov2.clamp(0.0, 1.0) * 100.0).round();
    let numbers = if seen.figures.is_empty() { "" } else { ", and its numbers agree" };
    format!("{place} holds {share} % of its words or their like{numbers}")
}

/// `rank 2 (billing-3)`, by the passage.
fn place(seen: &Seen<'_>, passage: Option<usize>, chunks: &[Chunk]) -> String {
    let chunk =
        passage.and_then(|passage| seen.passages.all.get(passage)).and_then(|passage| chunks.get(passage.chunk));
    match chunk {
        Some(Chunk { rank, document_id: Some(id), .. }) => format!("chunk {rank} ({id})"),
        Some(Chunk { rank, .. }) => format!("chunk {rank}"),
        None => "no chunk".to_owned(),
    }
}

/// The number that no chunk has, with the one that stands in its place.
fn number(seen: &Seen<'_>, chunks: &[Chunk]) -> Option<String> {
    let lost = |judged: &&Judged| judged.is_lost();
    let rivalled = |judged: &&Judged| rival(seen, judged).is_some();
    let worst = seen.figures.iter().find(|judged| lost(judged) && rivalled(judged));
    let displaced = || seen.figures.iter().find(|judged| judged.margin < -0.1 && rivalled(judged));
    let judged = worst.or_else(|| seen.figures.iter().find(lost)).or_else(displaced)?;
    let quantity = &seen.claim.quantities[judged.quantity];
    let said = span(seen.answer, &seen.claim.tokens, quantity.first, quantity.last)?;
    let Some(rival) = rival(seen, judged) else { return Some(format!("no chunk has {said}")) };
    let other = &seen.passages.quantities[rival];
    let passage =
        (0..seen.passages.all.len()).find(|passage| seen.passages.all[*passage].quantities.contains(&rival))?;
    let content = chunks.get(seen.passages.all[passage].chunk)?.content.as_deref()?;
    let instead = span(content, &seen.passages.tokens, other.first, other.last)?;
    let place = place(seen, Some(passage), chunks);
    Some(if lost(&judged) {
        format!("says {said}; {place} says {instead}")
    } else {
        format!("says {said}, which belongs to something else; {place} says {instead}")
    })
}

/// The quantity of the chunks that stands in the place of the claim's; of bare numbers only one that counts the same
/// thing: `version 2` says nothing about 10 characters.
fn rival(seen: &Seen<'_>, judged: &Judged) -> Option<usize> {
    let rival = judged.rival?;
    let (one, other) = (&seen.claim.quantities[judged.quantity], &seen.passages.quantities[rival]);
    if !matches!(one.kind, Kind::Plain | Kind::Ordinal) {
        return Some(rival);
    }
    let (one, other) = (counted(&seen.claim.tokens, one), counted(&seen.passages.tokens, other));
    one.iter().any(|stem| other.contains(stem)).then_some(rival)
}

/// The stems of the words beside a quantity, which say what it counts.
fn counted(tokens: &[Token], quantity: &Quantity) -> Vec<u64> {
    let beside =
        |tokens: &[Token]| tokens.iter().filter(|token| token.is_content()).map(|token| token.stem).collect::<Vec<_>>();
    let before = tokens.get(quantity.first.saturating_sub(2)..quantity.first).unwrap_or_default();
    let after = tokens.get(quantity.last..tokens.len().min(quantity.last + 3)).unwrap_or_default();
    [beside(before), beside(after)].concat()
}

/// The text of a run of tokens, on one line; the digits of a code (`EX-101`) or a telephone number whole.
fn span(text: &str, tokens: &[Token], mut first: usize, mut last: usize) -> Option<String> {
    let is = |at: usize, kinds: &dyn Fn(TokenKind) -> bool| tokens.get(at).is_some_and(|token| kinds(token.kind));
    let dash = |at: usize| {
        let touches = |at: usize| at > 0 && tokens.get(at).is_some_and(|token| tokens[at - 1].end == token.start);
        is(at, &|kind| kind == TokenKind::Mark('-')) && touches(at) && touches(at + 1)
    };
    let digits = |at: usize| is(at, &|kind| kind == TokenKind::Digits);
    while digits(first) && first > 1 && dash(first - 1) && !is(first - 2, &|kind| matches!(kind, TokenKind::Mark(_))) {
        first -= 2;
    }
    while last > 0 && digits(last - 1) && dash(last) && digits(last + 1) {
        last += 2;
    }
    let start = tokens.get(first)?.start as usize;
    let end = tokens.get(last.checked_sub(1)?)?.end as usize;
    let part = text.get(start..end)?;
    Some(part.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_QUOTED).collect())
}

/// A negation, an opposite or a condition that the evidence and the sentence do not share.
fn turned(features: &Features, seen: &Seen<'_>, chunks: &[Chunk]) -> Option<String> {
    let place = place(seen, seen.evidence.best, chunks);
    if features.negation_differs > 0.45 || features.negation_differs_close > 0.5 {
        return Some(if features.negated > 0.0 {
            format!("denies what {place} says without a negation")
        } else {
            format!("says without a negation what {place} denies")
        });
    }
    if features.opposites > 0.0 {
        return Some(format!("says the opposite of a word in {place}"));
    }
    if features.stale_rival > 0.0 || features.newer_rival > 0.0 {
        return Some(format!("rests on {place}, which another chunk replaces"));
    }
    (features.condition_dropped > 0.6).then(|| format!("leaves out a condition that {place} names"))
}

/// The rarest words that no passage of the evidence holds, at most three.
fn missing(seen: &Seen<'_>) -> Vec<String> {
    let claim = seen.claim;
    let held = |word: usize| {
        seen.evidence.passages().into_iter().map(|passage| seen.with.in_passage(word, passage)).fold(0.0, f32::max)
    };
    let mut lost: Vec<(f32, usize)> = (0..claim.words.len())
        .map(|word| ((1.0 - held(word)) * claim.weight(word), word))
        .filter(|(missing, _)| *missing > 1.2)
        .collect();
    lost.sort_by(|one, other| other.0.total_cmp(&one.0));
    lost.iter().take(3).map(|(_, word)| seen.answer[claim.tokens[claim.words[*word]].bytes()].to_owned()).collect()
}
