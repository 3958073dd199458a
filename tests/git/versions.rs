//! Log, blame, diff, labels and the changes to files.

use serde_json::Value;

use super::workplace::{Workplace, text};
use crate::cli::recording::{three, trace_id};

fn column<'d>(document: &'d Value, list: &str, key: &str) -> Vec<&'d Value> {
    document[list].as_array().unwrap().iter().map(|row| &row[key]).collect()
}

#[test]
fn the_log_has_names_tokens_and_their_change() {
    let work = Workplace::new();
    work.git(&["tag", "answer/v1", "HEAD~2"]);
    work.prompt(&["label", "answer@v2"], 0);
    let log = work.prompt(&["log", "answer", "--format", "json"], 0).json();
    assert_eq!(column(&log, "versions", "version")[2], "v1");
    assert_eq!(log["versions"][1]["labels"], serde_json::json!(["production"]));
    assert_eq!(log["versions"][0]["branches"], serde_json::json!(["main"]));
    assert_eq!(log["versions"][0]["author"], "Ann");
    let tokens = column(&log, "versions", "tokens");
    let change = tokens[0].as_i64().unwrap() - tokens[1].as_i64().unwrap();
    assert_eq!(log["versions"][0]["tokens_change"], change);
    let list = work.prompt(&["list", "--format", "json"], 0).json();
    assert_eq!(list["prompts"][0]["deployed_current"], false);
    assert_eq!(list["prompts"][0]["deployed_commit"], log["versions"][1]["commit"]);
}

#[test]
fn blame_gives_a_row_a_line() {
    let work = Workplace::new();
    work.place.write("prompts/answer.prompt", &(text("v3", "Prefer the newest.") + "More.\n"));
    let lines = work.prompt(&["blame", "answer", "--format", "json"], 0).json();
    let keys: Vec<&String> = lines["lines"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["line", "version", "commit", "committed_at", "author", "text"]);
    let last = lines["lines"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["version"], &last["commit"], &last["text"]), (&"work".into(), &Value::Null, &"More.".into()));
    assert_eq!(lines["lines"][4]["commit"], work.git(&["rev-parse", "HEAD"]).as_str());
    let old = work.prompt(&["blame", "answer@v1", "--format", "json"], 0).json();
    let first = work.git(&["rev-parse", "HEAD~2"]);
    assert!(column(&old, "lines", "commit").iter().all(|commit| **commit == first.as_str()));
}

#[test]
fn a_difference_is_shown_in_both_ways_and_of_the_rendering() {
    let work = Workplace::new();
    work.place.write("traces/recorded.jsonl", &three());
    let unified = work.prompt(&["diff", "answer", "v1", "v2"], 1);
    assert!(unified.stdout.contains("-Answer.\n+Answer briefly.\n"), "{unified:?}");
    let beside = work.prompt(&["diff", "answer", "v1", "v2", "--side-by-side"], 1);
    let line = beside.stdout.lines().find(|line| line.contains("briefly")).unwrap();
    assert!(line.contains("Answer. ") && line.contains(" | "), "{line}");
    let rows = work.prompt(&["diff", "answer", "v1", "v2", "--format", "json"], 1).json();
    assert!(column(&rows, "rows", "change").contains(&&"changed".into()));
    work.prompt(&["diff", "answer", "v3", "work", "--side-by-side"], 0);
    work.place
        .write("prompts/sources.prompt", "{{role \"system\"}}\nSources:\n{{context}}\n{{role \"user\"}}\n{{question}}");
    work.prompt(&["commit", "sources", "-m", "One"], 0);
    work.place.write(
        "prompts/sources.prompt",
        "{{role \"system\"}}\nUse these sources:\n{{context}}\n{{role \"user\"}}\n{{question}}",
    );
    let id = trace_id('a');
    let rendered = work.prompt(&["diff", "sources", "HEAD", "work", "--rendered", "--trace", &id], 1);
    assert!(rendered.stdout.contains("+Use these sources:"), "{rendered:?}");
    assert!(rendered.stdout.contains(" [doc-1] The REST API"), "{rendered:?}");
    work.prompt(&["diff", "sources", "HEAD", "work", "--rendered"], 2);
}

