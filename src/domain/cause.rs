//! Why an answer is wrong.

use serde::{Deserialize, Serialize};

/// A cause of a wrong answer. An answer may have several; the first in this order is its main one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It declines to answer, and a chunk that it was given answers the question.
    Refused,
    /// What answers the question was not retrieved: documents are known to be relevant and none of them is among the
    /// chunks; or a sentence that no chunk carries is carried by a chunk that another trace retrieved; or it declines to
    /// answer, no chunk answers, and one that another trace retrieved does.
    RetrievalMissed,
    /// Its chunks disagree, or the one it rests on is marked as outdated: a sentence that one chunk contradicts is carried
    /// by another, or a sentence rests on a chunk whose metadata say that it no longer holds.
    StaleChunks,
    /// A sentence says other than a chunk, and no chunk agrees with it.
    Contradicted,
    /// A sentence is carried by no chunk although one that answers the question was retrieved, and no sentence rests on it.
    Ignored,
    /// A sentence is carried by no chunk that any trace ever retrieved.
    MadeUp,
    /// A citation names no chunk; or a sentence that the chunks carry is not carried by those that it cites.
    CitedWrongly,
}

impl Cause {
    /// Every cause, in their order.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::RetrievalMissed,
        Self::StaleChunks,
        Self::Contradicted,
        Self::Ignored,
        Self::MadeUp,
        Self::CitedWrongly,
    ];

    /// Its name in the tables, in JSON and in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RetrievalMissed => "retrieval_missed",
            Self::StaleChunks => "stale_chunks",
            Self::Contradicted => "contradicted",
            Self::Ignored => "ignored",
            Self::MadeUp => "made_up",
            Self::CitedWrongly => "cited_wrongly",
        }
    }

    /// Its name for a reader.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Refused => "refused though answerable",
            Self::RetrievalMissed => "retrieval missed it",
            Self::StaleChunks => "stale or contradictory chunks",
            Self::Contradicted => "contradicted by a chunk",
            Self::Ignored => "retrieved but ignored",
            Self::MadeUp => "made up",
            Self::CitedWrongly => "cited wrongly",
        }
    }

    /// What to look at next, in a line.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Refused => "loosen what the prompt says of declining, or try another model",
            Self::RetrievalMissed => "try other retrievers: hindcast retrieval lab",
            Self::StaleChunks => "drop the outdated chunk and try again; then mend the index",
            Self::Contradicted => "replay on other models or prompts; see which chunk it depends on: hindcast ablate",
            Self::Ignored => "move the chunk up or drop the others, and try again",
            Self::MadeUp => "tell the prompt to decline where the sources say nothing; replay",
            Self::CitedWrongly => "look at how the prompt asks for citations",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// Why an answer is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// The causes, the main one first; empty where nothing is known to be wrong.
    pub found: Vec<Cause>,
    /// Whether a chunk that is retrieved later could change them.
    pub open: bool,
}

/// What was seen of an answer, from which its causes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one observation, and any of them may come together")]
pub struct Symptoms {
    /// It declines to answer.
    pub declines: bool,
    /// A chunk that it was given answers the question: it is judged relevant, or covers the question well.
    pub answered_here: bool,
    /// A chunk that only other traces retrieved answers the question.
    pub answered_elsewhere: bool,
    /// Documents are known to be relevant, and none is among the chunks.
    pub relevant_missed: bool,
    /// A sentence is carried by no chunk.
    pub absent: bool,
    /// Such a sentence is carried by a chunk that only other traces retrieved.
    pub carried_elsewhere: bool,
    /// Such a sentence is carried by no chunk that any trace ever retrieved.
    pub carried_nowhere: bool,
    /// A sentence, or a part of one, is contradicted by a chunk.
    pub contradicted: bool,
    /// Such a sentence is carried by another chunk; or one that is carried rests on a chunk marked as outdated.
    pub disagreeing: bool,
    /// Chunks answer the question, and none of them carries a sentence.
    pub unused: bool,
    /// A citation names no chunk, or a sentence that is carried is not carried by what it cites.
    pub cited_wrongly: bool,
}

impl Symptoms {
    /// Whether a chunk that is retrieved later, by any trace, could change the causes: one may carry what no chunk carries,
    /// or answer what it declined to.
    pub const fn is_open(&self) -> bool {
        (self.absent && self.carried_nowhere) || (self.declines && !self.answered_here && !self.answered_elsewhere)
    }

    /// The causes, the main one first; none where nothing is known to be wrong.
    pub fn causes(&self) -> Vec<Cause> {
        let holds = |cause: &Cause| match cause {
            Cause::Refused => self.declines && self.answered_here,
            Cause::RetrievalMissed => {
                self.relevant_missed
                    || (self.absent && self.carried_elsewhere)
                    || (self.declines && !self.answered_here && self.answered_elsewhere)
            }
            Cause::StaleChunks => self.disagreeing,
            Cause::Contradicted => self.contradicted && !self.disagreeing,
            Cause::Ignored => self.absent && self.unused,
            Cause::MadeUp => self.absent && self.carried_nowhere,
            Cause::CitedWrongly => self.cited_wrongly,
        };
        Cause::ALL.into_iter().filter(holds).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_from_what_was_seen() {
        let none = Symptoms::default();
        assert_eq!(none.causes(), []);
        for (symptoms, causes) in [
            (Symptoms { declines: true, answered_here: true, ..none }, vec![Cause::Refused]),
            (Symptoms { declines: true, answered_elsewhere: true, ..none }, vec![Cause::RetrievalMissed]),
            (Symptoms { declines: true, ..none }, vec![]),
            (Symptoms { absent: true, carried_nowhere: true, ..none }, vec![Cause::MadeUp]),
            (
                Symptoms { absent: true, carried_elsewhere: true, carried_nowhere: true, ..none },
                vec![Cause::RetrievalMissed, Cause::MadeUp],
            ),
            (Symptoms { absent: true, carried_elsewhere: true, ..none }, vec![Cause::RetrievalMissed]),
            (
                Symptoms { absent: true, carried_nowhere: true, unused: true, ..none },
                vec![Cause::Ignored, Cause::MadeUp],
            ),
            (Symptoms { contradicted: true, ..none }, vec![Cause::Contradicted]),
            (Symptoms { contradicted: true, disagreeing: true, ..none }, vec![Cause::StaleChunks]),
            (Symptoms { cited_wrongly: true, ..none }, vec![Cause::CitedWrongly]),
        ] {
            assert_eq!(symptoms.causes(), causes, "{symptoms:?}");
        }
        let nowhere = Symptoms { absent: true, carried_nowhere: true, ..none };
        assert!(nowhere.is_open() && Symptoms { declines: true, ..none }.is_open());
        assert!(!none.is_open() && !Symptoms { absent: true, carried_elsewhere: true, ..none }.is_open());
        assert!(Cause::ALL.is_sorted());
        assert!(Cause::ALL.into_iter().all(|cause| Cause::parse(cause.as_str()) == Some(cause)));
    }
}
