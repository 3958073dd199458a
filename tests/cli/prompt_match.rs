//! Which version of which prompt made a recorded call, as a script reads it.

use std::process::Command;

use serde_json::json;

use super::place::Place;
use super::recording::{Recorded, line, trace_id};

const PROMPT: &str = "---\nversion: v1\n---\n{{role \"system\"}}\nSources:\n{{#each docs}}\n[{{id}}] {{text}}\n{{/each}}\n{{role \"user\"}}\n{{question}}\n";

fn git(place: &Place, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(place.workspace()).args(["-c", "user.name=T", "-c", "user.email=t@localhost"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let done = git.output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

fn place(prompt: &str) -> Place {
    let (question, answer) = ("How many requests are allowed?", Some("600 a minute."));
    let recorded =
        Recorded { letter: 'a', at: 0, question, answer, document: "Business allows 600 requests.\n\nA minute." };
    let place = Place::with_traces(&(line(&recorded) + "\n"));
    place.write("prompts/help/answer.prompt", prompt);
    git(&place, &["init", "-q"]);
    git(&place, &["add", "prompts"]);
    git(&place, &["commit", "-q", "-m", "Answer from the sources"]);
    git(&place, &["tag", "help/answer/first"]);
    place
}

#[test]
fn the_version_that_made_a_call_is_named_with_its_variables() {
    let place = place(PROMPT);
    place.write("prompts/help/answer.prompt", &PROMPT.replace("Sources", "Documents"));
    let trace = trace_id('a');
    let found = place.run(&["prompt", "match", &trace[..6], "--format", "json"]).ends_with(0).json();
    let best = &found["matches"][0];
    assert_eq!(found["matches"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!((&best["prompt"], &best["version"]), (&json!("help/answer"), &json!("first")));
    assert_eq!(best["commit"].as_str().unwrap().len(), 40);
    assert!(best["score"].as_f64().is_some_and(|score| score > 0.0 && score <= 1.0), "{best}");
    let docs = json!([{"id": "doc-1", "text": "Business allows 600 requests.\n\nA minute."}]);
    assert_eq!(best["variables"], json!({"docs": docs, "question": "How many requests are allowed?"}));
    assert_eq!((&found["trace_id"], &found["span_id"]), (&json!(trace), &json!("0000000000000003")));
    assert_eq!(found["recorded"], json!(null), "the recording names no version");
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema_version", "trace_id", "span_id", "matches", "recorded"]);
    let table = place.run(&["prompt", "match", &trace, "--span", "0000000000000003"]).ends_with(0);
    assert!(table.stdout.contains("help/answer@first"), "{}", table.stdout);
    let csv = place.run(&["prompt", "match", &trace, "--format", "csv"]).ends_with(0);
    assert!(csv.stdout.starts_with("prompt,version,commit,score,variables\n"), "{}", csv.stdout);
}

#[test]
fn where_nothing_fits_the_answer_is_none() {
    let place = place(&PROMPT.replace("Sources", "Documents"));
    place.write("prompts/any.prompt", "{{role \"system\"}}{{rules}}{{role \"user\"}}{{question}}");
    let trace = trace_id('a');
    let none = place.run(&["prompt", "match", &trace, "--format", "json"]).ends_with(1).json();
    assert_eq!(none["matches"], json!([]));
    assert_eq!(place.run(&["prompt", "match", &trace]).ends_with(1).stdout, "none\n");
    place.run(&["prompt", "match", "nosuchtrace"]).ends_with(4);
    place.run(&["prompt", "match", &trace, "--span", "ffff"]).ends_with(4);
}
