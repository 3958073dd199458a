//! What can be typed, and what is said about what cannot.

use super::place::Place;

#[test]
fn the_help_lists_what_there_is() {
    let help = Place::new().run(&["--help"]).ends_with(0).stdout;
    for name in [
        "init",
        "import",
        "index",
        "traces",
        "show",
        "open",
        "replay",
        "runs",
        "note",
        "score",
        "sessions",
        "compare",
        "ground",
        "causes",
        "ablate",
        "golden",
        "retrieval",
        "cache",
        "prompt",
        "sql",
        "models",
        "doctor",
        "completions",
        "man",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(name)), "{name} in {help}");
    }
    assert!(help.contains("5 stopped at the budget"), "{help}");
}

#[test]
fn a_misspelt_command_and_flag_are_answered_with_the_nearest() {
    let place = Place::new();
    let done = place.run(&["trace"]).ends_with(2);
    assert!(done.stderr.contains("traces"), "{done:?}");
    assert_eq!(done.stdout, "");
    let done = place.run(&["traces", "--limt", "3"]).ends_with(2);
    assert!(done.stderr.contains("--limit"), "{done:?}");
}

#[test]
fn a_filter_that_begins_with_a_dash_is_explained() {
    let place = Place::new();
    let done = place.run(&["traces", "-model:gpt-4o"]).ends_with(2);
    assert!(done.stderr.contains("-- -model:gpt-4o") && done.stderr.contains("not model:gpt-4o"), "{done:?}");
}

#[test]
fn a_wrong_filter_is_shown_where_it_is_wrong() {
    let done = Place::new().run(&["traces", "status:ok", "cost>much"]).ends_with(2);
    assert!(done.stderr.contains("status:ok cost>much") && done.stderr.contains('^'), "{done:?}");
    assert!(done.stderr.contains("expected"), "{done:?}");
}

#[test]
fn completions_and_the_man_page_know_every_subcommand() {
    let place = Place::without_workspace();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).ends_with(0).stdout;
        assert!(script.contains("sessions") && script.contains("render"), "{shell}");
    }
    let page = place.run(&["man"]).ends_with(0).stdout;
    assert!(page.starts_with(".ie") && page.contains(".SH \"HINDCAST PROMPT RENDER\""), "{page}");
    assert!(page.matches(".SH \"GLOBAL OPTIONS\"").count() == 1);
    assert!(!place.workspace().join(".hindcast").exists(), "nothing is opened for it");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let place = Place::new();
    for wrong in [
        &["show"][..],
        &["show", "a", "--session", "s"],
        &["index", "--check", "--rebuild"],
        &["replay", "x", "--resume", "r"],
        &["replay", "--retry-unknown"],
        &["replay", "--max-cost", "-1"],
        &["replay", "--drop-chunk", "0"],
        &["replay", "--edit-chunk", "x"],
        &["traces", "--format", "xml"],
        &["traces", "-q", "-v"],
        &["prompt"],
    ] {
        let done = place.run(wrong);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{wrong:?}: {done:?}");
    }
}
