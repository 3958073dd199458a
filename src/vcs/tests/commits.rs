//! Commits, compared with what the `git` command does in a copy of the same repository.

use super::*;
use rstest::rstest;

/// A repository and its copy, for two ways to do the same.
struct Twins {
    ours: Lab,
    theirs: TempDir,
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Twins {
    fn of(ours: Lab) -> Self {
        let theirs = tempfile::tempdir().unwrap();
        copy(ours.dir.path(), theirs.path());
        Self { ours, theirs }
    }

    /// What a commit left behind: the commit but for its time, the index, and the working tree's state.
    fn left(dir: &Path) -> [String; 4] {
        [
            git(dir, &["log", "-1", "--format=%T %an %ae %cn %ce%n%B", "HEAD"]),
            git(dir, &["rev-list", "--parents", "-1", "--skip=1", "HEAD"]),
            git(dir, &["ls-files", "--stage"]),
            git(dir, &["status", "--porcelain=v2", "--branch"]).lines().skip(1).collect::<Vec<_>>().join("\n"),
        ]
    }

    /// Commits with us and with git; both must leave the same behind.
    #[track_caller]
    fn commit(&self, paths: &[&str], message: &str) {
        let ours: Vec<&Path> = paths.iter().map(Path::new).collect();
        self.ours.repository.commit_files(&ours, message).unwrap();
        let mut arguments = vec!["commit", "-q", "--only", "-m", message, "--"];
        arguments.extend(paths);
        git(self.theirs.path(), &arguments);
        assert_eq!(Self::left(self.ours.dir.path()), Self::left(self.theirs.path()));
    }
}

/// Two commits, and beside them something staged, something changed and something new.
fn busy(with: With) -> Lab {
    let lab = lab(with);
    lab.commit("prompts/a.prompt", "one\n", "First");
    lab.commit("prompts/b.prompt", "b\n", "Second");
    lab.commit("other", "x\n", "Other");
    lab.write("staged", "new\n");
    lab.write("other", "staged change\n");
    lab.git(&["add", "staged", "other"]);
    lab.write("other", "and one more\n");
    lab.write("loose", "unknown\n");
    lab
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_change_is_committed_as_git_does(#[case] with: With) {
    let lab = busy(with);
    lab.write("prompts/a.prompt", "two\n");
    Twins::of(lab).commit(&["prompts/a.prompt"], "Change a\n\nWhy.\n\nReviewed-by: Somebody <s@localhost>");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_file_that_is_partly_staged_is_committed_as_it_is_on_disk(#[case] with: With) {
    let lab = busy(with);
    lab.write("prompts/a.prompt", "staged\n");
    lab.git(&["add", "prompts/a.prompt"]);
    lab.write("prompts/a.prompt", "on disk\n");
    Twins::of(lab).commit(&["prompts/a.prompt"], "Change a");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_deletion_is_committed_as_git_does(#[case] with: With) {
    let lab = busy(with);
    fs::remove_file(lab.dir.path().join("prompts/a.prompt")).unwrap();
    Twins::of(lab).commit(&["prompts/a.prompt"], "Delete a");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_new_file_is_committed_as_git_does_once_it_is_told_of_it(#[case] with: With) {
    let lab = busy(with);
    lab.write("prompts/new.prompt", "new\n");
    let twins = Twins::of(lab);
    git(twins.theirs.path(), &["add", "--intent-to-add", "prompts/new.prompt"]);
    twins.commit(&["prompts/new.prompt"], "Add new");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_rename_is_one_commit_of_both_names(#[case] with: With) {
    let lab = busy(with);
    fs::rename(lab.dir.path().join("prompts/a.prompt"), lab.dir.path().join("prompts/z.prompt")).unwrap();
    let twins = Twins::of(lab);
    git(twins.theirs.path(), &["add", "--intent-to-add", "prompts/z.prompt"]);
    twins.commit(&["prompts/a.prompt", "prompts/z.prompt"], "Rename a to z");
    let shown = twins.ours.git(&["show", "--format=", "--name-status", "-M", "HEAD"]);
    assert_eq!(shown, "R100\tprompts/a.prompt\tprompts/z.prompt");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_executable_stays_so() {
    use std::os::unix::fs::PermissionsExt;
    for with in [With::Program, With::Library] {
        let lab = busy(with);
        let file = lab.dir.path().join("prompts/a.prompt");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let twins = Twins::of(lab);
        twins.commit(&["prompts/a.prompt"], "Make it executable");
        assert!(twins.ours.git(&["ls-tree", "HEAD", "prompts/"]).contains("100755"));
    }
}

#[cfg(unix)]
const HOOKS: [&str; 4] = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"];

/// Hooks that log what they are called with; one rewrites the message.
#[cfg(unix)]
fn with_hooks(lab: &Lab, folder: &str) {
    for name in HOOKS {
        let log = format!("echo \"{name} $# $2 $(git diff --cached --name-only | tr '\\n' ' ')\" >> hooks.log");
        let change = if name == "commit-msg" { "\necho 'Checked-by: hook' >> \"$1\"" } else { "" };
        lab.script(&format!("{folder}/{name}"), &format!("{log}{change}"));
    }
}

#[cfg(unix)]
#[rstest]
#[case(".git/hooks")]
#[case("my hooks")]
fn the_same_hooks_run_with_the_same_arguments(#[case] folder: &str) {
    let lab = busy(With::Program);
    if folder != ".git/hooks" {
        lab.git(&["config", "core.hooksPath", folder]);
    }
    with_hooks(&lab, folder);
    lab.write("prompts/a.prompt", "two\n");
    let twins = Twins::of(lab);
    twins.commit(&["prompts/a.prompt"], "Change a");
    let log = |dir: &Path| fs::read_to_string(dir.join("hooks.log")).unwrap();
    assert_eq!(log(twins.ours.dir.path()), log(twins.theirs.path()));
    let ran: Vec<String> =
        log(twins.ours.dir.path()).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(ran, HOOKS);
    assert!(twins.ours.git(&["log", "-1", "--format=%B"]).contains("Checked-by: hook"));
}

#[test]
fn a_signature_that_fails_gives_what_git_says_and_commits_nothing() {
    let lab = busy(With::Program);
    lab.git(&["config", "commit.gpgSign", "true"]);
    lab.git(&["config", "gpg.program", "/nonexistent/gpg"]);
    let head = lab.repository.resolve("HEAD").unwrap();
    lab.write("prompts/a.prompt", "two\n");
    let status = lab.git(&["status", "--porcelain"]);
    let error = lab.repository.commit_file(Path::new("prompts/a.prompt"), "x").unwrap_err().to_string();
    assert!(error.contains("git commit failed") && error.contains("gpg"), "{error}");
    assert_eq!(lab.repository.resolve("HEAD").unwrap(), head);
    assert_eq!(lab.git(&["status", "--porcelain"]), status);
}

#[test]
fn without_an_identity_it_is_said_how_to_set_one() {
    for with in [With::Program, With::Library] {
        let lab = lab(with);
        lab.git(&["config", "--unset", "user.name"]);
        lab.git(&["config", "--unset", "user.email"]);
        lab.git(&["config", "user.useConfigOnly", "true"]);
        lab.write("a", "x");
        // A machine where the user's own settings name somebody has nothing to test here.
        if try_git(lab.dir.path(), &["var", "GIT_AUTHOR_IDENT"]).0 {
            continue;
        }
        let error = lab.repository.commit_file(Path::new("a"), "x").unwrap_err();
        assert!(matches!(error, VcsError::NoIdentity), "{error}");
        assert_eq!(lab.git(&["status", "--porcelain"]), "?? a");
    }
}

#[test]
fn a_label_moves_and_says_where_it_was() {
    use crate::domain::label::LabelKind;
    for with in [With::Program, With::Library] {
        let lab = lab(with);
        let first = lab.commit("a", "1", "First");
        let second = lab.commit("a", "2", "Second");
        for kind in LabelKind::ALL {
            let name = format!("answer/{}", kind.as_str());
            let put = |commit: &CommitId| lab.repository.put_label(kind, &name, commit, "why\n");
            assert_eq!(put(&first).unwrap(), None);
            assert_eq!(put(&second).unwrap(), Some(first.clone()));
            assert_eq!(lab.repository.resolve(&name).unwrap(), second);
        }
        assert_eq!(lab.git(&["cat-file", "-t", "refs/tags/answer/tag"]), "tag");
        for bad in ["a..b", "-d", "a b", "x.lock", ""] {
            let put = lab.repository.put_label(LabelKind::Tag, bad, &first, "why\n");
            assert!(matches!(put, Err(VcsError::NoName(_))), "{bad}");
        }
        lab.git(&["checkout", "-qb", "answer/out"]);
        let refused = lab.repository.put_label(LabelKind::Branch, "answer/out", &first, "why\n");
        assert!(refused.is_err(), "a branch that is checked out does not move under the working tree");
    }
}
#[cfg(unix)]
#[test]
fn hooks_run_and_a_refusal_leaves_everything_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let lab = lab(With::Program);
    lab.commit("a", "one", "First");
    let hook = lab.dir.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho \"no: $(git diff --cached --name-only)\" >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    lab.write("[b]*.txt", "new");
    let error = lab.repository.commit_file(Path::new("[b]*.txt"), "x").unwrap_err().to_string();
    assert!(error.contains("no: [b]*.txt"), "{error}");
    assert_eq!(lab.git(&["status", "--porcelain"]), "?? [b]*.txt");
}
