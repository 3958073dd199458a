//! What a user would notice of grounding, on a small set of chunks.

use proptest::prelude::*;
use serde_json::Map;

use super::{Answered, GroundedSentence, Lack, Scorer, Verdict};
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::lexical::Rarity;

fn chunks(contents: &[(&str, &str)]) -> Vec<Chunk> {
    contents
        .iter()
        .zip(1..)
        .map(|((id, content), rank)| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: Some((*id).to_owned()),
            score: None,
            content: Some((*content).to_owned()),
            metadata: Map::new(),
        })
        .collect()
}

fn shop() -> Vec<Chunk> {
    chunks(&[
        (
            "returns-2",
            "You may return an unused lamp within 14 days of delivery. Refunds are paid within 5 working days after we \
             have received the lamp. Opened light bulbs cannot be returned. Sending a lamp back costs 6.90 euro, unless \
             it arrived broken.",
        ),
        (
            "store-hours",
            "The store in Harbour Street is open from 9:00 to 20:00 on weekdays. On Saturdays it closes at 16:00. \
             The workshop repairs lamps of all makers and gives a guarantee of one year on its repairs.",
        ),
    ])
}

fn ground(question: &str, answer: &str) -> Vec<GroundedSentence> {
    let chunks = shop();
    Scorer::default().ground(&Answered { question, answer, chunks: &chunks }).sentences
}

fn one(question: &str, answer: &str) -> GroundedSentence {
    let mut found = ground(question, answer);
    assert_eq!(found.len(), 1, "{answer}");
    found.remove(0)
}

#[test]
fn what_has_nothing_to_do_with_any_chunk_is_in_none() {
    let found = one("Who owns the store?", "Zebras juggle marmalade beneath orbiting violins.");
    assert_eq!(found.verdict, Verdict::Unsupported(Lack::Absent), "{found:?}");
    let polite = one("Who owns the store?", "I am sorry, I cannot answer this question.");
    assert_eq!(polite.verdict, Verdict::NoClaim, "{polite:?}");
}

#[test]
fn what_a_chunk_says_is_supported_and_its_place_is_shown() {
    let found = one("How long can I return a lamp?", "You may return an unused lamp within 14 days of delivery.");
    assert_eq!(found.verdict, Verdict::Supported, "{found:?}");
    let span = &found.evidence[0];
    let content: Vec<char> = shop()[0].content.clone().unwrap_or_default().chars().collect();
    let text: String = content[span.start..span.end].iter().collect();
    assert_eq!((span.rank, text.as_str()), (1, "You may return an unused lamp within 14 days of delivery."));
}

#[test]
fn a_number_that_no_chunk_has_is_never_supported() {
    for answer in [
        "You may return an unused lamp within 30 days of delivery.",
        "You may return an unused lamp within three weeks of delivery.",
        "Sending a lamp back costs 9.60 euro.",
        "Refunds are paid within 5 months after we have received the lamp.",
        "The store in Harbour Street is open from 9:00 to 21:00 on weekdays.",
        "On Saturdays it closes at 6 pm.",
        "The workshop gives a guarantee of two years on its repairs.",
        "Sending a lamp back costs $6.90.",
    ] {
        let found = one("", answer);
        assert_ne!(found.verdict, Verdict::Supported, "{answer}");
        assert!(found.support < 0.05, "{answer}: {}", found.support);
        assert!(found.why.contains("says") || found.why.contains("no chunk has"), "{answer}: {}", found.why);
    }
    let found = one("", "You may return an unused lamp within 30 days of delivery.");
    assert_eq!(found.verdict, Verdict::Unsupported(Lack::Contradicted));
    assert_eq!(found.why, "says 30 days; chunk 1 (returns-2) says 14 days");
}

#[test]
fn a_bare_number_is_only_held_against_one_that_counts_the_same() {
    let why = |answer: &str| {
        let text = "The key page was removed in version 2. A pass admits 4 visitors.";
        let chunks = chunks(&[("keys", text)]);
        let answered = Answered { question: "", answer, chunks: &chunks };
        Scorer::default().ground(&answered).sentences[0].why.clone()
    };
    assert_eq!(why("The key page is a string of 10 characters."), "no chunk has 10");
    assert_eq!(why("A pass admits 6 visitors."), "says 6; chunk 1 (keys) says 4");
    assert_eq!(why("The number to call is 1-800-529-1212."), "no chunk has 1-800-529-1212");
    assert_eq!(why("The key page gives error EX-101."), "no chunk has EX-101");
}

