//! Labels: tags and branches that say what is deployed.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::PromptsError;
use super::library::{Prompts, Standing};
use super::versions::Version;
use crate::domain::label::LabelKind;
use crate::domain::run::PromptVersionRef;
use crate::vcs::{CommitId, Reference, ReferenceKind, Repository};

/// Most branches that are compared with the versions of a prompt.
const MOST_BRANCHES: usize = 200;

/// What a label is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelScope {
    /// One prompt: the tag or branch is named `NAME/LABEL`.
    Prompt,
    /// All prompts of the repository: the tag or branch is named `LABEL`.
    Repository,
}

impl LabelScope {
    /// The scope as a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Repository => "repository",
        }
    }
}

/// A tag or branch that stands on a version of a prompt. It came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The label: the name without the prompt's.
    pub label: String,
    /// What it is in git.
    pub kind: ReferenceKind,
    /// What it is for.
    pub scope: LabelScope,
    /// The whole name in git.
    pub reference: String,
    /// The commit it leads to.
    pub commit: CommitId,
    /// The version of the prompt in that commit; `None` where the prompt is not in it.
    pub version: Option<String>,
    /// Whether it is the one that says what is deployed.
    pub deployed: bool,
}

/// A label that was put on a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelPut {
    /// The whole name in git.
    pub reference: String,
    /// What it is in git.
    pub kind: LabelKind,
    /// The version it stood on; `None` where it is new or stood on no version of the prompt.
    pub from: Option<String>,
    /// The commit it stood on; `None` where it is new.
    pub from_commit: Option<CommitId>,
    /// The version it stands on.
    pub to: String,
    /// That version's commit.
    pub commit: CommitId,
}

/// What is deployed of a prompt, told without its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The version: a tag of the prompt, else the short commit that the label leads to.
    pub version: String,
    /// The commit that the label leads to.
    pub commit: CommitId,
    /// Whether the last commit has the same text.
    pub current: bool,
}

impl Prompts {
    /// The tags and branches of a prompt, and those of the whole repository that say what is deployed.
    pub fn labels(&self, name: &str) -> Result<Vec<Label>, PromptsError> {
        let repository = self.need_repository()?;
        let versions = self.versions(name)?;
        let names = self.names(name, &versions);
        let standing = Self::standing(repository)?;
        let mut labels = Vec::new();
        for (label, scope, reference) in self.of_prompt(&names, &standing) {
            let on = version_on(reference, &versions, repository)?;
            labels.push(Label {
                deployed: label == self.label_scheme().deployed,
                label,
                kind: reference.kind,
                scope,
                reference: reference.name.clone(),
                commit: reference.commit.clone(),
                version: on.map(|place| versions[place].version.clone()),
            });
        }
        Ok(labels)
    }

    /// Puts a label on a version, the one for what is deployed where none is named; it may have stood elsewhere before.
    pub fn put_label(&self, reference: &PromptVersionRef, label: Option<&str>) -> Result<LabelPut, PromptsError> {
        let label = label.unwrap_or(&self.label_scheme().deployed);
        let bad = |why: &str| PromptsError::BadName { name: label.chars().take(200).collect(), why: why.to_owned() };
        if label == super::WORK {
            return Err(bad("it is the file as it is now; a label needs another name"));
        }
        if label.is_empty() || label.contains('@') {
            return Err(bad("a label is a word without @, such as production"));
        }
        let (commit, version) = self.committed(reference)?;
        let repository = self.need_repository()?;
        // The version must have the prompt: nothing else can be deployed.
        let loaded = self.load(reference)?;
        let to = version.as_ref().map_or_else(|| commit.short().to_owned(), |version| version.version.clone());
        let full = format!("{}/{label}", reference.name);
        let kind = self.label_scheme().kind;
        let message = format!("Label {} at {to} as {label}\n", loaded.reference.name);
        let before = self.labels(&reference.name)?.into_iter().find(|known| {
            known.reference == full
                && known.kind
                    == match kind {
                        LabelKind::Tag => ReferenceKind::Tag,
                        LabelKind::Branch => ReferenceKind::Branch,
                    }
        });
        let from_commit = repository.put_label(kind, &full, &commit, &message)?;
        let from = before.and_then(|before| before.version);
        Ok(LabelPut { reference: full, kind, from, from_commit, to, commit })
    }