#[test]
fn a_label_says_from_where_to_where_it_moved() {
    let work = Workplace::new();
    let none = work.prompt(&["label", "answer"], 0);
    assert!(none.stderr.contains("no labels"), "{none:?}");
    let put = work.prompt(&["label", "answer@v1"], 0);
    assert!(put.stderr.contains("answer/production is on"), "{put:?}");
    let moved = work.prompt(&["label", "answer@v3", "--format", "json"], 0).json();
    assert_eq!(moved["from"], work.git(&["rev-parse", "--short=7", "HEAD~2"]).as_str());
    assert_eq!(moved["commit"], work.git(&["rev-parse", "HEAD"]).as_str());
    work.place.write("hindcast.toml", "[prompts]\nlabel = \"live\"\nlabel_kind = \"branch\"\n");
    work.prompt(&["label", "answer@v2"], 0);
    assert_eq!(work.git(&["rev-parse", "answer/live"]), work.git(&["rev-parse", "HEAD~1"]));
    let labels = work.prompt(&["label", "answer", "--format", "json"], 0).json();
    assert_eq!(column(&labels, "labels", "label"), ["production", "live"]);
    assert_eq!(column(&labels, "labels", "deployed"), [false, true]);
    let shown = work.prompt(&["show", "answer@live"], 0);
    assert!(shown.stdout.contains("Answer briefly."), "{shown:?}");
    work.prompt(&["label", "answer@v9"], 2);
    work.prompt(&["label", "answer", "canary"], 2);
}

#[test]
fn a_prompt_is_made_renamed_deleted_and_brought_back() {
    let work = Workplace::new();
    let made = work.prompt(&["new", "support/reply", "--as", "prompty"], 0);
    assert!(made.stderr.contains("reply.prompty"), "{made:?}");
    work.prompt(&["render", "support/reply", "--var", "question=Why?"], 0);
    work.prompt(&["new", "support/reply"], 2);
    work.prompt(&["new", "../out"], 2);
    work.prompt(&["commit", "support/reply", "-m", "Add reply"], 0);
    work.prompt(&["rename", "support/reply", "reply"], 0);
    assert_eq!(
        work.git(&["show", "--format=%s", "--name-status", "HEAD"]).lines().next(),
        Some("Rename support/reply to reply")
    );
    let refused = work.prompt(&["delete", "reply"], 2);
    assert!(refused.stderr.contains("--yes"), "{refused:?}");
    work.place.write("prompts/reply.prompty", "changed");
    let refused = work.prompt(&["delete", "reply", "--yes"], 2);
    assert!(refused.stderr.contains("--discard-changes"), "{refused:?}");
    work.git(&["checkout", "-q", "--", "prompts"]);
    work.prompt(&["delete", "reply", "--yes"], 0);
    work.prompt(&["show", "reply"], 2);
    let version = work.prompt(&["log", "reply", "--format", "json"], 0).json()["versions"][0]["version"].clone();
    work.prompt(&["restore", &format!("reply@{}", version.as_str().unwrap())], 0);
    work.prompt(&["show", "reply"], 0);
    assert_eq!(work.git(&["status", "--porcelain", "prompts"]), "");
}

#[test]
fn restoring_commits_unless_told_not_to() {
    let work = Workplace::new();
    let restored = work.prompt(&["restore", "answer@v1", "--format", "json"], 0).json();
    assert_eq!(restored["commit"], work.git(&["rev-parse", "HEAD"]).as_str());
    let message = work.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with("Restore answer to v1\n\n"), "{message}");
    assert!(message.contains(&work.git(&["rev-parse", "HEAD~3"])), "{message}");
    let again = work.prompt(&["restore", "answer@v1"], 0);
    assert!(again.stderr.contains("nothing to commit"), "{again:?}");
    work.prompt(&["restore", "answer@v2", "--no-commit"], 0);
    assert_eq!(work.git(&["status", "--porcelain", "prompts"]), "M prompts/answer.prompt");
}
