//! Reads trees by their raw bytes: a history of ten thousand commits asks for one entry of each, and parsing whole trees
//! takes most of the time otherwise.

use std::collections::HashMap;
use std::path::{Component, Path};

use super::error::VcsError;

/// What a tree holds under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: git2::Oid,
    pub(super) kind: EntryKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    Directory,
    File,
    /// A link or a submodule: no text of this repository.
    Other,
}

/// What becomes of what was found at the top of trees: tops differ in almost every commit, so that only who asks for several
/// paths meets one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tops {
    Keep,
    Pass,
}

/// One repository's trees, with what was found in them.
pub(super) struct Trees<'r> {
    odb: git2::Odb<'r>,
    tops: Tops,
    known: HashMap<git2::Oid, HashMap<Box<[u8]>, Option<Entry>>>,
}

impl<'r> Trees<'r> {
    pub(super) fn new(repository: &'r git2::Repository, tops: Tops) -> Result<Self, VcsError> {
        Ok(Self { odb: repository.odb()?, tops, known: HashMap::new() })
    }

    /// What lies at a path below a tree; the tree itself for an empty path.
    pub(super) fn find(&mut self, tree: git2::Oid, path: &Path) -> Result<Option<Entry>, VcsError> {
        let mut here = Entry { id: tree, kind: EntryKind::Directory };
        for (depth, component) in path.components().enumerate() {
            let Component::Normal(name) = component else { return Ok(None) };
            if here.kind != EntryKind::Directory {
                return Ok(None);
            }
            let name = name.as_encoded_bytes();
            // Directories below the top are the same in most commits.
            let keep = depth > 0 || self.tops == Tops::Keep;
            let found = if keep { self.known(here.id, name)? } else { self.entry(here.id, name)? };
            match found {
                Some(entry) => here = entry,
                None => return Ok(None),
            }
        }
        Ok(Some(here))
    }

    /// The file at a path below a tree.
    pub(super) fn file(&mut self, tree: git2::Oid, path: &Path) -> Result<Option<git2::Oid>, VcsError> {
        Ok(self.find(tree, path)?.filter(|entry| entry.kind == EntryKind::File).map(|entry| entry.id))
    }

    /// The directory at a path below a tree.
    pub(super) fn directory(&mut self, tree: git2::Oid, path: &Path) -> Result<Option<git2::Oid>, VcsError> {
        Ok(self.find(tree, path)?.filter(|entry| entry.kind == EntryKind::Directory).map(|entry| entry.id))
    }

    fn known(&mut self, tree: git2::Oid, name: &[u8]) -> Result<Option<Entry>, VcsError> {
        if let Some(found) = self.known.get(&tree).and_then(|names| names.get(name)) {
            return Ok(*found);
        }
        let found = self.entry(tree, name)?;
        self.known.entry(tree).or_default().insert(name.into(), found);
        Ok(found)
    }

    fn entry(&self, tree: git2::Oid, name: &[u8]) -> Result<Option<Entry>, VcsError> {
        let object = self.odb.read(tree)?;
        Ok(scan(object.data(), name))
    }
}

/// Finds a name in a tree's bytes: `MODE NAME\0ID`, one after another.
fn scan(mut rest: &[u8], wanted: &[u8]) -> Option<Entry> {
    while !rest.is_empty() {
        let space = memchr::memchr(b' ', rest)?;
        let end = space + 1 + memchr::memchr(0, rest.get(space + 1..)?)?;
        let id = rest.get(end + 1..end + 21)?;
        if rest.get(space + 1..end)? == wanted {
            let kind = match rest.get(..space)? {
                b"40000" => EntryKind::Directory,
                b"100644" | b"100755" | b"100664" => EntryKind::File,
                _ => EntryKind::Other,
            };
            return git2::Oid::from_bytes(id).ok().map(|id| Entry { id, kind });
        }
        rest = rest.get(end + 21..)?;
    }
    None
}