    /// What is deployed of every prompt that is there now, by prompt; read without any history.
    pub fn deployed(&self) -> Result<BTreeMap<String, Deployed>, PromptsError> {
        let Some(repository) = self.repository() else { return Ok(BTreeMap::new()) };
        let standing = Self::standing(repository)?;
        let label = &self.label_scheme().deployed;
        let mut deployed = BTreeMap::new();
        for file in self.list()?.prompts {
            let own = format!("{}/{label}", file.name);
            let stands = |name: &str| {
                standing
                    .references
                    .iter()
                    .find(|reference| reference.kind != ReferenceKind::RemoteBranch && reference.name == name)
            };
            let Some(reference) = stands(&own).or_else(|| stands(label)) else { continue };
            let head = standing.head.as_ref().unwrap_or(&reference.commit);
            let blobs = repository.blobs_at(&[&file.path], &[&reference.commit, head])?;
            if blobs[0].is_none() && reference.name != own {
                continue;
            }
            let beginning = format!("{}/", file.name);
            let tag = standing.references.iter().rev().find_map(|tag| {
                let here = tag.kind == ReferenceKind::Tag && tag.commit == reference.commit;
                tag.name.strip_prefix(&beginning).filter(|short| here && short != label)
            });
            let version = tag.map_or_else(|| reference.commit.short().to_owned(), str::to_owned);
            let current = blobs[0].is_some() && blobs[0] == blobs[1];
            deployed.insert(file.name, Deployed { version, commit: reference.commit.clone(), current });
        }
        Ok(deployed)
    }

    /// The references that are labels of a prompt under one of its names, or say what is deployed for all prompts.
    fn of_prompt<'s>(&self, names: &[String], standing: &'s Standing) -> Vec<(String, LabelScope, &'s Reference)> {
        let of = |reference: &'s Reference| {
            if reference.kind == ReferenceKind::RemoteBranch {
                return None;
            }
            if reference.name == self.label_scheme().deployed {
                return Some((reference.name.clone(), LabelScope::Repository, reference));
            }
            let label = names.iter().find_map(|name| reference.name.strip_prefix(name.as_str())?.strip_prefix('/'))?;
            Some((label.to_owned(), LabelScope::Prompt, reference))
        };
        standing.references.iter().filter_map(of).collect()
    }

    /// Gives versions the labels and branches that stand on them.
    pub(super) fn attach_labels(
        &self,
        names: &[String],
        versions: &mut [Version],
        standing: &Standing,
        repository: &Repository,
    ) -> Result<(), PromptsError> {
        for (label, _, reference) in self.of_prompt(names, standing) {
            // Tags with other names are listed as tags; a branch is always a label.
            if reference.kind == ReferenceKind::Tag && label != self.label_scheme().deployed {
                continue;
            }
            if let Some(place) = version_on(reference, versions, repository)?
                && !versions[place].labels.contains(&label)
            {
                versions[place].labels.push(label);
            }
        }
        let branches = standing.references.iter().filter(|reference| reference.kind == ReferenceKind::Branch);
        for branch in branches.take(MOST_BRANCHES) {
            if let Some(place) = version_on(branch, versions, repository)? {
                versions[place].branches.push(branch.name.clone());
            }
        }
        Ok(())
    }
}

/// The version that a tag or branch has: the one made by its commit, else the one with the text it has there.
fn version_on(
    reference: &Reference,
    versions: &[Version],
    repository: &Repository,
) -> Result<Option<usize>, PromptsError> {
    if let Some(made) = versions.iter().position(|version| version.commit.as_ref() == Some(&reference.commit)) {
        return Ok(Some(made));
    }
    let mut paths: Vec<&Path> = versions.iter().map(|version| version.path.as_path()).collect();
    paths.dedup();
    let Some(blob) = repository.blobs_at(&paths, &[&reference.commit])?.into_iter().next().flatten() else {
        return Ok(None);
    };
    let same: Vec<usize> = (0..versions.len()).filter(|&place| versions[place].blob == Some(blob)).collect();
    if let [one] = same.as_slice() {
        return Ok(Some(*one));
    }
    for place in same {
        if let Some(commit) = &versions[place].commit
            && repository.contains(&reference.commit, commit)?
        {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
