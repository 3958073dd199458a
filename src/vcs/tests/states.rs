//! The states a repository can be in: each made here, for real.

use super::*;
use rstest::rstest;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// Makes directories refuse changes until it is dropped.
struct Sealed(PathBuf);

impl Sealed {
    /// `None` where this user can write everywhere and the file system knows no immutable files.
    fn of(dir: &Path) -> Option<Self> {
        let sealed = Self(dir.to_owned());
        sealed.set("a-w", "+i");
        if fs::write(dir.join(".git/probe"), "").is_err() {
            return Some(sealed);
        }
        fs::remove_file(dir.join(".git/probe")).unwrap();
        eprintln!("skipped: nothing here makes a directory read-only for this user");
        None
    }

    fn set(&self, mode: &str, attribute: &str) {
        let folders = || {
            let found = Command::new("find").arg(&self.0).args(["-type", "d"]).output().unwrap().stdout;
            String::from_utf8(found).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let run = |program: &str, argument: &str| {
            let _ = Command::new(program).arg(argument).args(folders()).output();
        };
        // Read-only for everybody but root; immutable for root too, where the file system can.
        if attribute == "-i" {
            run("chattr", attribute);
            run("chmod", mode);
        } else {
            run("chmod", mode);
            run("chattr", attribute);
        }
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.set("u+w", "-i");
    }
}

#[cfg(unix)]
#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_read_only_checkout_is_read_and_says_that_it_cannot_be_written(#[case] with: With) {
    let lab = lab(with);
    let first = lab.commit("a", "one", "First");
    lab.write("a", "two");
    let Some(sealed) = Sealed::of(lab.dir.path()) else { return };
    let state = lab.repository.state(Path::new("a"));
    let history = lab.repository.history(Path::new("a"), 9, &Cancel::new());
    let commit = lab.repository.commit_file(Path::new("a"), "Second");
    let write = lab.repository.write_file(Path::new("a"), b"three");
    let label = lab.repository.put_label(crate::domain::label::LabelKind::Tag, "a/v1", &first, "why");
    drop(sealed);
    assert_eq!(state.unwrap(), FileState::Modified);
    assert_eq!(history.unwrap().revisions.len(), 1);
    let error = commit.unwrap_err().to_string();
    assert!(error.contains("cannot be written") && error.contains("clone"), "{error}");
    assert!(write.is_err() && label.is_err());
    assert_eq!(fs::read_to_string(lab.dir.path().join("a")).unwrap(), "two");
    assert_eq!(lab.git(&["status", "--porcelain"]), "M a");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn an_index_that_another_git_holds_is_waited_for(#[case] with: With) {
    let lab = lab(with);
    lab.commit("a", "one", "First");
    lab.write("a", "two");
    let lock = lab.dir.path().join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let error = lab.repository.commit_file(Path::new("a"), "Second").unwrap_err().to_string();
    assert!(error.contains("index.lock") && error.contains("another git"), "{error}");
    assert!(lock.exists(), "the lock of another is left alone");
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(150));
        fs::remove_file(lock).unwrap();
    });
    lab.repository.commit_file(Path::new("a"), "Second").unwrap();
    other.join().unwrap();
    assert_eq!(lab.history("a").len(), 2);
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_submodule_is_a_repository_of_its_own(#[case] with: With) {
    let inner = lab(with);
    inner.commit("prompts/a.prompt", "one", "First");
    let outer = lab(with);
    outer.commit("x", "x", "Outer");
    let from = inner.dir.path().to_str().unwrap();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", from, "shared"]);
    outer.git(&["commit", "-qm", "Add the submodule"]);
    let mut found = Repository::discover(&outer.dir.path().join("shared/prompts")).unwrap().unwrap();
    if with == With::Library {
        found = found.without_git_program();
    }
    assert_eq!(found.root(), outer.dir.path().join("shared").canonicalize().unwrap());
    identify(found.root());
    let file = found.root().join("prompts/a.prompt");
    fs::write(&file, "two").unwrap();
    assert_eq!(found.state(&file).unwrap(), FileState::Modified);
    found.commit_file(&file, "Second").unwrap();
    assert_eq!(history(&found, file.to_str().unwrap()).len(), 2);
    assert_eq!(outer.git(&["status", "--porcelain"]), "M shared");
    assert_eq!(outer.history("shared").len(), 0, "the submodule itself is no file");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn line_endings_of_the_checkout_are_no_change(#[case] with: With) {
    let lab = lab(with);
    lab.commit(".gitattributes", "*.prompt text eol=crlf\nraw.txt -text\n", "Attributes");
    let first = lab.commit("a.prompt", "one\r\ntwo\r\n", "First");
    assert_eq!(lab.git(&["cat-file", "blob", "HEAD:a.prompt"]), "one\ntwo", "git keeps LF");
    assert_eq!(lab.state("a.prompt"), FileState::Clean);
    let path = Path::new("a.prompt");
    assert_eq!(lab.repository.line_endings(path).unwrap(), LineEndings::CrLf);
    assert_eq!(lab.repository.line_endings(Path::new("raw.txt")).unwrap(), LineEndings::AsTheyAre);
    lab.commit("a.prompt", "one\r\nthree\r\n", "Second");
    let old = lab.repository.read_at(&[path], first.as_str()).unwrap();
    assert_eq!(old.bytes, b"one\ntwo\n");
    lab.repository.write_content(path, old.blob).unwrap();
    let written = fs::read(lab.dir.path().join("a.prompt")).unwrap();
    assert_eq!(written, b"one\r\ntwo\r\n");
    lab.git(&["checkout", "-q", first.as_str(), "--", "a.prompt"]);
    assert_eq!(fs::read(lab.dir.path().join("a.prompt")).unwrap(), written, "as a checkout writes it");
    assert_eq!(LineEndings::CrLf.stored("one\r\n".into()), "one\n");
}

#[test]
fn settings_for_line_endings_count_where_no_attribute_does() {
    let lab = lab(With::Library);
    lab.write(".gitattributes", "* text=auto\n");
    let of = |lab: &Lab| lab.repository.line_endings(Path::new("a")).unwrap();
    assert_eq!(of(&lab), if cfg!(windows) { LineEndings::CrLf } else { LineEndings::Lf });
    lab.git(&["config", "core.autocrlf", "true"]);
    assert_eq!(of(&lab), LineEndings::CrLf);
    lab.git(&["config", "core.autocrlf", "false"]);
    lab.write(".gitattributes", "");
    assert_eq!(of(&lab), LineEndings::AsTheyAre);
}

#[test]
fn a_shallow_clone_has_what_it_has_and_says_so() {
    let lab = lab(With::Program);
    for number in 0..4 {
        lab.commit("a", &number.to_string(), &format!("Commit {number}"));
    }
    let place = tempfile::tempdir().unwrap();
    let url = format!("file://{}", lab.dir.path().display());
    git(place.path(), &["clone", "-q", "--depth", "2", &url, "shallow"]);
    let shallow = Repository::discover(&place.path().join("shallow")).unwrap().unwrap();
    for repository in [shallow.clone(), shallow.without_git_program()] {
        let history = repository.history(Path::new("a"), 9, &Cancel::new()).unwrap();
        assert!(history.shallow);
        assert_eq!(history.revisions.len(), 2);
        let everywhere = repository.appearances(repository.root(), &Cancel::new()).unwrap();
        assert_eq!(everywhere.len(), 2);
    }
}

#[test]
fn object_names_of_another_length_are_said_to_be_so() {
    let dir = tempfile::tempdir().unwrap();
    // A git that is too old to make one has nothing to test here.
    if !try_git(dir.path(), &["init", "-q", "--object-format=sha256"]).0 {
        return;
    }
    let error = Repository::discover(dir.path()).unwrap_err();
    assert!(matches!(error, VcsError::OtherFormat(_)), "{error:?}");
    assert!(error.to_string().contains("SHA-256"), "{error}");
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn unusual_file_names_are_only_names(#[case] with: With) {
    let lab = lab(with);
    for name in
        ["[a]*?.prompt", "with space.prompt", "ü 漢 🦀.prompt", ":(top)x", "-n", "\"quoted\" 'name'", "tab\there"]
    {
        lab.commit(name, "one", "First");
        lab.commit(name, "two", "Second");
        assert_eq!(lab.state(name), FileState::Clean, "{name}");
        let summaries = lab.summaries(name);
        assert_eq!(summaries.len(), 2, "{name}");
        assert!(summaries.iter().all(|(_, path)| path == name));
        let shown = lab.git(&["show", "--format=", "--name-only", "-z", "HEAD"]);
        assert_eq!(shown, format!("{name}\0"));
    }
}

#[rstest]
#[case(With::Program)]
#[case(With::Library)]
fn a_commit_on_no_branch_says_so(#[case] with: With) {
    let lab = lab(with);
    lab.write("a", "one");
    let on = lab.repository.commit_file(Path::new("a"), "First").unwrap();
    assert!(on.branch.is_some());
    lab.git(&["checkout", "-q", "--detach"]);
    lab.write("a", "two");
    assert_eq!(lab.repository.commit_file(Path::new("a"), "Second").unwrap().branch, None);
}

#[test]
fn a_rebase_or_cherry_pick_under_way_refuses_commits_and_a_bisection_does_not() {
    let lab = lab(With::Program);
    lab.commit("a", "base\n", "Base");
    lab.git(&["checkout", "-q", "-b", "side"]);
    lab.commit("a", "side\n", "Side");
    lab.git(&["checkout", "-q", "-"]);
    lab.commit("a", "main\n", "Main");
    lab.commit("b", "b\n", "Beside");
    assert!(!try_git(lab.dir.path(), &["cherry-pick", "side"]).0);
    let refused = lab.repository.can_commit().unwrap_err().to_string();
    assert!(refused.contains("cherry-pick is in progress") && refused.contains("abort"), "{refused}");
    lab.git(&["cherry-pick", "--abort"]);
    assert!(!try_git(lab.dir.path(), &["rebase", "side"]).0);
    assert!(lab.repository.can_commit().unwrap_err().to_string().contains("rebase"));
    lab.git(&["rebase", "--abort"]);
    lab.git(&["bisect", "start", "HEAD", "HEAD~2"]);
    assert_eq!(lab.repository.operation().unwrap(), Some(Operation::Bisect));
    lab.repository.can_commit().unwrap();
}

#[test]
fn filters_of_the_user_are_applied_as_in_a_checkout() {
    let lab = lab(With::Program);
    lab.git(&["config", "filter.rot.clean", "tr a-y b-z"]);
    lab.git(&["config", "filter.rot.smudge", "tr b-z a-y"]);
    lab.commit(".gitattributes", "*.rot filter=rot\n", "Attributes");
    lab.commit("x.rot", "abc\n", "First");
    assert_eq!(lab.git(&["cat-file", "blob", "HEAD:x.rot"]), "bcd");
    assert_eq!(lab.state("x.rot"), FileState::Clean);
    let blob = lab.history("x.rot")[0].blob;
    lab.write("x.rot", "changed\n");
    lab.repository.write_content(Path::new("x.rot"), blob).unwrap();
    assert_eq!(fs::read_to_string(lab.dir.path().join("x.rot")).unwrap(), "abc\n");
}
