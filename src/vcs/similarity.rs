//! Which file of the commit before a new file was: git tells renames by content only.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::error::VcsError;
use super::state::path_of;

/// Share of the larger file that both must have, in percent; git's own.
const LEAST_PERCENT: u64 = 50;
/// Largest file that is compared by content, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// Most removed files that are compared by content.
const MOST_CANDIDATES: usize = 1_000;

/// A file that a commit removed.
#[derive(Clone, Debug)]
pub(super) struct Removed {
    pub(super) path: PathBuf,
    pub(super) blob: git2::Oid,
}

/// The files that are in one tree and not in another.
pub(super) fn removed(
    repository: &git2::Repository,
    before: git2::Oid,
    after: git2::Oid,
) -> Result<Vec<Removed>, VcsError> {
    let (before, after) = (repository.find_tree(before)?, repository.find_tree(after)?);
    let diff = repository.diff_tree_to_tree(Some(&before), Some(&after), None)?;
    let removed = diff.deltas().filter(|delta| delta.status() == git2::Delta::Deleted).filter_map(|delta| {
        let file = delta.old_file();
        Some(Removed { path: path_of(file.path_bytes()?), blob: file.id() })
    });
    Ok(removed.collect())
}

/// The removed file that a new one is most like: the same content first, then at least half of it.
///
/// Of equals it is the one of the same name, then of the same ending, then the first by name.
pub(super) fn source(
    repository: &git2::Repository,
    removed: &[Removed],
    path: &Path,
    blob: git2::Oid,
) -> Option<PathBuf> {
    let nearness = |candidate: &Removed| {
        (candidate.path.file_name() == path.file_name(), candidate.path.extension() == path.extension())
    };
    let best = |candidates: Vec<(u64, &Removed)>| {
        candidates
            .into_iter()
            .max_by(|(a, one), (b, other)| {
                a.cmp(b).then(nearness(one).cmp(&nearness(other))).then(other.path.cmp(&one.path))
            })
            .map(|(_, found)| found.path.clone())
    };
    let same: Vec<(u64, &Removed)> =
        removed.iter().filter(|candidate| candidate.blob == blob).map(|candidate| (100, candidate)).collect();
    if !same.is_empty() {
        return best(same);
    }
    let new = repository.find_blob(blob).ok().filter(|blob| blob.size() <= MOST_BYTES)?;
    let chunks = chunks(new.content());
    let alike = removed.iter().take(MOST_CANDIDATES).filter_map(|candidate| {
        let old = repository.find_blob(candidate.blob).ok().filter(|blob| blob.size() <= MOST_BYTES)?;
        let percent = percent(&chunks, new.size(), old.content());
        (percent >= LEAST_PERCENT).then_some((percent, candidate))
    });
    best(alike.collect())
}

/// Lines, or pieces of 64 bytes of a longer one, with the bytes they take; as git counts.
fn chunks(content: &[u8]) -> HashMap<&[u8], u64> {
    let mut chunks: HashMap<&[u8], u64> = HashMap::new();
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        for chunk in line.chunks(64) {
            *chunks.entry(chunk).or_default() += chunk.len() as u64;
        }
    }
    chunks
}

fn percent(new: &HashMap<&[u8], u64>, new_size: usize, old: &[u8]) -> u64 {
    let (small, large) = (new_size.min(old.len()) as u64, new_size.max(old.len()) as u64);
    if large == 0 || small * 100 < large * LEAST_PERCENT {
        return 0;
    }
    let shared: u64 = chunks(old).iter().map(|(chunk, bytes)| new.get(chunk).copied().unwrap_or(0).min(*bytes)).sum();
    shared * 100 / large
}
