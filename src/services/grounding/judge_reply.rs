//! What a judge answered, read.

use serde::Deserialize;

use crate::domain::grounding::{Grounding, Lack, Verdict};

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

/// Puts a judge's verdicts in the place of the scorer's, and says of which sentences, by their places.
///
/// Only sentences that were asked for count, each once; a verdict that is no known word leaves the scorer's. A judge gives
/// no probability: the support becomes 1 for supported, 0.5 for partial and 0 for unsupported. Evidence and citations stay
/// as the scorer found them. `judge` names the model in the reasons.
pub(super) fn take(grounding: &mut Grounding, asked: &[usize], reply: &str, judge: &str) -> Vec<usize> {
    let mut judged = Vec::new();
    for said in read(reply) {
        let place = said.sentence.wrapping_sub(1);
        let (true, false, Some(verdict)) = (asked.contains(&place), judged.contains(&place), verdict_of(&said.verdict))
        else {
            continue;
        };
        let Some(sentence) = grounding.sentences.get_mut(place) else { continue };
        sentence.verdict = verdict;
        sentence.support = match verdict {
            Verdict::Supported => 1.0,
            Verdict::Partial(_) => 0.5,
            Verdict::Unsupported(_) => 0.0,
            Verdict::Unsure | Verdict::NoClaim => sentence.support,
        };
        let reason: String = said.why.split_whitespace().collect::<Vec<_>>().join(" ");
        let reason: String = reason.chars().take(MOST_REASON).collect();
        sentence.why = if reason.is_empty() { format!("{judge} says so") } else { format!("{judge}: {reason}") };
        judged.push(place);
    }
    judged
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
        };
        Grounding { sentences: (0..sentences).map(sentence).collect() }
    }

    fn verdicts(grounding: &Grounding) -> Vec<Verdict> {
        grounding.sentences.iter().map(|sentence| sentence.verdict).collect()
    }

    #[test]
    fn verdicts_are_found_between_other_words() {
        let mut grounding = unsure(3);
        let reply = "Let me see [1].\n```json\n[{\"sentence\": 1, \"verdict\": \"Supported\", \"why\": \"chunk 2\\nsays it\"}, \
            {\"sentence\": 3, \"verdict\": \"contradicted\"}]\n```";
        assert_eq!(take(&mut grounding, &[0, 1, 2], reply, "p/m"), [0, 2]);
        assert_eq!(
            verdicts(&grounding),
            [Verdict::Supported, Verdict::Unsure, Verdict::Unsupported(Lack::Contradicted)]
        );
        assert_eq!(grounding.sentences[0].why, "p/m: chunk 2 says it");
        assert_eq!(grounding.sentences[1].why, "the scorer cannot tell");
        assert_eq!(grounding.sentences[2].why, "p/m says so");
    }

    #[test]
    fn lines_are_read_too() {
        let mut grounding = unsure(2);
        let reply =
            "{\"sentence\": 1, \"verdict\": \"partial\"},\n{\"sentence\": 2, \"verdict\": \"absent\", \"why\": \"\"}\n";
        assert_eq!(take(&mut grounding, &[0, 1], reply, "p/m"), [0, 1]);
        assert_eq!(verdicts(&grounding), [Verdict::Partial(Lack::Absent), Verdict::Unsupported(Lack::Absent)]);
    }

    #[test]
    fn what_was_not_asked_or_is_no_verdict_changes_nothing() {
        let before = unsure(2);
        for reply in [
            "",
            "I would say supported.",
            "[]",
            "[[[[",
            r#"[{"sentence": 2, "verdict": "supported"}]"#,
            r#"[{"sentence": 0, "verdict": "supported"}, {"sentence": 99, "verdict": "supported"}]"#,
            r#"[{"sentence": 1, "verdict": "maybe"}]"#,
        ] {
            let mut grounding = before.clone();
            assert_eq!(take(&mut grounding, &[0], reply, "p/m"), Vec::<usize>::new(), "{reply}");
            assert_eq!(grounding, before, "{reply}");
        }
        let mut grounding = before;
        let twice = r#"[{"sentence": 1, "verdict": "supported"}, {"sentence": 1, "verdict": "absent"}]"#;
        take(&mut grounding, &[0], twice, "p/m");
        assert_eq!(grounding.sentences[0].verdict, Verdict::Supported);
    }
}
