//! Branches and tags, and moving one of them.

use super::command;
use super::error::VcsError;
use super::repository::{CommitId, Repository};
use crate::domain::label::LabelKind;

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A tag.
    Tag,
    /// A branch of this clone.
    Branch,
    /// A branch of another repository, as last fetched.
    RemoteBranch,
}

impl ReferenceKind {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Tag, "refs/tags/"), (Self::Branch, "refs/heads/"), (Self::RemoteBranch, "refs/remotes/")];

    /// The kind as words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Branch => "branch",
            Self::RemoteBranch => "remote branch",
        }
    }
}

/// A branch or tag that leads to a commit. It came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// Its name without `refs/tags/` and the like.
    pub name: String,
    /// The commit it leads to.
    pub commit: CommitId,
}

impl Repository {
    /// All branches and tags, tags first, by name. A tag of a tree or a file is left out.
    pub fn references(&self) -> Result<Vec<Reference>, VcsError> {
        let repository = self.open()?;
        let mut list = Vec::new();
        for reference in repository.references()? {
            let Ok(reference) = reference else { continue };
            let Ok(full) = reference.name() else { continue };
            let kind = ReferenceKind::ALL.into_iter().find_map(|(kind, start)| Some((kind, full.strip_prefix(start)?)));
            let Some((kind, name)) = kind else { continue };
            // `origin/HEAD` only repeats another branch.
            if kind == ReferenceKind::RemoteBranch && reference.kind() == Some(git2::ReferenceType::Symbolic) {
                continue;
            }
            if let Ok(commit) = reference.peel_to_commit() {
                list.push(Reference { kind, name: name.to_owned(), commit: CommitId::of(commit.id()) });
            }
        }
        list.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Ok(list)
    }

    /// Whether a commit is another one, or comes after it.
    pub fn contains(&self, commit: &CommitId, earlier: &CommitId) -> Result<bool, VcsError> {
        Ok(commit == earlier || self.open()?.graph_descendant_of(commit.oid()?, earlier.oid()?)?)
    }

    /// Puts a tag or branch on a commit, wherever it was before; returns where that was.
    ///
    /// A tag is an annotated one: it says who put it there and when. A branch that is checked out is refused.
    pub fn put_label(
        &self,
        kind: LabelKind,
        name: &str,
        commit: &CommitId,
        message: &str,
    ) -> Result<Option<CommitId>, VcsError> {
        let full = match kind {
            LabelKind::Tag => format!("refs/tags/{name}"),
            LabelKind::Branch => format!("refs/heads/{name}"),
        };
        if !git2::Reference::is_valid_name(&full) || name.starts_with('-') {
            return Err(VcsError::NoName(name.chars().take(200).collect()));
        }
        let former = self.resolve(&full).ok();
        if former.as_ref() == Some(commit) {
            return Ok(former);
        }
        match self.git_program() {
            Some(program) => {
                let mut git = command::git(self, program);
                match kind {
                    LabelKind::Tag => {
                        git.args(["tag", "--annotate", "--force", "--cleanup=whitespace", "--file=-"]);
                    }
                    LabelKind::Branch => {
                        git.args(["branch", "--force", "--no-track"]);
                    }
                }
                git.arg(name).arg(commit.as_str());
                let input = if kind == LabelKind::Tag { message } else { "" };
                command::checked(command::run(git, kind.as_str(), input)?, kind.as_str())?;
            }
            None => self.put_by_library(kind, name, commit, message)?,
        }
        Ok(former)
    }

    fn put_by_library(&self, kind: LabelKind, name: &str, commit: &CommitId, message: &str) -> Result<(), VcsError> {
        let repository = self.open()?;
        let target = repository.find_commit(commit.oid()?)?;
        match kind {
            LabelKind::Tag => {
                let signature = repository.signature().map_err(|_| VcsError::NoIdentity)?;
                repository.tag(name, target.as_object(), &signature, message, true)?;
            }
            LabelKind::Branch => {
                repository.branch(name, &target, true)?;
            }
        }
        Ok(())
    }
}
