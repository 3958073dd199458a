//! Whether the version that a recording names is the one that its messages show.

use std::collections::BTreeSet;

use crate::domain::run::Case;
use crate::vcs::CommitId;

/// The prompt version that a recording names; everything in it came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedVersion {
    /// The prompt's name.
    pub name: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// Whether the messages bear it out.
    pub verdict: Verdict,
}

/// Whether the messages bear out the version that a recording names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is among the best matches.
    Agrees,
    /// Another version made the call, or none of the repository.
    Disagrees,
    /// The repository does not know the version that was named.
    Unknown,
}

impl Verdict {
    /// The verdict as in `"agrees"`: yes, no, or nothing.
    pub const fn agrees(self) -> Option<bool> {
        match self {
            Self::Agrees => Some(true),
            Self::Disagrees => Some(false),
            Self::Unknown => None,
        }
    }
}

impl RecordedVersion {
    /// What a recording says, not yet compared with anything.
    pub(super) fn of(case: &Case) -> Option<Self> {
        let (name, version) = (case.prompt.name.clone(), case.prompt.version.clone());
        (name.is_some() || version.is_some()).then_some(Self { name, version, verdict: Verdict::Unknown })
    }
}

/// The names by which a recording may mean a version.
#[derive(Clone, Copy)]
pub(super) struct Named<'v> {
    pub(super) prompt: &'v str,
    pub(super) version: Option<&'v str>,
    pub(super) label: Option<&'v str>,
    pub(super) tags: &'v [String],
    pub(super) commit: Option<&'v CommitId>,
}

impl Named<'_> {
    /// Whether a recorded name is this prompt's: the whole name or its last part.
    fn is_of(&self, name: &str) -> bool {
        self.prompt == name || self.prompt.rsplit('/').next() == Some(name)
    }

    /// Whether a recorded version is this one: its name, its label in the file, a tag, or at least seven digits of its commit.
    fn is_labelled(&self, label: &str) -> bool {
        let tagged = |tag: &String| tag == label || tag.strip_prefix(self.prompt) == Some(&format!("/{label}"));
        self.version == Some(label)
            || self.label == Some(label)
            || self.tags.iter().any(tagged)
            || label.len() >= 7 && self.commit.is_some_and(|commit| commit.as_str().starts_with(label))
    }
}

/// Whether those that `made` the call bear out what was recorded; `all` are the versions that the repository knows.
pub(super) fn verdict(
    recorded: &RecordedVersion,
    made: &[Named<'_>],
    all: &[Named<'_>],
    is_tagged: impl Fn(&str, &str) -> bool,
) -> Verdict {
    // Recorders often give prompts names of their own; one that no file has says nothing.
    let name = recorded.name.as_deref().filter(|name| all.iter().any(|named| named.is_of(name)));
    let label = recorded.version.as_deref();
    if name.is_none() && label.is_none() {
        return Verdict::Unknown;
    }
    let of_name = |named: &&Named<'_>| name.is_none_or(|name| named.is_of(name));
    let is_it = |named: &Named<'_>| of_name(&named) && label.is_none_or(|label| named.is_labelled(label));
    if made.iter().any(is_it) {
        return Verdict::Agrees;
    }
    // A file that fits and says another version speaks against the one recorded.
    let says_another = !made.is_empty() && made.iter().all(|named| named.label.is_some());
    let prompts = || all.iter().filter(of_name).map(|named| named.prompt).collect::<BTreeSet<_>>();
    let known = all.iter().any(is_it)
        || label.is_some_and(|label| prompts().into_iter().any(|prompt| is_tagged(prompt, label)));
    if says_another || known { Verdict::Disagrees } else { Verdict::Unknown }
}
