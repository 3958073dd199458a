//! Which version of which prompt made a recorded call.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value};

use super::error::PromptsError;
use super::library::Prompts;
use super::verdict::{Named, RecordedVersion, verdict};
use super::versions::{Version, WORK};
use crate::domain::cancel::Cancel;
use crate::domain::prompt::{Conversation, Match, Prompt, PromptFormat, PromptPattern, RecordedCall, takes_partials};
use crate::domain::run::Case;
use crate::domain::time::Timestamp;
use crate::vcs::{CommitId, FileState};

/// What was read of a text, by its hash, its format, and the hash of the partials where it uses some.
pub(super) type Readings = HashMap<ReadingKey, Arc<Reading>>;
/// What a reading depends on.
type ReadingKey = (blake3::Hash, PromptFormat, Option<blake3::Hash>);

/// A version's text as matching uses it.
#[derive(Debug)]
pub(super) struct Reading {
    /// The version label in the file.
    label: Option<String>,
    /// `None` where the file has a mistake, or does what no pattern can say.
    pattern: Option<PromptPattern>,
    /// Equal for files that render alike.
    likeness: Option<blake3::Hash>,
}

/// Keys of the front matter that change nothing in what is rendered.
const NOT_RENDERED: [&str; 12] = [
    "authors",
    "config",
    "description",
    "evaluators",
    "metadata",
    "model",
    "modelParameters",
    "name",
    "tags",
    "testData",
    "tools",
    "version",
];

/// A version that may have made a call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    /// The prompt.
    prompt: String,
    /// The file's format then.
    format: PromptFormat,
    /// The file's text.
    text: Arc<str>,
    /// The commit; `None` for the file as it is now.
    commit: Option<CommitId>,
    /// When it was committed.
    committed_at: Option<Timestamp>,
}

/// Scores that agree in so many parts of one are equal.
const SCORE_PARTS: f64 = 1e9;

/// A prompt version that can have made recorded messages.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptMatch {
    /// The prompt.
    pub prompt: String,
    /// The version, as short as it can be named.
    pub version: String,
    /// The version label in the file itself.
    pub label: Option<String>,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// How much of the messages the template itself gives, from 0 (exclusive) to 1; see [`Match::score`].
    pub score: f64,
    /// Whether rendering with the variables gives the recorded messages.
    pub proven: bool,
    /// The values in its holes, and the recorded variables that have none.
    pub variables: Map<String, Value>,
    /// The messages around those that the prompt made.
    pub conversation: Conversation,
}

/// What was found out about a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatchReport {
    /// The versions that can have made it, best first; of equal ones the newest.
    pub matches: Vec<PromptMatch>,
    /// What the recording itself says; `None` where it says nothing.
    pub recorded: Option<RecordedVersion>,
}

impl Prompts {
    /// Which versions of which prompts can have made a call, and what that says of the version that it names: over all
    /// branches and tags, the files as they are now, and prompts deleted since.
    ///
    /// Texts are read once and kept, so that a second call is answered in milliseconds; the first one reads the history.
    pub fn match_case(&self, case: &Case) -> Result<MatchReport, PromptsError> {
        self.match_case_until(case, &Cancel::new())
    }

    /// As [`match_case`](Self::match_case), stopping where it is cancelled.
    pub fn match_case_until(&self, case: &Case, cancel: &Cancel) -> Result<MatchReport, PromptsError> {
        Ok(self.match_among(case, &self.candidates(cancel)?, |fit| fit.telling))
    }

    /// The versions of one prompt that can have made a call, best first. Whoever names the prompt knows it: here a template
    /// may have next to no text of its own.
    pub fn match_prompt(&self, name: &str, case: &Case) -> Result<Vec<PromptMatch>, PromptsError> {
        let mut candidates = self.candidates(&Cancel::new())?;
        candidates.retain(|candidate| candidate.prompt == name);
        Ok(self.match_among(case, &candidates, |_| true).matches)
    }

    /// Every version there is, read as matching uses it, for many calls.
    pub(super) fn matchable(&self) -> Result<Versions, PromptsError> {
        let candidates = self.candidates(&Cancel::new())?;
        let readings = self.readings(&candidates);
        Ok(Versions { candidates, readings })
    }

