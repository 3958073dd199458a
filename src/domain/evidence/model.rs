//! The evidence of a commit.

use super::digits::Digits;
use super::unmoved::Unmoved;
use super::word::encode;
use super::{trailers, word};
use crate::domain::ids::RunId;
use crate::domain::money::Money;
use crate::domain::statistics::Verdict;

/// The names of the trailers, in the order that they are written in.
pub(super) const RUN: &str = "Hindcast-Run";
pub(super) const CASES: &str = "Hindcast-Cases";
pub(super) const MODELS: &str = "Hindcast-Models";
pub(super) const DIFFERENCE: &str = "Hindcast-Difference";
pub(super) const UNMOVED: &str = "Hindcast-Unmoved";
pub(super) const COST: &str = "Hindcast-Cost";
pub(super) const PROMPT: &str = "Hindcast-Prompt";

/// What a cost is called that nobody knows.
pub(super) const UNKNOWN: &str = "unknown";

/// What stands before the digits of a hash.
pub(super) const BLAKE3: &str = "blake3:";

/// A BLAKE3 hash, or the beginning of one: 16 to 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentHash(String);

impl ContentHash {
    /// Takes hex digits; `None` where they are none, or too few or many.
    pub fn new(hex: &str) -> Option<Self> {
        let good =
            (16..=64).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| Self(hex.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The cases that were measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSet {
    /// How many.
    pub count: u64,
    /// The hash of their ids.
    pub hash: ContentHash,
}

/// A paired difference as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredDifference {
    /// The evaluator as it is specified: `similarity`, `contains:refund`.
    pub evaluator: String,
    /// The mean of variant less baseline.
    pub mean: Digits,
    /// The 95 % interval; `None` with too few cases.
    pub interval: Option<[Digits; 2]>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The prompt version measured, `name@version`.
    pub variant: String,
    /// What it was compared with: `name@version`, `messages` for the recorded messages, `recorded` for the recorded
    /// answers.
    pub baseline: String,
    /// The model that answered, `provider/model`.
    pub model: String,
    /// How many cases had both values, where not all had.
    pub cases: Option<u64>,
}

/// What was measured before a commit. Read from a message it is untrusted: whatever it says is only a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The run.
    pub run_id: RunId,
    /// Its cases.
    pub cases: CaseSet,
    /// The models measured.
    pub models: Vec<String>,
    /// What was found.
    pub differences: Vec<MeasuredDifference>,
    /// What did not move, where it is told apart.
    pub unmoved: Vec<Unmoved>,
    /// What the run cost; `None` where not known.
    pub cost: Option<Money>,
    /// The prompt file that was measured.
    pub prompt: ContentHash,
}

impl std::fmt::Display for MeasuredDifference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", encode(&self.evaluator), self.mean)?;
        if let Some([low, high]) = &self.interval {
            write!(f, " [{low}, {high}]")?;
        }
        let [variant, baseline, model] = [&self.variant, &self.baseline, &self.model].map(|name| word::encode(name));
        write!(f, " {} ({variant} vs {baseline} on {model}", self.verdict.as_str())?;
        if let Some(cases) = self.cases {
            write!(f, ", {cases} cases")?;
        }
        f.write_str(")")
    }
}

impl Evidence {
    /// The trailers in order, each with its name.
    pub fn to_trailers(&self) -> Vec<(&'static str, String)> {
        let models: Vec<String> = self.models.iter().map(|model| encode(model)).collect();
        let mut list = vec![
            (RUN, encode(self.run_id.as_str())),
            (CASES, format!("{} {BLAKE3}{}", self.cases.count, self.cases.hash.as_str())),
            (MODELS, models.join(", ")),
        ];
        list.extend(self.differences.iter().map(|difference| (DIFFERENCE, difference.to_string())));
        list.extend(self.unmoved.iter().map(|unmoved| (UNMOVED, unmoved.to_string())));
        list.push((COST, self.cost.map_or_else(|| UNKNOWN.to_owned(), |cost| format!("${cost}"))));
        list.push((PROMPT, format!("{BLAKE3}{}", self.prompt.as_str())));
        list
    }

    /// A commit message with the trailers at its end, in the block of those it already has.
    pub fn append_to(&self, message: &str) -> String {
        let message = message.trim_end();
        let gap = if trailers::block(message).is_some() { "\n" } else { "\n\n" };
        let lines: Vec<String> = self.to_trailers().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{message}{gap}{}\n", lines.join("\n"))
    }

    /// One line for histories: `50 cases: similarity +0.041 better on c/d; $0.0312`.
    pub fn summary(&self) -> String {
        let noun = if self.cases.count == 1 { "case" } else { "cases" };
        let several = self.models.len() > 1;
        let shown: Vec<&MeasuredDifference> = self
            .differences
            .iter()
            .filter(|difference| !matches!(difference.verdict, Verdict::NoDifference | Verdict::TooFew))
            .collect();
        let mut parts: Vec<String> = shown
            .iter()
            .map(|difference| {
                let place = if several { format!(" on {}", difference.model) } else { String::new() };
                format!("{} {} {}{place}", difference.evaluator, difference.mean, difference.verdict.as_str())
            })
            .collect();
        if parts.is_empty() {
            let told = self.differences.iter().map(|difference| difference.verdict);
            let verdict = told.chain(self.unmoved.iter().map(|unmoved| unmoved.verdict)).next();
            let verdict = verdict.unwrap_or(Verdict::TooFew);
            parts.push(verdict.as_str().to_owned());
        }
        let cost = self.cost.map_or_else(String::new, |cost| format!("; ${cost}"));
        format!("{} {noun}: {}{cost}", self.cases.count, parts.join(", "))
    }
}