#[test]
fn the_same_quantity_in_other_words_agrees() {
    for answer in [
        "You may return an unused lamp within two weeks of delivery.",
        "The store in Harbour Street is open from 9 am to 8 pm on weekdays.",
        "On Saturdays it closes at 4 p.m.",
        "Sending a lamp back costs €6.90.",
        "The workshop gives a guarantee of twelve months on its repairs.",
    ] {
        let found = one("", answer);
        assert!(!found.why.starts_with("says") && !found.why.starts_with("no chunk has"), "{answer}: {}", found.why);
        assert!(found.support > 0.3, "{answer}: {}", found.support);
    }
}

#[test]
fn a_negation_turned_round_is_less_supported() {
    let said = one("", "Opened light bulbs cannot be returned.");
    let turned = one("", "Opened light bulbs can be returned.");
    assert_eq!(said.verdict, Verdict::Supported);
    assert!(turned.support < said.support);
}

#[test]
fn a_dropped_condition_is_less_supported() {
    let whole = one("", "Sending a lamp back costs 6.90 euro, unless it arrived broken.");
    let dropped = one("", "Sending a lamp back always costs 6.90 euro.");
    assert!(dropped.support < whole.support);
}

#[test]
fn what_claims_nothing_is_told_apart() {
    let found = ground("Can I return it?", "Hello! Would you like to know more? Sources: [1], [2]");
    let verdicts: Vec<Verdict> = found.iter().map(|found| found.verdict).collect();
    assert!(verdicts.iter().all(|verdict| !matches!(verdict, Verdict::Supported | Verdict::Partial(_))), "{found:?}");
    assert_eq!(found.last().map(|found| found.verdict), Some(Verdict::NoClaim));
}

#[test]
fn without_chunks_nothing_is_supported() {
    let scorer = Scorer::new(Rarity::of(["a lamp"]));
    let found = scorer.ground(&Answered { question: "", answer: "A lamp costs 5 euro.", chunks: &[] });
    assert!(found.sentences.iter().all(|found| found.verdict != Verdict::Supported && found.evidence.is_empty()));
    assert!(scorer.ground(&Answered::default()).sentences.is_empty());
}

#[test]
fn citations_are_checked_for_being_there_and_for_supporting() {
    let answer = "You may return an unused lamp within 14 days of delivery. [returns-2][store-hours] \
                  On Saturdays it closes at 16:00 [7].";
    let found = ground("", answer);
    let checks: Vec<(&str, bool, bool)> = found
        .iter()
        .flat_map(|found| &found.citations)
        .map(|check| (check.marker.as_str(), check.exists, check.supports))
        .collect();
    assert_eq!(checks, [("[returns-2]", true, true), ("[store-hours]", true, false), ("[7]", false, false)]);
    assert_eq!(found[0].citations[0].document_id.as_deref(), Some("returns-2"));
}

#[test]
fn rows_of_a_table_and_code_are_judged_one_by_one() {
    let answer =
        "| day | closes |\n|---|---|\n| weekdays | 20:00 |\n| Saturdays | 16:00 |\n\n```\nlamp --return 14\n```";
    let found = ground("When does the store close?", answer);
    let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
    assert_eq!(texts, ["| weekdays | 20:00 |", "| Saturdays | 16:00 |", "```\nlamp --return 14\n```"]);
}

#[test]
fn offsets_count_code_points() {
    let answer = "👍 好的。 You may return an unused lamp within 14 days of delivery. これは二つ目の文です。";
    let points: Vec<char> = answer.chars().collect();
    for found in ground("", answer) {
        let text: String = points[found.start..found.end].iter().collect();
        assert_eq!(text, found.text);
    }
}

proptest! {
    #[test]
    fn any_text_is_grounded_and_offsets_are_in_range(
        question in "\\PC{0,30}",
        answer in "[A-Za-z0-9 .,:;!?|%$€\\[\\]()\n-]{0,120}|(\\PC|\n){0,60}",
        content in "[A-Za-z0-9 .,:%$€\n'-]{0,120}|(\\PC|\n){0,60}",
    ) {
        let chunks = chunks(&[("one", &content), ("two-old", "Lamps cost 5 euro and half an hour of work until 3 May 2026.")]);
        let found = Scorer::default().ground(&Answered { question: &question, answer: &answer, chunks: &chunks });
        let points: Vec<char> = answer.chars().collect();
        let mut before = 0;
        for sentence in &found.sentences {
            prop_assert!(sentence.start >= before && sentence.start < sentence.end && sentence.end <= points.len());
            let text: String = points[sentence.start..sentence.end].iter().collect();
            prop_assert_eq!(&text, &sentence.text);
            prop_assert!((0.0..=1.0).contains(&sentence.support) && !sentence.why.contains('\n'));
            for span in &sentence.evidence {
                let held = chunks.iter().find(|chunk| chunk.rank == span.rank).and_then(|chunk| chunk.content.as_deref()).unwrap_or_default();
                prop_assert!(span.start < span.end && span.end <= held.chars().count());
            }
            before = sentence.end;
        }
    }
}