    /// Every version there is, those of one prompt newest first.
    fn candidates(&self, cancel: &Cancel) -> Result<Vec<Candidate>, PromptsError> {
        let mut candidates = Vec::new();
        for file in self.list()?.prompts {
            // What is as committed is among the commits. One file that cannot be read says nothing about the others.
            if file.state != Some(FileState::Clean)
                && let Ok(text) = self.work_text(&file.path)
            {
                let (prompt, format) = (file.name, file.format);
                candidates.push(Candidate { prompt, format, text: text.into(), commit: None, committed_at: None });
            }
        }
        candidates.extend(self.all_prompt_versions(cancel)?.iter().map(|version| Candidate {
            prompt: version.prompt.clone(),
            format: version.format,
            text: Arc::clone(&version.text),
            commit: Some(version.commit.clone()),
            committed_at: Some(version.committed_at),
        }));
        Ok(candidates)
    }

    /// Matches a call against given versions, those of one prompt newest first; only matches that `counts` says yes to.
    fn match_among(&self, case: &Case, candidates: &[Candidate], counts: impl Fn(&Match) -> bool) -> MatchReport {
        let call = recorded_call(case);
        let readings = self.readings(candidates);
        // Versions that render alike fit alike.
        let mut fits: HashMap<blake3::Hash, Option<Match>> = HashMap::new();
        let mut found: Vec<(&Candidate, &Reading, Match)> = Vec::new();
        for (candidate, reading) in candidates.iter().zip(&readings) {
            let (Some(pattern), Some(likeness)) = (&reading.pattern, reading.likeness) else { continue };
            let fit = fits.entry(likeness).or_insert_with(|| pattern.find(&call).filter(&counts));
            found.extend(fit.clone().map(|fit| (candidate, reading.as_ref(), fit)));
        }
        // The sort is stable: of equal versions of one prompt the newest stays first.
        found.sort_by(|(a, _, fit_a), (b, _, fit_b)| {
            by_score(fit_a.score, fit_b.score).then_with(|| newest_first(a, b))
        });
        let mut logs: HashMap<&str, Vec<Version>> = HashMap::new();
        let mut matches = Vec::new();
        for (candidate, reading, fit) in found {
            let log = logs
                .entry(candidate.prompt.as_str())
                .or_insert_with(|| self.log(&candidate.prompt).unwrap_or_default());
            let known = log.iter().find(|version| version.commit == candidate.commit);
            let tags = known.map(|known| known.tags.clone()).unwrap_or_default();
            matches.push((matched(candidate, known, reading, fit), tags));
        }
        let mut recorded = RecordedVersion::of(case);
        if let Some(recorded) = &mut recorded {
            let made: Vec<Named<'_>> = matches
                .iter()
                .take_while(|(found, _)| by_score(found.score, matches[0].0.score).is_eq())
                .map(|(found, tags)| of_match(found, tags))
                .collect();
            let all = candidates.iter().zip(&readings).map(|(candidate, reading)| of_candidate(candidate, reading));
            let all: Vec<Named<'_>> = all.chain(made.iter().copied()).collect();
            recorded.verdict = verdict(recorded, &made, &all, |prompt, label| self.is_tagged(prompt, label));
        }
        MatchReport { matches: matches.into_iter().map(|(found, _)| found).collect(), recorded }
    }

    /// Each candidate's text as a pattern, from what was kept where it was read before.
    fn readings(&self, candidates: &[Candidate]) -> Vec<Arc<Reading>> {
        let any = candidates.iter().any(|candidate| takes_partials(&candidate.text));
        let partials = if any { self.partials() } else { BTreeMap::new() };
        let partials_hash = blake3::hash(serde_json::to_string(&partials).unwrap_or_default().as_bytes());
        let read = |candidate: &Candidate| {
            let used = takes_partials(&candidate.text);
            let key = (blake3::hash(candidate.text.as_bytes()), candidate.format, used.then_some(partials_hash));
            if let Some(known) = self.readings.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
                return Arc::clone(known);
            }
            let prompt = Prompt::parse(&candidate.prompt, candidate.format, &candidate.text).ok();
            let reading = Arc::new(Reading {
                likeness: prompt.as_ref().map(|prompt| likeness(prompt, key.2)),
                label: prompt.as_ref().and_then(|prompt| prompt.version.clone()),
                pattern: prompt.and_then(|prompt| {
                    PromptPattern::new(prompt, if used { partials.clone() } else { BTreeMap::new() })
                }),
            });
            self.readings.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&reading));
            reading
        };
        candidates.iter().map(read).collect()
    }

    fn is_tagged(&self, prompt: &str, label: &str) -> bool {
        let tag = format!("refs/tags/{prompt}/{label}");
        self.repository().is_some_and(|repository| repository.resolve(&tag).is_ok())
    }
}

