//! How alike two prompts are: the share of their runs of five words that they have in common.

use super::source::Source;
use crate::domain::prompt::PromptFormat;

/// Words in a run.
const RUN: usize = 5;
/// Runs by which two prompts are compared first.
const SKETCH: usize = 64;

/// The runs of words of a prompt's literal text, as numbers.
///
/// Likeness is the Jaccard index of the sets (Broder, "On the resemblance and containment of documents", 1997).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The prompt.
    pub name: String,
    /// Hashes of the runs, ascending, each once.
    runs: Vec<u64>,
}

impl Fingerprint {
    /// The fingerprint of a prompt file.
    pub fn of(name: &str, format: PromptFormat, text: &str) -> Self {
        Self::of_source(name, &Source::scan(text, format))
    }

    pub(super) fn of_source(name: &str, source: &Source<'_>) -> Self {
        let mut words: Vec<u64> = Vec::new();
        for (_, range) in source.literals() {
            words.extend(
                source.slice(range).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(hash),
            );
        }
        let mut runs: Vec<u64> =
            words.windows(RUN).map(|run| run.iter().fold(SEED, |sum, &word| mix(sum ^ word))).collect();
        runs.sort_unstable();
        runs.dedup();
        Self { name: name.to_owned(), runs }
    }

    /// Runs of words in it.
    pub const fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether it has not even one run of words.
    pub const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The share of runs in common, from 0 to 1, where it is at least `least`.
    pub fn likeness(&self, other: &Self, least: f64) -> Option<f64> {
        let (a, b) = (self.runs.len() as f64, other.runs.len() as f64);
        if a.min(b) < a.max(b) * least || a.min(b) < 1.0 {
            return None;
        }
        // The smallest hashes are a fair sample of either set: two prompts that are alike share most of them.
        let sketch = |runs: &[u64]| runs[..runs.len().min(SKETCH)].to_vec();
        let (first, second) = (sketch(&self.runs), sketch(&other.runs));
        if shared(&first, &second) * 2 < first.len().min(second.len()) {
            return None;
        }
        let both = shared(&self.runs, &other.runs) as f64;
        let share = both / (a + b - both);
        (share >= least).then_some(share)
    }
}

/// How many numbers two ascending lists have in common.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    both
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a over the lower-case word.
fn hash(word: &str) -> u64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if word.is_ascii() {
        return word.bytes().fold(SEED, |sum, byte| step(sum, byte.to_ascii_lowercase()));
    }
    word.to_lowercase().bytes().fold(SEED, step)
}

/// Spreads a number over all bits (the finisher of `SplitMix64`), so that the smallest hashes are a fair sample.
const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Fingerprint {
        Fingerprint::of("p", PromptFormat::Text, text)
    }

    #[test]
    fn likeness_is_the_share_of_runs_in_common() {
        let words: Vec<String> = (0..104).map(|index| format!("word{index}")).collect();
        let whole = of(&words.join(" "));
        assert_eq!(whole.len(), 100);
        assert_eq!(whole.likeness(&of(&words.join("\n").to_uppercase()), 0.9), Some(1.0));
        let shorter = of(&words[..99].join(" "));
        assert_eq!(whole.likeness(&shorter, 0.9), Some(0.95));
        assert_eq!(whole.likeness(&of(&words[..60].join(" ")), 0.9), None);
        assert_eq!(of("one two").likeness(&of("one two"), 0.9), None, "too short to say");
    }
}
