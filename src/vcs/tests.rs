use super::*;
use rstest::rstest;
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
}

fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").current_dir(dir).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn no_repository_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Repository::discover(dir.path()).unwrap().is_none());
}

#[test]
fn a_bare_repository_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    git2::Repository::init_bare(dir.path()).unwrap();
    assert!(Repository::discover(dir.path()).unwrap_err().to_string().contains("clone it"));
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn before_the_first_commit_there_is_no_history_and_a_commit_works(#[case] with: With) {
    let lab = lab(with);
    assert!(matches!(lab.repository.head().unwrap(), Head::Unborn(_)));
    lab.write("prompts/a.prompt", "one");
    assert_eq!(lab.state("prompts/a.prompt"), FileState::Untracked);
    assert!(lab.repository.history(Path::new("prompts/a.prompt"), 10).unwrap().is_empty());
    assert!(lab.repository.resolve("HEAD").is_err());
    let made = lab.repository.commit_file(Path::new("prompts/a.prompt"), "First\n\n# not a comment").unwrap();
    assert_eq!(lab.state("prompts/a.prompt"), FileState::Clean);
    let history = lab.repository.history(Path::new("prompts/a.prompt"), 10).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].commit, made.commit);
    assert_eq!(history[0].message, "First\n\n# not a comment");
    assert_eq!(history[0].author, "Hindcast Tests");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn exactly_one_file_is_committed_and_the_rest_stays_staged(#[case] with: With) {
    let lab = lab(with);
    lab.commit("prompts/a.prompt", "one", "First");
    lab.write("other.txt", "staged");
    lab.git(&["add", "other.txt"]);
    lab.write("prompts/a.prompt", "two");
    lab.write("prompts/b.prompt", "new");
    assert_eq!(lab.state("prompts/a.prompt"), FileState::Modified);
    assert_eq!(lab.state("other.txt"), FileState::Staged);
    lab.repository.commit_file(Path::new("prompts/a.prompt"), "Second").unwrap();
    lab.repository.commit_file(&lab.dir.path().join("prompts/b.prompt"), "Third").unwrap();
    assert_eq!(lab.git(&["show", "--name-only", "--format=%s", "HEAD"]), "Third\n\nprompts/b.prompt");
    assert_eq!(lab.git(&["show", "--name-only", "--format=%s", "HEAD~1"]), "Second\n\nprompts/a.prompt");
    assert_eq!(lab.git(&["status", "--porcelain"]), "A  other.txt");
    assert_eq!(lab.state("other.txt"), FileState::Staged);
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn nothing_to_commit_and_no_message_are_refused(#[case] with: With) {
    let lab = lab(with);
    lab.commit("a", "one", "First");
    assert!(matches!(lab.repository.commit_file(Path::new("a"), "x"), Err(VcsError::NothingToCommit(_))));
    lab.write("a", "two");
    assert!(matches!(lab.repository.commit_file(Path::new("a"), " \n"), Err(VcsError::NoMessage)));
    assert!(matches!(lab.repository.state(Path::new("/etc/passwd")), Err(VcsError::Outside { .. })));
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn history_follows_a_rename_and_old_content_is_found(#[case] with: With) {
    let lab = lab(with);
    let text = "line one\nline two\nline three\nline four\n";
    let first = lab.commit("prompts/old name.prompt", text, "First");
    lab.commit("unrelated", "x", "Unrelated");
    lab.git(&["mv", "prompts/old name.prompt", "prompts/new.prompt"]);
    lab.git(&["commit", "-qm", "Rename"]);
    lab.commit("prompts/new.prompt", &format!("{text}line five\n"), "Second");
    let history = lab.repository.history(Path::new("prompts/new.prompt"), 10).unwrap();
    let seen: Vec<(&str, &str)> = history.iter().map(|r| (r.summary(), r.path.to_str().unwrap())).collect();
    assert_eq!(
        seen,
        [("Second", "prompts/new.prompt"), ("Rename", "prompts/new.prompt"), ("First", "prompts/old name.prompt")]
    );
    assert_eq!(lab.repository.history(Path::new("prompts/new.prompt"), 1).unwrap().len(), 1);
    let old = lab.repository.read_at(Path::new("prompts/new.prompt"), first.short()).unwrap();
    assert_eq!((old.bytes.as_slice(), old.commit), (text.as_bytes(), first));
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_detached_head_is_told_and_still_commits(#[case] with: With) {
    let lab = lab(with);
    let first = lab.commit("a", "one", "First");
    lab.commit("a", "two", "Second");
    lab.git(&["checkout", "-q", "--detach", first.as_str()]);
    assert_eq!(lab.repository.head().unwrap(), Head::Detached(first.clone()));
    let third = lab.commit("a", "three", "Third");
    assert_eq!(lab.repository.head().unwrap(), Head::Detached(third));
    assert_eq!(lab.repository.history(Path::new("a"), 9).unwrap().len(), 2);
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_merge_in_progress_refuses_the_commit_and_names_the_conflict(#[case] with: With) {
    let lab = lab(with);
    lab.commit("a", "base\n", "Base");
    lab.git(&["checkout", "-q", "-b", "side"]);
    lab.commit("a", "side\n", "Side");
    lab.git(&["checkout", "-q", "-"]);
    lab.commit("a", "main\n", "Main");
    assert!(
        !Command::new("git").current_dir(lab.dir.path()).args(["merge", "side"]).output().unwrap().status.success()
    );
    assert_eq!(lab.repository.operation().unwrap(), Some(Operation::Merge));
    assert_eq!(lab.state("a"), FileState::Conflict);
    let error = lab.repository.commit_file(Path::new("a"), "x").unwrap_err();
    assert!(error.to_string().contains("merge is in progress"), "{error}");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_subdirectory_of_a_bigger_repository_and_a_linked_worktree_work(#[case] with: With) {
    let lab = lab(with);
    lab.commit("deep/er/prompts/a.prompt", "one", "First");
    let found = Repository::discover(&lab.dir.path().join("deep/er")).unwrap().unwrap();
    assert_eq!(found.root(), lab.dir.path().canonicalize().unwrap());
    let place = tempfile::tempdir().unwrap();
    let linked = place.path().join("linked");
    lab.git(&["worktree", "add", "-q", "-b", "linked", linked.to_str().unwrap()]);
    let mut other = Repository::discover(&linked.join("deep")).unwrap().unwrap();
    if with == With::Library {
        other = other.without_git_program();
    }
    assert_eq!(other.head().unwrap(), Head::Branch("linked".into()));
    let file = linked.join("deep/er/prompts/a.prompt");
    fs::write(&file, "two").unwrap();
    other.commit_file(&file, "Second").unwrap();
    assert_eq!(other.history(&file, 9).unwrap().len(), 2);
    assert_eq!(lab.repository.history(Path::new("deep/er/prompts/a.prompt"), 9).unwrap().len(), 1);
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

#[test]
fn hidden_variables_do_not_reach_hooks() {
    let lab = lab(With::Program);
    lab.commit("a", "one", "First");
    let repository = lab.repository.clone().hiding(["PATH".to_owned()]);
    // Without PATH the shell still finds its own commands; git itself was found before.
    assert_eq!(repository.history(Path::new("a"), 9).unwrap().len(), 1);
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn an_old_version_is_restored_as_the_working_file_only(#[case] with: With) {
    let lab = lab(with);
    let first = lab.commit("p/a", "one", "First");
    lab.commit("p/a", "two", "Second");
    lab.write("p/a", "not committed");
    let before = lab.repository.restore(Path::new("p/a"), first.as_str()).unwrap();
    assert_eq!(before.unwrap(), b"not committed");
    assert_eq!(fs::read_to_string(lab.dir.path().join("p/a")).unwrap(), "one");
    assert_eq!(lab.state("p/a"), FileState::Modified);
    fs::remove_file(lab.dir.path().join("p/a")).unwrap();
    assert_eq!(lab.state("p/a"), FileState::Deleted);
    assert_eq!(lab.repository.restore(Path::new("p/a"), "HEAD").unwrap(), None);
    assert_eq!(lab.state("p/a"), FileState::Clean);
}

#[test]
fn tags_branches_and_short_ids_name_a_commit_and_nothing_else_does() {
    let lab = lab(With::Program);
    let first = lab.commit("a", "one", "First");
    lab.git(&["tag", "answer/v1"]);
    lab.git(&["tag", "-a", "-m", "note", "answer/v2"]);
    lab.git(&["branch", "side"]);
    lab.commit("a", "two", "Second");
    for name in ["answer/v1", "answer/v2", "side", first.short()] {
        assert_eq!(lab.repository.resolve(name).unwrap(), first, "{name}");
    }
    for name in ["", "nope", "HEAD@{1}", ":/First", "side..HEAD", "HEAD^{tree}"] {
        assert!(lab.repository.resolve(name).is_err(), "{name}");
    }
    let tags: Vec<String> = lab.repository.tags("answer/").unwrap().into_iter().map(|tag| tag.name).collect();
    assert_eq!(tags, ["answer/v1", "answer/v2"]);
    assert!(matches!(lab.repository.read_at(Path::new("b"), "side"), Err(VcsError::NotThere { .. })));
}

#[test]
fn changes_below_a_directory_are_listed() {
    let lab = lab(With::Program);
    lab.commit("prompts/a", "one", "First");
    lab.write("prompts/a", "two");
    lab.write("prompts/new/b", "x");
    lab.write("elsewhere", "x");
    let changes = lab.repository.changes(&lab.dir.path().join("prompts")).unwrap();
    let seen: Vec<(&str, FileState)> = changes.iter().map(|(path, state)| (path.to_str().unwrap(), *state)).collect();
    assert_eq!(seen, [("prompts/a", FileState::Modified), ("prompts/new/b", FileState::Untracked)]);
}

#[cfg(unix)]
#[test]
fn a_read_only_checkout_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let lab = lab(With::Program);
    lab.commit("a", "one", "First");
    let set = |mode| {
        for dir in [lab.dir.path().to_owned(), lab.dir.path().join(".git")] {
            fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    let state = lab.repository.state(Path::new("a"));
    let history = lab.repository.history(Path::new("a"), 9);
    set(0o755);
    assert_eq!(state.unwrap(), FileState::Clean);
    assert_eq!(history.unwrap().len(), 1);
}
