//! What chunks of one case have to do with each other: the same text twice, and the same thing said with other numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::chunk::Chunk;
use super::lexical::{is_stop_word, sentences, words};

/// Words of a run that is compared for duplicates.
const SHINGLE: usize = 3;
/// The share of runs of words in both texts from which they count as the same.
const SAME: f64 = 0.8;
/// The share of the shorter sentence's words from which two sentences say something of the same thing.
const SAME_THING: f64 = 0.6;
/// The least words that two sentences about the same thing share.
const LEAST_SHARED: usize = 3;
/// Chunks beyond these are not compared: pairs grow with their square.
const MOST: usize = 60;

/// What a chunk has to do with another of its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Its text is nearly that of the chunk of this rank, which comes before it.
    SameAs(u32),
    /// It says of the same thing another number than a chunk.
    Differs {
        /// The rank of the other chunk.
        from: u32,
        /// The number here, as written.
        here: String,
        /// The number there, as written.
        there: String,
    },
}

/// What each chunk has to do with the others, by its place.
///
/// Two chunks are the same where four fifths of their runs of three words are in both (Jaccard). They differ where a
/// sentence of one and a sentence of the other share three fifths of the shorter one's content words, at least three, or
/// count the same and share one word more, and each holds a number that the other chunk does not hold at all; sentences
/// that each name something else are about different things.
pub fn relations(chunks: &[Chunk]) -> Vec<Vec<Relation>> {
    let read: Vec<Read> = chunks.iter().take(MOST).map(Read::of).collect();
    let mut found = vec![Vec::new(); chunks.len()];
    for later in 1..read.len() {
        for earlier in 0..later {
            if read[later].is_same(&read[earlier]) {
                found[later].push(Relation::SameAs(chunks[earlier].rank));
            } else if let Some((here, there)) = read[later].difference(&read[earlier]) {
                let (from, to) = (chunks[later].rank, chunks[earlier].rank);
                found[earlier].push(Relation::Differs { from, here: there.clone(), there: here.clone() });
                found[later].push(Relation::Differs { from: to, here, there });
            }
        }
    }
    found
}

/// A chunk's text as it is compared.
struct Read {
    shingles: BTreeSet<Vec<String>>,
    sentences: Vec<Said>,
    numbers: BTreeSet<String>,
}

/// A sentence of a chunk.
struct Said {
    content: BTreeSet<String>,
    /// Content words that begin with a capital letter.
    names: BTreeSet<String>,
    /// By their digits without separators.
    numbers: BTreeMap<String, Number>,
}

/// A number of a sentence.
struct Number {
    /// As it is written.
    written: String,
    /// The word behind it: what it counts.
    of: Option<String>,
}

impl Read {
    fn of(chunk: &Chunk) -> Self {
        let text = chunk.content.as_deref().unwrap_or_default();
        let all: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        let size = SHINGLE.min(all.len().max(1));
        let sentences: Vec<Said> =
            sentences(text).iter().filter_map(|sentence| text.get(sentence.bytes.clone())).map(Said::of).collect();
        let numbers = sentences.iter().flat_map(|said| said.numbers.keys().cloned()).collect();
        Self { shingles: all.windows(size).map(<[String]>::to_vec).collect(), sentences, numbers }
    }

    fn is_same(&self, other: &Self) -> bool {
        let both = self.shingles.intersection(&other.shingles).count();
        let all = self.shingles.len() + other.shingles.len() - both;
        all > 0 && both as f64 / all as f64 >= SAME && self.numbers == other.numbers
    }

    /// The numbers that two sentences about the same thing differ in: of those most alike.
    fn difference(&self, other: &Self) -> Option<(String, String)> {
        let mut best: Option<(f64, (String, String))> = None;
        for said in self.sentences.iter().filter(|said| !said.numbers.is_empty()) {
            for there in other.sentences.iter().filter(|said| !said.numbers.is_empty()) {
                let own = said.numbers.iter().filter(|(number, _)| !other.numbers.contains(*number));
                let Some((likeness, numbers)) = own
                    .flat_map(|(_, own)| there.numbers.iter().map(move |others| (own, others)))
                    .filter(|(_, (number, _))| !self.numbers.contains(*number))
                    .map(|(own, (_, others))| (said.likeness(there, own.of == others.of), own, others))
                    .max_by(|one, two| one.0.total_cmp(&two.0))
                    .map(|(likeness, own, others)| (likeness, (own.written.clone(), others.written.clone())))
                else {
                    continue;
                };
                if likeness >= SAME_THING && best.as_ref().is_none_or(|(most, _)| *most < likeness) {
                    best = Some((likeness, numbers));
                }
            }
        }
        best.map(|(_, numbers)| numbers)
    }
}

