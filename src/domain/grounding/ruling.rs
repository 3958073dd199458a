//! What judges say of the sentences of recorded answers.

use serde::{Deserialize, Serialize};

use super::scorer::Answered;
use super::verdict::{Grounding, Verdict};
use crate::domain::ids::{RunId, SpanId, TraceId};
use crate::domain::time::Timestamp;

/// What a judge says of a sentence, beside the scorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedVerdict {
    /// The model that judged, `provider/model`. Untrusted text.
    pub judge: String,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in its own words, on one line; empty where it does not say. Untrusted text.
    pub why: String,
}

/// What was judged: a hash of the question, the answer and its chunks. What was said of one holds for no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Judged(String);

impl Judged {
    /// Of an answer as it is.
    pub fn of(answered: &Answered<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut take = |text: &str| {
            // With its length, so that no text can go on in the next.
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        take(answered.question);
        take(answered.answer);
        for chunk in answered.chunks {
            take(chunk.document_id.as_deref().unwrap_or_default());
            take(chunk.content.as_deref().unwrap_or_default());
        }
        Self(hasher.finalize().to_hex().as_str()[..32].to_owned())
    }
}

/// What a judge says of one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuledSentence {
    /// The sentence's first code point in the answer.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// What it says.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, in its own words. Untrusted text.
    pub why: String,
}

/// What a judge said of an answer, as journalled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The trace.
    pub trace_id: TraceId,
    /// The call that gave the answer.
    pub span_id: SpanId,
    /// The answer as it was.
    pub judged: Judged,
    /// The model that judged, `provider/model`. Untrusted text.
    pub judge: String,
    /// The run that asked it.
    pub run_id: RunId,
    /// When.
    pub at: Timestamp,
    /// What it said, by sentence; sentences that it was not asked about or said nothing of are left out.
    pub sentences: Vec<RuledSentence>,
}

impl Ruling {
    /// Puts the judge's verdicts beside the scorer's.
    pub fn apply(&self, grounding: &mut Grounding) {
        for said in &self.sentences {
            let is_it = |place: (usize, usize)| place == (said.start, said.end);
            let Some(sentence) = grounding.sentences.iter_mut().find(|one| is_it((one.start, one.end))) else {
                continue;
            };
            sentence.judged =
                Some(JudgedVerdict { judge: self.judge.clone(), verdict: said.verdict, why: said.why.clone() });
        }
    }
}

/// Puts what judges said of an answer, as it is, beside the scorer's verdicts; of a sentence the last one counts.
///
/// What was said of the answer when its text or its chunks were others is left out, and so is what was said of a sentence
/// that does not begin and end where it did.
pub fn apply_rulings(grounding: &mut Grounding, answer: &Judged, span_id: &SpanId, rulings: &[Ruling]) {
    let mut own: Vec<&Ruling> =
        rulings.iter().filter(|ruling| ruling.judged == *answer && ruling.span_id == *span_id).collect();
    own.sort_by_key(|ruling| ruling.at);
    for ruling in own {
        ruling.apply(grounding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::{Chunk, ChunkRole};
    use crate::domain::grounding::{Lack, Scorer};

    fn chunk(content: &str) -> Chunk {
        Chunk {
            role: ChunkRole::Retrieved,
            rank: 1,
            document_id: Some("doc".into()),
            score: None,
            content: Some(content.into()),
            metadata: serde_json::Map::new(),
        }
    }

    fn ruling(answered: &Answered<'_>, judge: &str, at: i64, verdict: Verdict) -> Ruling {
        let end = answered.answer.chars().count();
        Ruling {
            trace_id: "t".into(),
            span_id: "s".into(),
            judged: Judged::of(answered),
            judge: judge.into(),
            run_id: "r".into(),
            at: Timestamp::from_nanos(at),
            sentences: vec![RuledSentence { start: 0, end, verdict, why: "so".into() }],
        }
    }

    #[test]
    fn the_last_judge_counts_and_only_for_the_answer_as_it_was() {
        let chunks = [chunk("Refunds take 30 days.")];
        let answered = Answered { question: "How long?", answer: "Refunds take 30 days.", chunks: &chunks };
        let scored = Scorer::default().ground(&answered);
        let absent = Verdict::Unsupported(Lack::Absent);
        let rulings = [ruling(&answered, "p/new", 2, absent), ruling(&answered, "p/old", 1, Verdict::Supported)];
        let mut grounding = scored.clone();
        apply_rulings(&mut grounding, &Judged::of(&answered), &"s".into(), &rulings);
        let sentence = &grounding.sentences[0];
        assert_eq!((sentence.verdict, sentence.standing()), (Verdict::Supported, absent));
        assert_eq!(sentence.judged.as_ref().map(|judged| judged.judge.as_str()), Some("p/new"));
        assert_eq!((grounding.rate(), grounding.has_unsupported()), (Some(0.0), true));

        let others = [chunk("Refunds take 31 days.")];
        for changed in [
            Answered { answer: "Refunds take 31 days.", ..answered },
            Answered { chunks: &others, ..answered },
            Answered { question: "How many days?", ..answered },
        ] {
            let mut grounding = scored.clone();
            apply_rulings(&mut grounding, &Judged::of(&changed), &"s".into(), &rulings);
            assert_eq!(grounding, scored);
        }
        let mut grounding = scored.clone();
        grounding.sentences[0].end -= 1;
        apply_rulings(&mut grounding, &Judged::of(&answered), &"s".into(), &rulings);
        assert_eq!(grounding.sentences[0].judged, None, "its sentences are others now");
    }

    #[test]
    fn a_ruling_is_read_as_it_was_written() {
        let chunks = [chunk("Refunds take 30 days.")];
        let answered = Answered { question: "How long?", answer: "Refunds take 30 days.", chunks: &chunks };
        for verdict in [Verdict::Supported, Verdict::Partial(Lack::Contradicted), Verdict::NoClaim] {
            let ruling = ruling(&answered, "p/m", 7, verdict);
            let line = serde_json::to_string(&ruling).unwrap();
            assert_eq!(serde_json::from_str::<Ruling>(&line).unwrap(), ruling, "{line}");
        }
    }
}
