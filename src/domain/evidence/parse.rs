//! Reads evidence from a commit message, which anybody may have written.

use super::digits::Digits;
use super::model::{
    BLAKE3, CASES, COST, CaseSet, ContentHash, DIFFERENCE, Evidence, MODELS, MeasuredDifference, PROMPT, RUN, UNKNOWN,
    UNMOVED,
};
use super::trailers::{self, Trailer};
use super::unmoved::Unmoved;
use super::word::decode;
use crate::domain::ids::RunId;
use crate::domain::statistics::Verdict;

/// Longest value of a trailer that is read, in bytes.
const MOST_BYTES: usize = 4_096;

/// What is wrong with the evidence in a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// A trailer is missing.
    #[error("the trailer {0} is missing")]
    Missing(&'static str),
    /// A trailer stands there more than once.
    #[error("the trailer {0} stands there more than once")]
    Twice(&'static str),
    /// A trailer says nothing that can be read.
    #[error("the trailer {name} cannot be read: {value}")]
    Unreadable {
        /// Its name.
        name: &'static str,
        /// The beginning of its value; it came from outside.
        value: String,
    },
}

impl Evidence {
    /// The evidence in a commit message; `None` where it has none.
    pub fn parse(message: &str) -> Result<Option<Self>, EvidenceError> {
        let found = trailers::parse(message);
        if !found.iter().any(|(name, _)| name.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("hindcast-"))) {
            return Ok(None);
        }
        let list = |value: &str| value.split(',').map(|word| decode(word.trim())).collect::<Option<Vec<String>>>();
        let differences = of(&found, DIFFERENCE).map(|value| read(DIFFERENCE, value, difference));
        Ok(Some(Self {
            run_id: one(&found, RUN, |value| decode(value).map(RunId::from))?,
            cases: one(&found, CASES, cases)?,
            models: one(&found, MODELS, list)?,
            differences: differences.collect::<Result<_, _>>()?,
            unmoved: of(&found, UNMOVED).map(|value| read(UNMOVED, value, Unmoved::parse)).collect::<Result<_, _>>()?,
            cost: one(&found, COST, |value| match value {
                UNKNOWN => Some(None),
                value => value.strip_prefix('$')?.parse().ok().map(Some),
            })?,
            prompt: one(&found, PROMPT, hash)?,
        }))
    }
}

fn of<'t>(found: &'t [Trailer], name: &'static str) -> impl Iterator<Item = &'t str> {
    found.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn one<T>(found: &[Trailer], name: &'static str, reader: impl Fn(&str) -> Option<T>) -> Result<T, EvidenceError> {
    let mut values = of(found, name);
    let value = values.next().ok_or(EvidenceError::Missing(name))?;
    if values.next().is_some() {
        return Err(EvidenceError::Twice(name));
    }
    read(name, value, reader)
}

fn read<T>(name: &'static str, value: &str, reader: impl Fn(&str) -> Option<T>) -> Result<T, EvidenceError> {
    let unreadable = || EvidenceError::Unreadable { name, value: value.chars().take(80).collect() };
    if value.len() > MOST_BYTES {
        return Err(unreadable());
    }
    reader(value).ok_or_else(unreadable)
}

fn hash(value: &str) -> Option<ContentHash> {
    ContentHash::new(value.strip_prefix(BLAKE3)?)
}

fn cases(value: &str) -> Option<CaseSet> {
    let (count, rest) = value.split_once(' ')?;
    Some(CaseSet { count: count.parse().ok()?, hash: hash(rest.trim())? })
}

/// Reads `similarity +0.041 [+0.012, +0.070] better (answer@work vs answer@v3 on c/d, 48 cases)`.
fn difference(value: &str) -> Option<MeasuredDifference> {
    let (before, place) = value.strip_suffix(')')?.split_once('(')?;
    let (evaluator, rest) = before.trim().split_once(' ')?;
    let (mean, rest) = rest.split_once(' ')?;
    let (interval, verdict) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((interval, verdict)) => {
            let (low, high) = interval.split_once(',')?;
            (Some([Digits::parse(low.trim())?, Digits::parse(high.trim())?]), verdict)
        }
        None => (None, rest),
    };
    let (place, cases) = match place.split_once(',') {
        Some((place, count)) => (place, Some(count.trim().strip_suffix(" cases")?.parse().ok()?)),
        None => (place, None),
    };
    let (variant, rest) = place.split_once(" vs ")?;
    let (baseline, model) = rest.split_once(" on ")?;
    Some(MeasuredDifference {
        evaluator: decode(evaluator)?,
        mean: Digits::parse(mean)?,
        interval,
        verdict: Verdict::parse(verdict.trim())?,
        variant: decode(variant)?,
        baseline: decode(baseline)?,
        model: decode(model)?,
        cases,
    })
}
