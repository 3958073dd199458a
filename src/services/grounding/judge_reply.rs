//! What a judge answered, read.

use serde::Deserialize;

use crate::domain::grounding::{Grounding, Lack, RuledSentence, Verdict};

/// Characters of a judge's reason that are kept.
const MOST_REASON: usize = 200;

/// What it says of one sentence.
#[derive(Deserialize)]
struct Said {
    sentence: usize,
    verdict: String,
    #[serde(default)]
    why: String,
}

/// What a judge says of the sentences that it was asked about, by their places in `asked`.
///
/// Only sentences that were asked for count, each once; a verdict that is no known word says nothing.
pub(super) fn rulings(grounding: &Grounding, asked: &[usize], reply: &str) -> Vec<RuledSentence> {
    let mut ruled: Vec<RuledSentence> = Vec::new();
    for said in read(reply) {
        let place = said.sentence.wrapping_sub(1);
        let (Some(sentence), Some(verdict)) = (grounding.sentences.get(place), verdict_of(&said.verdict)) else {
            continue;
        };
        if !asked.contains(&place) || ruled.iter().any(|known| known.start == sentence.start) {
            continue;
        }
        let why: String = said.why.split_whitespace().collect::<Vec<_>>().join(" ");
        let why = why.chars().take(MOST_REASON).collect();
        ruled.push(RuledSentence { start: sentence.start, end: sentence.end, verdict, why });
    }
    ruled
}

/// The first JSON array of verdicts in a reply, else the lines that are one; models like to write around what was asked.
fn read(reply: &str) -> Vec<Said> {
    let array = reply.match_indices('[').find_map(|(at, _)| {
        let said = serde_json::Deserializer::from_str(&reply[at..]).into_iter::<Vec<Said>>().next()?;
        said.ok().filter(|said| !said.is_empty())
    });
    let lines = || {
        let line = |line: &str| serde_json::from_str(line.trim().trim_end_matches(',')).ok();
        reply.lines().filter_map(line).collect()
    };
    array.unwrap_or_else(lines)
}

fn verdict_of(word: &str) -> Option<Verdict> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "supported" => Verdict::Supported,
        "partial" => Verdict::Partial(Lack::Absent),
        "contradicted" => Verdict::Unsupported(Lack::Contradicted),
        "absent" | "unsupported" => Verdict::Unsupported(Lack::Absent),
        "no_claim" => Verdict::NoClaim,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grounding::GroundedSentence;

    fn unsure(sentences: usize) -> Grounding {
        let sentence = |place: usize| GroundedSentence {
            text: format!("Sentence {place}."),
            start: place * 12,
            end: place * 12 + 11,
            verdict: Verdict::Unsure,
            support: 0.4,
            evidence: Vec::new(),
            citations: Vec::new(),
            why: "the scorer cannot tell".to_owned(),
            judged: None,
        };
        Grounding { sentences: (0..sentences).map(sentence).collect() }
    }

    fn verdicts(ruled: &[RuledSentence]) -> Vec<(usize, Verdict)> {
        ruled.iter().map(|ruled| (ruled.start / 12, ruled.verdict)).collect()
    }

    #[test]
    fn verdicts_are_found_between_other_words() {
        let reply = "Let me see [1].\n```json\n[{\"sentence\": 1, \"verdict\": \"Supported\", \"why\": \"chunk 2\\nsays it\"}, \
            {\"sentence\": 3, \"verdict\": \"contradicted\"}]\n```";
        let ruled = rulings(&unsure(3), &[0, 1, 2], reply);
        assert_eq!(verdicts(&ruled), [(0, Verdict::Supported), (2, Verdict::Unsupported(Lack::Contradicted))]);
        assert_eq!((ruled[0].why.as_str(), ruled[1].why.as_str()), ("chunk 2 says it", ""));
    }

    #[test]
    fn lines_are_read_too() {
        let reply =
            "{\"sentence\": 1, \"verdict\": \"partial\"},\n{\"sentence\": 2, \"verdict\": \"absent\", \"why\": \"\"}\n";
        let ruled = rulings(&unsure(2), &[0, 1], reply);
        let said = [(0, Verdict::Partial(Lack::Absent)), (1, Verdict::Unsupported(Lack::Absent))];
        assert_eq!(verdicts(&ruled), said);
    }

    #[test]
    fn what_was_not_asked_or_is_no_verdict_says_nothing() {
        for reply in [
            "",
            "I would say supported.",
            "[]",
            "[[[[",
            r#"[{"sentence": 2, "verdict": "supported"}]"#,
            r#"[{"sentence": 0, "verdict": "supported"}, {"sentence": 99, "verdict": "supported"}]"#,
            r#"[{"sentence": 1, "verdict": "maybe"}]"#,
        ] {
            assert_eq!(rulings(&unsure(2), &[0], reply), [], "{reply}");
        }
        let twice = r#"[{"sentence": 1, "verdict": "supported"}, {"sentence": 1, "verdict": "absent"}]"#;
        assert_eq!(verdicts(&rulings(&unsure(2), &[0], twice)), [(0, Verdict::Supported)]);
    }
}
