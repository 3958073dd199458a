//! The commits that changed a file, through renames and merges.

use std::collections::{BinaryHeap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::error::VcsError;
use super::repository::{BlobId, CommitId, Repository};
use super::similarity;
use super::trees::{Tops, Trees};
use crate::domain::cancel::Cancel;
use crate::domain::time::Timestamp;

/// One commit that changed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: CommitId,
    /// The file's path in it, from the top of the working tree.
    pub path: PathBuf,
    /// The file's content in it.
    pub blob: BlobId,
    /// Who wrote it. It came from outside, as everything here.
    pub author: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The whole message without the white space at its end.
    pub message: String,
    /// The revisions it was made from, by their place in the list: one, or several for a merge.
    pub before: Vec<usize>,
}

impl Revision {
    /// The message's first line.
    pub fn summary(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// The revisions of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Newest first.
    pub revisions: Vec<Revision>,
    /// Whether the clone is shallow, so that older ones may be missing.
    pub shallow: bool,
}

impl Repository {
    /// The revisions of a file that lead to the commit checked out, newest first, at most `most`; none where nothing
    /// was committed yet.
    ///
    /// A commit that removed the file is no revision; what was before it, under the same name, is.
    pub fn history(&self, path: &Path, most: usize, cancel: &Cancel) -> Result<History, VcsError> {
        Ok(self.histories(&[path], most, cancel)?.pop().unwrap_or_default())
    }

    /// The revisions of several files, each as [`history`](Self::history) gives them and in the order of the paths; commits
    /// and trees are read once for all of them.
    pub fn histories(&self, paths: &[&Path], most: usize, cancel: &Cancel) -> Result<Vec<History>, VcsError> {
        let repository = self.open()?;
        let head = match repository.head() {
            Ok(head) => head.peel_to_commit()?,
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => {
                return Ok(vec![History::default(); paths.len()]);
            }
            Err(error) => return Err(error.into()),
        };
        let mut trees = Trees::new(&repository, if paths.len() > 1 { Tops::Keep } else { Tops::Pass })?;
        let mut histories = Vec::with_capacity(paths.len());
        for path in paths {
            let mut walk = Walk::new(&repository, &mut trees, most);
            walk.add(&head, Rc::from(self.relative(path)?.as_path()))?;
            walk.run(cancel)?;
            histories.push(History { revisions: walk.revisions()?, shallow: repository.is_shallow() });
        }
        Ok(histories)
    }
}

/// A commit under one name of the file.
struct Node {
    commit: git2::Oid,
    tree: git2::Oid,
    path: Rc<Path>,
    file: Option<git2::Oid>,
    /// Its place among the revisions, where it is one.
    place: Option<usize>,
    /// The nodes it is compared with: one where it has the same file as that one.
    parents: Vec<usize>,
}

/// What is to be looked at next: the newest commit, of equals the one found first.
type Next = (i64, std::cmp::Reverse<usize>);

/// Goes from the head to the parents as git does for one path: where a parent has the same file, only there.
struct Walk<'r, 't> {
    repository: &'r git2::Repository,
    trees: &'t mut Trees<'r>,
    nodes: Vec<Node>,
    known: HashMap<(git2::Oid, Rc<Path>), usize>,
    queue: BinaryHeap<Next>,
    /// The revisions: their nodes, and the file in them.
    found: Vec<(usize, git2::Oid)>,
    most: usize,
}

impl<'r, 't> Walk<'r, 't> {
    fn new(repository: &'r git2::Repository, trees: &'t mut Trees<'r>, most: usize) -> Self {
        Self {
            repository,
            trees,
            nodes: Vec::new(),
            known: HashMap::new(),
            queue: BinaryHeap::new(),
            found: Vec::new(),
            most,
        }
    }

