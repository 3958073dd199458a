use super::*;
use rstest::rstest;

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
    assert!(lab.history("prompts/a.prompt").is_empty());
    assert!(lab.repository.resolve("HEAD").is_err());
    let made = lab.repository.commit_file(Path::new("prompts/a.prompt"), "First\n\n# not a comment").unwrap();
    assert_eq!(lab.state("prompts/a.prompt"), FileState::Clean);
    let history = lab.history("prompts/a.prompt");
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
    let history = lab.history("prompts/new.prompt");
    let seen: Vec<(&str, &str)> = history.iter().map(|r| (r.summary(), r.path.to_str().unwrap())).collect();
    assert_eq!(
        seen,
        [("Second", "prompts/new.prompt"), ("Rename", "prompts/new.prompt"), ("First", "prompts/old name.prompt")]
    );
    let limited = lab.repository.history(Path::new("prompts/new.prompt"), 1, &Cancel::new()).unwrap();
    assert_eq!(limited.revisions.len(), 1);
    let old = lab
        .repository
        .read_at(&[Path::new("prompts/new.prompt"), Path::new("prompts/old name.prompt")], first.short())
        .unwrap();
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
    assert_eq!(lab.history("a").len(), 2);
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
    assert_eq!(history(&other, file.to_str().unwrap()).len(), 2);
    assert_eq!(lab.history("deep/er/prompts/a.prompt").len(), 1);
}

#[test]
fn hidden_variables_do_not_reach_hooks() {
    let lab = lab(With::Program);
    lab.commit("a", "one", "First");
    let repository = lab.repository.clone().hiding(["PATH".to_owned()]);
    // Without PATH the shell still finds its own commands; git itself was found before.
    assert_eq!(history(&repository, "a").len(), 1);
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn an_old_content_becomes_the_working_file_only(#[case] with: With) {
    let lab = lab(with);
    lab.commit("p/a", "one", "First");
    lab.commit("p/a", "two", "Second");
    let contents: Vec<BlobId> = lab.history("p/a").iter().map(|revision| revision.blob).collect();
    lab.write("p/a", "not committed");
    let before = lab.repository.write_content(Path::new("p/a"), contents[1]).unwrap();
    assert_eq!(before.unwrap(), b"not committed");
    assert_eq!(fs::read_to_string(lab.dir.path().join("p/a")).unwrap(), "one");
    assert_eq!(lab.state("p/a"), FileState::Modified);
    fs::remove_file(lab.dir.path().join("p/a")).unwrap();
    assert_eq!(lab.state("p/a"), FileState::Deleted);
    assert_eq!(lab.repository.write_content(Path::new("p/a"), contents[0]).unwrap(), None);
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
    let names: Vec<(ReferenceKind, String)> =
        lab.repository.references().unwrap().into_iter().map(|found| (found.kind, found.name)).collect();
    let tag = |name: &str| (ReferenceKind::Tag, name.to_owned());
    assert_eq!(names[..2], [tag("answer/v1"), tag("answer/v2")]);
    assert!(names[2..].iter().all(|(kind, _)| *kind == ReferenceKind::Branch) && names.len() == 4);
    assert!(matches!(lab.repository.read_at(&[Path::new("b")], "side"), Err(VcsError::NotThere { .. })));
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
