//! Every version of every file below a directory that any branch or tag leads to.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::error::VcsError;
use super::history::time_of;
use super::repository::{BlobId, CommitId, Repository};
use super::similarity::{self, Removed};
use super::state::path_of;
use super::trees::{Tops, Trees};
use crate::domain::cancel::Cancel;
use crate::domain::time::Timestamp;

/// A file as a commit made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// The commit.
    pub commit: CommitId,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The file's path in it, from the directory asked for.
    pub path: PathBuf,
    /// The path it has since then, through renames within the directory; the last one for a file that was removed.
    pub now: PathBuf,
    /// Its content.
    pub blob: BlobId,
}

/// The path that a file has now, by the path it has in a commit.
type Names = Rc<BTreeMap<PathBuf, PathBuf>>;

/// Which way led to a commit: names of the branch checked out go before others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Head,
    Elsewhere,
}

impl Repository {
    /// The versions of all files below a directory, newest first, over all branches and tags and what is checked out.
    pub fn appearances(&self, below: &Path, cancel: &Cancel) -> Result<Vec<Appearance>, VcsError> {
        let repository = self.open()?;
        let below = self.relative(&below.join("x"))?.parent().unwrap_or(Path::new("")).to_owned();
        let trees = Trees::new(&repository, Tops::Pass)?;
        let mut walk = Walk { repository: &repository, trees, below, names: HashMap::new(), found: Vec::new() };
        // Every commit comes before its parents, so that all names of a file are known when its turn comes.
        let mut order = repository.revwalk()?;
        order.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
        if let Ok(head) = repository.head().and_then(|head| head.peel_to_commit()) {
            walk.name(head.id(), From::Head, &Names::default());
            order.push(head.id())?;
        }
        for reference in self.references()? {
            order.push(reference.commit.oid()?)?;
        }
        for id in order {
            if cancel.is_cancelled() {
                return Err(VcsError::Cancelled);
            }
            walk.look(id?)?;
        }
        Ok(walk.found)
    }
}

struct Walk<'r> {
    repository: &'r git2::Repository,
    trees: Trees<'r>,
    below: PathBuf,
    names: HashMap<git2::Oid, (From, Names)>,
    found: Vec<Appearance>,
}

impl Walk<'_> {
    /// Notes the names that a commit's files have now; those of the branch checked out stay.
    fn name(&mut self, commit: git2::Oid, from: From, names: &Names) {
        match self.names.get_mut(&commit) {
            Some(known) if known.0 <= from => {}
            Some(known) => *known = (from, Rc::clone(names)),
            None => {
                self.names.insert(commit, (from, Rc::clone(names)));
            }
        }
    }

    fn look(&mut self, id: git2::Oid) -> Result<(), VcsError> {
        let commit = self.repository.find_commit(id)?;
        let (from, names) = self.names.remove(&id).unwrap_or((From::Elsewhere, Names::default()));
        let here = self.trees.directory(commit.tree_id(), &self.below.clone())?;
        // What is new against every parent was made by this commit.
        let mut new: Option<BTreeMap<PathBuf, git2::Oid>> = None;
        let mut behind = Vec::new();
        for parent in commit.parents() {
            let there = if parent.tree_id() == commit.tree_id() {
                here
            } else {
                self.trees.directory(parent.tree_id(), &self.below.clone())?
            };
            let (made, before) =
                if there == here { (BTreeMap::new(), Rc::clone(&names)) } else { self.compare(there, here, &names)? };
            new = Some(match new {
                None => made,
                Some(new) => new.into_iter().filter(|(path, blob)| made.get(path) == Some(blob)).collect(),
            });
            behind.push((parent, before));
        }
        let new = match new {
            Some(new) => new,
            None => self.compare(None, here, &names)?.0,
        };
        for (path, blob) in new {
            let now = names.get(&path).unwrap_or(&path).clone();
            let (commit_id, committed_at) = (CommitId::of(id), time_of(&commit));
            self.found.push(Appearance { commit: commit_id, committed_at, path, now, blob: BlobId::of(blob) });
        }
        for (parent, names) in behind {
            self.name(parent.id(), from, &names);
        }
        Ok(())
    }

    /// What a directory has that it had not before, and the names that files before it have now.
    fn compare(
        &self,
        before: Option<git2::Oid>,
        after: Option<git2::Oid>,
        names: &Names,
    ) -> Result<(BTreeMap<PathBuf, git2::Oid>, Names), VcsError> {
        let before = before.map(|id| self.repository.find_tree(id)).transpose()?;
        let after = after.map(|id| self.repository.find_tree(id)).transpose()?;
        let diff = self.repository.diff_tree_to_tree(before.as_ref(), after.as_ref(), None)?;
        let (mut made, mut added, mut removed) = (BTreeMap::new(), Vec::new(), Vec::new());
        for delta in diff.deltas() {
            let (old, new) = (delta.old_file(), delta.new_file());
            match delta.status() {
                git2::Delta::Deleted => {
                    if let Some(path) = old.path_bytes() {
                        removed.push(Removed { path: path_of(path), blob: old.id() });
                    }
                }
                status => {
                    let file = matches!(new.mode(), git2::FileMode::Blob | git2::FileMode::BlobExecutable);
                    let Some(path) = new.path_bytes().map(path_of).filter(|_| file) else { continue };
                    if status == git2::Delta::Added {
                        added.push((path.clone(), new.id()));
                    }
                    made.insert(path, new.id());
                }
            }
        }
        if added.is_empty() || removed.is_empty() {
            return Ok((made, Rc::clone(names)));
        }
        let mut renamed = BTreeMap::clone(names);
        for (path, blob) in added {
            if let Some(former) = similarity::source(self.repository, &removed, &path, blob) {
                removed.retain(|file| file.path != former);
                let now = names.get(&path).unwrap_or(&path).clone();
                renamed.insert(former, now);
            }
        }
        Ok((made, Rc::new(renamed)))
    }
}