/// Versions and what was read of them.
pub(super) struct Versions {
    candidates: Vec<Candidate>,
    readings: Vec<Arc<Reading>>,
}

impl Versions {
    /// How the version of a prompt that fits a call best fits it; of equal ones the newest.
    pub(super) fn best_fit(&self, name: &str, case: &Case) -> Option<Match> {
        let call = recorded_call(case);
        let mut fits: HashMap<blake3::Hash, Option<Match>> = HashMap::new();
        let mut best: Option<(&Candidate, Match)> = None;
        let own = self.candidates.iter().zip(&self.readings).filter(|(candidate, _)| candidate.prompt == name);
        for (candidate, reading) in own {
            let (Some(pattern), Some(likeness)) = (&reading.pattern, reading.likeness) else { continue };
            let Some(fit) = fits.entry(likeness).or_insert_with(|| pattern.find(&call)).clone() else { continue };
            let is_better = best.as_ref().is_none_or(|(other, found)| {
                by_score(fit.score, found.score).then_with(|| newest_first(candidate, other)).is_lt()
            });
            if is_better {
                best = Some((candidate, fit));
            }
        }
        best.map(|(_, fit)| fit)
    }
}

fn likeness(prompt: &Prompt, partials: Option<blake3::Hash>) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(prompt.format.as_str());
    add(&prompt.template);
    for (key, value) in prompt.front.iter().filter(|(key, _)| !NOT_RENDERED.contains(&key.as_str())) {
        add(key);
        add(&value.to_string());
    }
    add(partials.map(|hash| hash.to_hex().to_string()).unwrap_or_default().as_str());
    hasher.finalize()
}

/// A case as matching reads it: its chunks and its question are texts that went into it.
fn recorded_call(case: &Case) -> RecordedCall {
    let chunks = case.chunks.iter().filter_map(|chunk| chunk.content.as_deref());
    RecordedCall::new(&case.messages, case.prompt.variables.as_ref(), chunks.chain([case.question.as_str()]))
}

fn matched(candidate: &Candidate, known: Option<&Version>, reading: &Reading, fit: Match) -> PromptMatch {
    let short = || candidate.commit.as_ref().map_or(WORK, CommitId::short).to_owned();
    PromptMatch {
        prompt: candidate.prompt.clone(),
        version: known.map_or_else(short, |known| known.version.clone()),
        label: reading.label.clone(),
        commit: candidate.commit.clone(),
        score: fit.score,
        proven: fit.proven,
        variables: fit.variables,
        conversation: fit.conversation,
    }
}

fn by_score(a: f64, b: f64) -> Ordering {
    (b * SCORE_PARTS).round().total_cmp(&(a * SCORE_PARTS).round())
}

/// The file as it is now is newer than any commit.
fn newest_first(a: &Candidate, b: &Candidate) -> Ordering {
    match (a.committed_at, b.committed_at) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => b.cmp(&a),
    }
}

fn of_match<'v>(found: &'v PromptMatch, tags: &'v [String]) -> Named<'v> {
    Named {
        prompt: &found.prompt,
        version: Some(&found.version),
        label: found.label.as_deref(),
        tags,
        commit: found.commit.as_ref(),
    }
}

fn of_candidate<'v>(candidate: &'v Candidate, reading: &'v Reading) -> Named<'v> {
    let (label, commit) = (reading.label.as_deref(), candidate.commit.as_ref());
    Named { prompt: &candidate.prompt, version: None, label, tags: &[], commit }
}
