//! What is said in the states that stop a command.

use super::workplace::{Workplace, text};
use crate::cli::place::Place;

#[test]
fn without_a_repository_it_is_said_what_makes_one() {
    let place = Place::new();
    place.write("prompts/a.txt", "Hi");
    for arguments in
        [&["prompt", "commit", "a", "-m", "x"][..], &["prompt", "label", "a"], &["prompt", "restore", "a@v1"]]
    {
        let done = place.run(arguments).ends_with(2);
        assert!(done.stderr.contains("git"), "{done:?}");
    }
    place.run(&["prompt", "log", "a"]).ends_with(0);
    place.run(&["prompt", "blame", "a"]).ends_with(0);
    place.run(&["prompt", "new", "b"]).ends_with(0);
    place.run(&["prompt", "rename", "b", "c"]).ends_with(0);
    place.run(&["prompt", "delete", "c", "--yes", "--discard-changes"]).ends_with(0);
}

#[test]
fn a_detached_head_is_warned_of_and_a_merge_refuses() {
    let work = Workplace::new();
    work.git(&["checkout", "-q", "--detach"]);
    work.place.write("prompts/answer.prompt", &text("v4", "Detached."));
    let done = work.prompt(&["commit", "answer", "-m", "Make v4"], 0);
    assert!(done.stderr.contains("on no branch"), "{done:?}");
    let side = work.git(&["rev-parse", "HEAD"]);
    work.git(&["checkout", "-q", "main"]);
    work.place.write("prompts/answer.prompt", &text("v5", "Main."));
    work.prompt(&["commit", "answer", "-m", "Make v5"], 0);
    let merge =
        std::process::Command::new("git").current_dir(work.place.workspace()).args(["merge", "-q", &side]).output();
    assert!(!merge.unwrap().status.success());
    let done = work.prompt(&["commit", "answer", "-m", "x"], 4);
    assert!(done.stderr.contains("merge is in progress"), "{done:?}");
}

#[test]
fn the_workspace_may_be_a_directory_of_a_larger_repository() {
    let work = Workplace::new();
    work.place.write("app/hindcast.toml", "");
    work.place.write("app/prompts/inner.txt", "Hi {{name}}");
    let app = work.place.workspace().join("app");
    let app = app.to_str().unwrap();
    work.prompt(&["--workspace", app, "commit", "inner", "-m", "Add inner"], 0);
    let log = work.prompt(&["--workspace", app, "log", "inner", "--format", "json"], 0).json();
    assert_eq!(log["versions"][0]["path"], "app/prompts/inner.txt");
    assert_eq!(work.git(&["show", "--format=", "--name-only", "HEAD"]), "app/prompts/inner.txt");
}
