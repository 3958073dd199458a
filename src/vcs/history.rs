//! The commits that changed a file, through renames.

use std::path::{Path, PathBuf};

use super::command;
use super::error::VcsError;
use super::repository::{CommitId, Repository};
use super::state::path_of;
use crate::domain::time::Timestamp;

/// One commit that changed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The commit.
    pub commit: CommitId,
    /// The file's path in it, from the top of the working tree.
    pub path: PathBuf,
    /// Who wrote it. It came from outside, as everything here.
    pub author: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The whole message without the white space at its end.
    pub message: String,
}

impl Revision {
    /// The message's first line.
    pub fn summary(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

impl Repository {
    /// The commits that changed a file, newest first, at most `most`; empty where nothing was committed yet.
    pub fn history(&self, path: &Path, most: usize) -> Result<Vec<Revision>, VcsError> {
        let relative = self.relative(path)?;
        let repository = self.open()?;
        match repository.head() {
            Ok(_) => {}
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
        let commits = match self.git_program() {
            Some(program) => self.followed(program, &relative, most)?,
            None => walked(&repository, &relative, most)?,
        };
        commits.into_iter().map(|(id, path)| revision(&repository, id, path)).collect()
    }

    /// `git log --follow`: it knows the commit graph and its filters.
    fn followed(&self, program: &Path, path: &Path, most: usize) -> Result<Vec<(git2::Oid, PathBuf)>, VcsError> {
        let mut log = command::git(self, program);
        log.args(["-c", "core.hooksPath=/dev/null", "-c", "diff.renameLimit=400"]);
        log.env("GIT_LITERAL_PATHSPECS", "1");
        log.args(["log", "--follow", "--no-show-signature", "--no-ext-diff", "--no-textconv", "-z", "--name-status"]);
        log.arg("--format=%x01%H");
        if let Ok(most) = u32::try_from(most) {
            log.arg(format!("--max-count={most}"));
        }
        log.arg("--").arg(path);
        let output = command::checked(command::run(log, "log", "")?, "log")?;
        parse_log(&output, path)
    }
}

/// Reads `\x01COMMIT`, then a status letter and one path, or two for a rename; all divided by NUL.
fn parse_log(output: &[u8], path: &Path) -> Result<Vec<(git2::Oid, PathBuf)>, VcsError> {
    let mut commits = Vec::new();
    let mut current = path.to_owned();
    let mut fields = output.split(|byte| *byte == 0).map(<[u8]>::trim_ascii_start);
    while let Some(field) = fields.next() {
        if let Some(id) = field.strip_prefix(b"\x01") {
            let id = String::from_utf8_lossy(id);
            commits.push((git2::Oid::from_str(id.trim())?, current.clone()));
            continue;
        }
        match field.first() {
            Some(b'R' | b'C') => {
                let from = fields.next().map(path_of);
                let to = fields.next().map(path_of);
                if let (Some(last), Some(to)) = (commits.last_mut(), to) {
                    last.1 = to;
                }
                if let Some(from) = from {
                    current = from;
                }
            }
            Some(_) => {
                let _ = fields.next();
            }
            None => {}
        }
    }
    Ok(commits)
}

/// The same with the library alone, for machines without git.
fn walked(repository: &git2::Repository, path: &Path, most: usize) -> Result<Vec<(git2::Oid, PathBuf)>, VcsError> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
    walk.push_head()?;
    let mut commits = Vec::new();
    let mut current = path.to_owned();
    for id in walk {
        if commits.len() >= most {
            break;
        }
        let id = id?;
        let commit = repository.find_commit(id)?;
        let tree = commit.tree()?;
        let Some(here) = entry(&tree, &current)? else {
            continue;
        };
        // Like git, a merge that takes one side as it is changed nothing.
        let mut changed = true;
        let mut first_tree = None;
        for parent in commit.parents() {
            let parent_tree = parent.tree()?;
            if entry(&parent_tree, &current)? == Some(here) {
                changed = false;
            }
            first_tree.get_or_insert(parent_tree);
        }
        if !changed {
            continue;
        }
        commits.push((id, current.clone()));
        if let Some(parent) = first_tree
            && entry(&parent, &current)?.is_none()
            && let Some(former) = former_name(repository, &parent, &tree, &current)?
        {
            current = former;
        }
    }
    Ok(commits)
}

fn entry(tree: &git2::Tree<'_>, path: &Path) -> Result<Option<git2::Oid>, VcsError> {
    match tree.get_path(path) {
        Ok(entry) => Ok(Some(entry.id())),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The name a file had before a commit that seems to have added it.
fn former_name(
    repository: &git2::Repository,
    before: &git2::Tree<'_>,
    after: &git2::Tree<'_>,
    path: &Path,
) -> Result<Option<PathBuf>, VcsError> {
    let mut diff = repository.diff_tree_to_tree(Some(before), Some(after), None)?;
    diff.find_similar(Some(git2::DiffFindOptions::new().renames(true).rename_limit(400)))?;
    let renamed = diff
        .deltas()
        .find(|delta| delta.status() == git2::Delta::Renamed && delta.new_file().path() == Some(path))
        .and_then(|delta| delta.old_file().path().map(Path::to_owned));
    Ok(renamed)
}

fn revision(repository: &git2::Repository, id: git2::Oid, path: PathBuf) -> Result<Revision, VcsError> {
    let commit = repository.find_commit(id)?;
    Ok(Revision {
        commit: CommitId::of(id),
        path,
        author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
        committed_at: Timestamp::from_nanos(commit.time().seconds().saturating_mul(1_000_000_000)),
        message: String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned(),
    })
}