    /// Notes a commit to be looked at, once for each name.
    fn add(&mut self, commit: &git2::Commit<'_>, path: Rc<Path>) -> Result<usize, VcsError> {
        let key = (commit.id(), path);
        if let Some(node) = self.known.get(&key) {
            return Ok(*node);
        }
        let tree = commit.tree_id();
        let file = self.trees.file(tree, &key.1)?;
        let node = self.nodes.len();
        let path = Rc::clone(&key.1);
        self.nodes.push(Node { commit: commit.id(), tree, path, file, place: None, parents: Vec::new() });
        self.known.insert(key, node);
        self.queue.push((commit.time().seconds(), std::cmp::Reverse(node)));
        Ok(node)
    }

    fn run(&mut self, cancel: &Cancel) -> Result<(), VcsError> {
        while let Some((_, std::cmp::Reverse(node))) = self.queue.pop() {
            if cancel.is_cancelled() {
                return Err(VcsError::Cancelled);
            }
            if self.found.len() >= self.most {
                break;
            }
            self.look(node)?;
        }
        Ok(())
    }

    fn look(&mut self, node: usize) -> Result<(), VcsError> {
        let commit = self.repository.find_commit(self.nodes[node].commit)?;
        let (path, file) = (Rc::clone(&self.nodes[node].path), self.nodes[node].file);
        let mut parents = Vec::new();
        for parent in commit.parents() {
            // The commit whose tree is the same has the same file: its tree is not even read.
            let there =
                if parent.tree_id() == commit.tree_id() { file } else { self.trees.file(parent.tree_id(), &path)? };
            if there == file {
                let same = self.add(&parent, path)?;
                self.nodes[node].parents = vec![same];
                return Ok(());
            }
            parents.push((parent, there));
        }
        if let Some(file) = file {
            self.nodes[node].place = Some(self.found.len());
            self.found.push((node, file));
            for (parent, there) in parents {
                let former = if there.is_none() { self.former(node, &parent, file)? } else { None };
                let before = self.add(&parent, former.unwrap_or_else(|| Rc::clone(&path)))?;
                self.nodes[node].parents.push(before);
            }
        } else {
            for (parent, _) in parents {
                let before = self.add(&parent, Rc::clone(&path))?;
                self.nodes[node].parents.push(before);
            }
        }
        Ok(())
    }

    /// The name that a file had in a parent that does not have it under its own.
    fn former(&self, node: usize, parent: &git2::Commit<'_>, file: git2::Oid) -> Result<Option<Rc<Path>>, VcsError> {
        let removed = similarity::removed(self.repository, parent.tree_id(), self.nodes[node].tree)?;
        let source = similarity::source(self.repository, &removed, &self.nodes[node].path, file);
        Ok(source.map(|path| Rc::from(path.as_path())))
    }

    fn revisions(&self) -> Result<Vec<Revision>, VcsError> {
        self.found.iter().map(|&(node, file)| self.revision(node, file)).collect()
    }

    fn revision(&self, node: usize, file: git2::Oid) -> Result<Revision, VcsError> {
        let node = &self.nodes[node];
        let commit = self.repository.find_commit(node.commit)?;
        let mut before: Vec<usize> = node.parents.iter().flat_map(|&parent| self.nearest(parent)).collect();
        before.sort_unstable();
        before.dedup();
        Ok(Revision {
            commit: CommitId::of(node.commit),
            path: node.path.to_path_buf(),
            blob: BlobId::of(file),
            author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
            committed_at: time_of(&commit),
            message: String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned(),
            before,
        })
    }

    /// The first revisions at or behind a node.
    fn nearest(&self, node: usize) -> Vec<usize> {
        let mut places = Vec::new();
        let mut open = vec![node];
        let mut seen = std::collections::HashSet::new();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            match self.nodes[node].place {
                Some(place) => places.push(place),
                None => open.extend(&self.nodes[node].parents),
            }
        }
        places
    }
}

/// When a commit was made.
pub(super) fn time_of(commit: &git2::Commit<'_>) -> Timestamp {
    Timestamp::from_nanos(commit.time().seconds().saturating_mul(1_000_000_000))
}
