//! Histories through renames, merges and branches.

use super::*;
use std::collections::BTreeSet;

const LINES: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

/// The commits that git itself lists for a file, oldest last.
fn by_git(lab: &Lab, path: &str) -> Vec<String> {
    lab.git(&["log", "--follow", "--format=%s", "--", path]).lines().map(str::to_owned).collect()
}

#[test]
fn several_renames_with_changes_are_followed_as_git_does() {
    let lab = lab(With::Program);
    lab.commit("prompts/a.prompt", LINES, "First");
    lab.commit("prompts/b.prompt", "something else altogether\n", "Another");
    lab.git(&["mv", "prompts/a.prompt", "prompts/c.prompt"]);
    lab.write("prompts/c.prompt", &LINES.replace("two", "2"));
    lab.git(&["commit", "-qam", "Rename and change"]);
    lab.commit("prompts/c.prompt", &LINES.replace("two", "2 and more"), "Change");
    fs::create_dir(lab.dir.path().join("prompts/deep")).unwrap();
    lab.git(&["mv", "prompts/c.prompt", "prompts/deep/d.prompt"]);
    lab.git(&["commit", "-qm", "Rename again"]);
    let seen: Vec<String> = lab.summaries("prompts/deep/d.prompt").into_iter().map(|(summary, _)| summary).collect();
    assert_eq!(seen, ["Rename again", "Change", "Rename and change", "First"]);
    assert_eq!(seen, by_git(&lab, "prompts/deep/d.prompt"));
    let paths: Vec<String> = lab.summaries("prompts/deep/d.prompt").into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths[3], "prompts/a.prompt");
}

#[test]
fn histories_of_several_files_are_those_of_each_by_itself() {
    let lab = lab(With::Program);
    lab.commit("prompts/a", LINES, "First");
    lab.commit("prompts/b", "something else altogether\n", "Another");
    lab.git(&["checkout", "-qb", "side"]);
    lab.commit("prompts/b", "something else altogether\nand more\n", "Side");
    lab.git(&["checkout", "-q", "-"]);
    lab.git(&["mv", "prompts/a", "c"]);
    lab.git(&["commit", "-qm", "Rename"]);
    lab.git(&["merge", "-q", "--no-edit", "-m", "Merge", "side"]);
    let paths = ["c", "prompts/b", "nowhere", "prompts/a"].map(Path::new);
    let together = lab.repository.histories(&paths, 100, &Cancel::new()).unwrap();
    for (path, history) in paths.iter().zip(together) {
        assert_eq!(history.revisions, lab.history(path.to_str().unwrap()), "{}", path.display());
    }
}

#[test]
fn a_copy_does_not_take_the_history_of_what_it_was_copied_from() {
    let lab = lab(With::Program);
    lab.commit("a", LINES, "First");
    lab.commit("copy", LINES, "Copy");
    assert_eq!(lab.summaries("copy"), [("Copy".to_owned(), "copy".to_owned())]);
}

#[test]
fn both_sides_of_a_merge_are_in_the_history_even_where_one_of_them_renamed_the_file() {
    let lab = lab(With::Program);
    lab.commit("a", LINES, "First");
    lab.git(&["checkout", "-qb", "side"]);
    lab.commit("a", &LINES.replace("six", "6"), "Side change");
    lab.git(&["checkout", "-q", "-"]);
    lab.git(&["mv", "a", "b"]);
    lab.git(&["commit", "-qm", "Rename"]);
    lab.commit("b", &LINES.replace("one", "1"), "Main change");
    lab.git(&["merge", "-q", "--no-edit", "-m", "Merge", "side"]);
    let seen: BTreeSet<String> = lab.summaries("b").into_iter().map(|(summary, _)| summary).collect();
    let all = ["First", "Main change", "Merge", "Rename", "Side change"];
    assert_eq!(seen, all.iter().map(|name| (*name).to_owned()).collect());
    let history = lab.history("b");
    assert_eq!(history[0].before.len(), 2, "the merge was made from both sides");
    let first = history.iter().position(|revision| revision.summary() == "First").unwrap();
    assert!(history[first].before.is_empty());
    assert_eq!(history.iter().filter(|revision| revision.before == [first]).count(), 2);
}

#[test]
fn a_side_branch_that_changed_nothing_of_the_file_adds_nothing() {
    let lab = lab(With::Program);
    lab.commit("a", "1", "First");
    lab.git(&["checkout", "-qb", "side"]);
    lab.commit("other", "x", "Beside");
    lab.git(&["checkout", "-q", "-"]);
    lab.commit("a", "2", "Second");
    lab.git(&["merge", "-q", "--no-edit", "side"]);
    let seen: Vec<String> = lab.summaries("a").into_iter().map(|(summary, _)| summary).collect();
    assert_eq!(seen, ["Second", "First"]);
}

#[test]
fn a_file_that_was_away_for_a_while_has_what_was_before() {
    let lab = lab(With::Program);
    lab.commit("a", "1\n", "First");
    fs::remove_file(lab.dir.path().join("a")).unwrap();
    lab.repository.commit_file(Path::new("a"), "Remove").unwrap();
    assert_eq!(lab.summaries("a").len(), 1, "a file that is not there now has its history all the same");
    lab.commit("a", "2\n", "Again");
    let seen: Vec<String> = lab.summaries("a").into_iter().map(|(summary, _)| summary).collect();
    assert_eq!(seen, ["Again", "First"]);
}

#[test]
fn nobody_waits_for_a_history_that_was_stopped() {
    let lab = lab(With::Program);
    lab.commit("a", "1", "First");
    let cancel = Cancel::new();
    cancel.cancel();
    assert!(matches!(lab.repository.history(Path::new("a"), 9, &cancel), Err(VcsError::Cancelled)));
    assert!(matches!(lab.repository.appearances(lab.dir.path(), &cancel), Err(VcsError::Cancelled)));
}

#[test]
fn versions_everywhere_are_those_of_all_branches_and_tags_and_of_files_deleted_since() {
    let lab = lab(With::Program);
    lab.commit("prompts/a.prompt", LINES, "First");
    lab.commit("prompts/gone.prompt", "gone\n", "Gone");
    fs::remove_file(lab.dir.path().join("prompts/gone.prompt")).unwrap();
    lab.repository.commit_file(Path::new("prompts/gone.prompt"), "Delete").unwrap();
    lab.git(&["checkout", "-qb", "side"]);
    lab.commit("prompts/a.prompt", "on the side\n", "Side");
    lab.git(&["tag", "kept"]);
    lab.git(&["checkout", "-q", "-"]);
    lab.git(&["branch", "-qD", "side"]);
    lab.git(&["mv", "prompts/a.prompt", "prompts/b.prompt"]);
    lab.git(&["commit", "-qm", "Rename"]);
    lab.commit("elsewhere", "x", "Elsewhere");
    let found = lab.repository.appearances(&lab.dir.path().join("prompts"), &Cancel::new()).unwrap();
    let seen: BTreeSet<(&str, &str)> =
        found.iter().map(|found| (found.path.to_str().unwrap(), found.now.to_str().unwrap())).collect();
    let expected = [("a.prompt", "b.prompt"), ("a.prompt", "a.prompt"), ("b.prompt", "b.prompt")];
    assert_eq!(seen, expected.into_iter().chain([("gone.prompt", "gone.prompt")]).collect());
    assert_eq!(found.len(), 4);
    let texts = lab.repository.contents(found.iter().map(|found| found.blob), &Cancel::new()).unwrap();
    assert_eq!(texts.len(), 3, "the same content is read once");
}
