//! Git on real repositories, with the `git` program and with the library alone.

mod basics;
mod commits;
mod histories;
mod states;

use super::*;
use crate::domain::cancel::Cancel;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// With the `git` program, or with the library alone.
#[derive(Clone, Copy, PartialEq)]
enum With {
    Program,
    Library,
}

struct Lab {
    dir: TempDir,
    repository: Repository,
}

fn identify(root: &Path) {
    let repository = git2::Repository::open(root).unwrap();
    let mut config = repository.config().unwrap().open_level(git2::ConfigLevel::Local).unwrap();
    for (key, value) in
        [("user.name", "Hindcast Tests"), ("user.email", "tests@localhost"), ("commit.gpgSign", "false")]
    {
        config.set_str(key, value).unwrap();
    }
}

fn lab(with: With) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    let repository = Repository::init(dir.path()).unwrap();
    identify(dir.path());
    let repository = match with {
        With::Program => repository,
        With::Library => repository.without_git_program(),
    };
    Lab { dir, repository }
}

impl Lab {
    fn write(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, path: &str, text: &str, message: &str) -> CommitId {
        self.write(path, text);
        self.repository.commit_file(Path::new(path), message).unwrap().commit
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.dir.path(), arguments)
    }

    fn state(&self, path: &str) -> FileState {
        self.repository.state(Path::new(path)).unwrap()
    }

    fn history(&self, path: &str) -> Vec<Revision> {
        history(&self.repository, path)
    }

    /// Summary and path of each revision, newest first.
    fn summaries(&self, path: &str) -> Vec<(String, String)> {
        let pair = |revision: &Revision| (revision.summary().to_owned(), revision.path.to_str().unwrap().to_owned());
        self.history(path).iter().map(pair).collect()
    }

    #[cfg(unix)]
    fn script(&self, path: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.dir.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").current_dir(dir).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn history(repository: &Repository, path: &str) -> Vec<Revision> {
    repository.history(Path::new(path), 100, &Cancel::new()).unwrap().revisions
}

/// Runs git where it may fail; returns whether it did not, and what it said.
fn try_git(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("git").current_dir(dir).args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}
