//! Which version wrote each line of a prompt.

use super::error::PromptsError;
use super::library::Prompts;
use super::versions::{Version, WORK};
use crate::domain::cancel::Cancel;
use crate::domain::diff::{Change, line_diff};
use crate::domain::run::PromptVersionRef;
use crate::domain::time::Timestamp;
use crate::vcs::{CommitId, FileState, VcsError};

/// A line and the version that wrote it. It came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlamedLine {
    /// The line, from 1.
    pub line: usize,
    /// The version; `work` where it is not committed.
    pub version: String,
    /// The commit; `None` for `work`.
    pub commit: Option<CommitId>,
    /// Who wrote it; `None` for `work`.
    pub author: Option<String>,
    /// When it was committed; `None` for `work`.
    pub committed_at: Option<Timestamp>,
    /// The commit message's first line; `None` for `work`.
    pub summary: Option<String>,
    /// What the commit says was measured, in one line.
    pub measured: Option<String>,
    /// The line's text without its end.
    pub text: String,
}

/// Lines that are still to be explained: their place in a version, and in the text asked for.
type Open = Vec<(usize, usize)>;

impl Prompts {
    /// The lines of a prompt at a version, each with the version that wrote it, through renames and merges.
    pub fn blame(&self, reference: &PromptVersionRef, cancel: &Cancel) -> Result<Vec<BlamedLine>, PromptsError> {
        let versions = self.versions_until(&reference.name, cancel)?;
        if reference.version == WORK {
            let file = self.find(&reference.name)?;
            if file.state != Some(FileState::Clean) || versions.is_empty() {
                let work = self.work(&file, versions.first())?;
                return blame(&work, &work.before, &versions, cancel);
            }
            let newest = &versions[0];
            return blame(newest, &newest.before, &versions, cancel);
        }
        let (commit, version) = self.committed(reference)?;
        if let Some(version) = version {
            return blame(&version, &version.before, &versions, cancel);
        }
        // A commit that did not change the prompt has it as the last one before left it.
        let text = self.load(reference)?.text.clone();
        let repository = self.need_repository()?;
        for version in versions.iter().filter(|version| version.text == text) {
            if let Some(made) = &version.commit
                && repository.contains(&commit, made)?
            {
                return blame(version, &version.before, &versions, cancel);
            }
        }
        let name = reference.version.chars().take(120).collect();
        Err(PromptsError::NoVersion { prompt: reference.name.clone(), version: name })
    }
}

/// Hands each line to the versions before as long as they have it; what no version before has, a version wrote.
fn blame(
    asked: &Version,
    before: &[usize],
    versions: &[Version],
    cancel: &Cancel,
) -> Result<Vec<BlamedLine>, PromptsError> {
    let texts: Vec<&str> = asked.text.lines().collect();
    let mut lines: Vec<Option<BlamedLine>> = vec![None; texts.len()];
    let mut open: Vec<Open> = vec![Vec::new(); versions.len()];
    let mut settle = |version: &Version, left: Open| {
        for (_, line) in left {
            lines[line] = Some(blamed(version, line, texts[line]));
        }
    };
    let left = hand_on(asked, (0..texts.len()).map(|line| (line, line)).collect(), before, versions, &mut open);
    settle(asked, left);
    // A version before mostly stands behind in the list; where clocks differed it may stand in front.
    while open.iter().any(|lines| !lines.is_empty()) {
        for place in 0..versions.len() {
            if cancel.is_cancelled() {
                return Err(VcsError::Cancelled.into());
            }
            let here = std::mem::take(&mut open[place]);
            if !here.is_empty() {
                let left = hand_on(&versions[place], here, &versions[place].before, versions, &mut open);
                settle(&versions[place], left);
            }
        }
    }
    Ok(lines.into_iter().flatten().collect())
}

/// Gives lines to the versions before that have them; returns those that none has.
fn hand_on(version: &Version, mut lines: Open, before: &[usize], versions: &[Version], open: &mut [Open]) -> Open {
    for &older in before {
        if lines.is_empty() {
            break;
        }
        let same = same_lines(&versions[older].text, &version.text);
        lines.retain(|&(here, asked)| match same.get(here).copied().flatten() {
            Some(there) => {
                open[older].push((there, asked));
                false
            }
            None => true,
        });
    }
    lines
}

/// For each line of the new text the line of the old one that it is, if any.
fn same_lines(old: &str, new: &str) -> Vec<Option<usize>> {
    let mut same = Vec::new();
    let mut at = 0;
    for piece in line_diff(&ended(old), &ended(new)) {
        for _ in piece.text.lines() {
            match piece.change {
                Change::Equal => {
                    same.push(Some(at));
                    at += 1;
                }
                Change::Removed => at += 1,
                Change::Added => same.push(None),
            }
        }
    }
    same
}

/// A last line without an end is the same as one with it.
fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn blamed(version: &Version, line: usize, text: &str) -> BlamedLine {
    BlamedLine {
        line: line + 1,
        version: version.version.clone(),
        commit: version.commit.clone(),
        author: version.author.clone(),
        committed_at: version.committed_at,
        summary: version.summary().map(str::to_owned),
        measured: version.measured(),
        text: text.to_owned(),
    }
}