impl Said {
    fn of(sentence: &str) -> Self {
        let (mut content, mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        let all = words(sentence);
        for (place, word) in all.iter().enumerate() {
            let written = &sentence[word.bytes.clone()];
            if written.starts_with(|c: char| c.is_ascii_digit()) {
                let of = all.get(place + 1).map(|next| next.text.clone());
                let number = Number { written: written.to_owned(), of };
                numbers.insert(written.replace([',', '\u{a0}', '\''], ""), number);
            } else if !is_stop_word(&word.text) {
                if written.starts_with(char::is_uppercase) {
                    names.insert(word.text.clone());
                }
                content.insert(word.text.clone());
            }
        }
        Self { content, names, numbers }
    }

    /// How far two sentences are about the same thing, from 0 to 1, where their numbers count the same or not.
    fn likeness(&self, other: &Self, counts_the_same: bool) -> f64 {
        let shared = self.content.intersection(&other.content).count();
        let shorter = self.content.len().min(other.content.len());
        let names_else = |one: &Self, other: &Self| one.names.iter().any(|name| !other.content.contains(name));
        if names_else(self, other) && names_else(other, self) {
            return 0.0;
        }
        let share = shared as f64 / shorter.max(1) as f64;
        match (shared, counts_the_same) {
            (LEAST_SHARED.., true) => share.max(SAME_THING),
            (LEAST_SHARED.., false) => share,
            // What they count is one of the words.
            (2, true) => SAME_THING,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::chunk::ChunkRole;

    fn of(texts: &[&str]) -> Vec<Vec<Relation>> {
        let chunk = |(text, rank): (&&str, u32)| Chunk {
            role: ChunkRole::Retrieved,
            rank,
            document_id: None,
            score: None,
            content: Some((*text).to_owned()),
            metadata: serde_json::Map::new(),
        };
        relations(&texts.iter().zip(1..).map(chunk).collect::<Vec<_>>())
    }

    #[test]
    fn the_same_thing_with_another_number_differs() {
        let found = of(&[
            "The REST API allows 600 requests per minute. Over the limit the answer is 429.",
            "Webhooks are signed.",
            "The REST API allows 100 requests per minute on every plan.",
        ]);
        assert_eq!(found[2], [Relation::Differs { from: 1, here: "100".into(), there: "600".into() }]);
        assert_eq!(found[0], [Relation::Differs { from: 3, here: "600".into(), there: "100".into() }]);
        assert!(found[1].is_empty());
        let short =
            of(&["The REST API allows 600 requests a minute on Business.", "100 requests per minute on every plan."]);
        assert_eq!(short[1], [Relation::Differs { from: 1, here: "100".into(), there: "600".into() }]);
    }

    #[test]
    fn different_things_may_have_different_numbers() {
        let plans = of(&["Team costs 25 euros per seat and month.", "Business costs 60 euros per seat and month."]);
        assert!(plans.iter().all(Vec::is_empty), "{plans:?}");
        let kept = of(&["Exports are kept for 30 days.", "Trials end after 14 days."]);
        assert!(kept.iter().all(Vec::is_empty), "{kept:?}");
        let both = of(&["Exports are kept for 30 days.", "Exports are kept for 30 days, logs for 90."]);
        assert!(both.iter().all(Vec::is_empty), "{both:?}");
    }

    #[test]
    fn nearly_the_same_text_is_a_duplicate_of_the_earlier_one() {
        let text = "Admins create API keys under Settings. A key is shown once. It has a scope and an end date.";
        let found = of(&[text, "Something else.", &text.replace(" a scope", " one scope")]);
        assert_eq!(found, [vec![], vec![], vec![]], "a word in twenty breaks three of sixteen runs");
        assert_eq!(of(&[text, &text.to_uppercase()])[1], [Relation::SameAs(1)]);
    }

    #[test]
    fn chunks_without_text_have_nothing_to_do_with_each_other() {
        assert_eq!(of(&["", ""]), [vec![], vec![]]);
    }
}
