//! From two versions of a prompt to a commit that proves what was measured.

use std::process::Command;

use super::place::Place;
use super::recording::{Recorded, line};

const OLD: &str = "{{role \"system\"}}\nSources:\n{{context}}\n{{role \"user\"}}\n{{question}}\n";
const NEW: &str = "{{role \"system\"}}\nBe short.\nSources:\n{{context}}\n{{role \"user\"}}\n{{question}}\n";

fn git(place: &Place, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(place.workspace()).args(["-c", "user.name=T", "-c", "user.email=t@localhost"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let done = git.output().unwrap();
    assert!(done.status.success(), "{done:?}");
}

/// Eight recorded cases, a prompt that made them, and a new text of it in the working tree.
fn place() -> Place {
    let traces = ('a'..='h').zip(0..).map(|(letter, at)| {
        let answer = Some("Business plans allow 600 requests per minute.");
        let document = "The REST API allows 600 requests per minute on Business.";
        line(&Recorded { letter, at, question: "How many requests per minute are allowed?", answer, document }) + "\n"
    });
    let place = Place::with_traces(&traces.collect::<String>());
    place.write("prompts/answer.prompt", OLD);
    git(&place, &["init", "-q"]);
    git(&place, &["config", "user.name", "T"]);
    git(&place, &["config", "user.email", "t@localhost"]);
    git(&place, &["add", "prompts"]);
    git(&place, &["commit", "-q", "-m", "Answer from the sources"]);
    git(&place, &["tag", "answer/v1"]);
    place.write("prompts/answer.prompt", NEW);
    place
}

/// Runs both versions on the built-in model; returns the run's id.
fn measured(place: &Place) -> String {
    let replay = ["replay", "-m", "builtin/extractive", "-p", "answer@v1", "-p", "answer", "--format", "json"];
    let outcome = place.run(&replay).ends_with(0).json();
    assert_eq!(outcome["ok"], 16, "{outcome}");
    outcome["run_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_commit_says_what_was_measured_and_anybody_can_check_it() {
    let place = place();
    let run = measured(&place);
    let commit = ["prompt", "commit", "answer", "-m", "Say it shortly", "--evidence", &run];
    place.run(&commit).ends_with(0);
    let log = place.run(&["prompt", "log", "answer", "--format", "jsonl"]).ends_with(0).stdout;
    assert!(log.contains("Say it shortly"), "{log}");
    let verified = place.run(&["prompt", "verify", "answer"]).ends_with(0);
    for part in ["✓ run: ", "✓ cases: 8 blake3:", "✓ models: builtin/extractive", "✓ prompt: ", "✓ cost: $0"]
    {
        assert!(verified.stdout.contains(part), "{part} in {}", verified.stdout);
    }
    assert!(verified.stdout.contains("no difference shown (answer@work vs answer@v1 on builtin/extractive"));
    let document = place.run(&["prompt", "verify", "answer@HEAD", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["verified"], true, "{document}");
    let without = place.run(&["prompt", "verify", "answer@v1"]).ends_with(1);
    assert!(without.stdout.contains("no evidence"), "{without:?}");
}

#[test]
fn a_claim_that_was_changed_is_found() {
    let place = place();
    let run = measured(&place);
    place.run(&["prompt", "commit", "answer", "-m", "Say it shortly", "--evidence", &run]).ends_with(0);
    let show = Command::new("git").current_dir(place.workspace()).args(["log", "-1", "--format=%B"]).output().unwrap();
    let message = String::from_utf8(show.stdout).unwrap().replacen("Cases: 8", "Cases: 9", 1);
    git(&place, &["commit", "-q", "--amend", "-m", &message]);
    let verified = place.run(&["prompt", "verify", "answer"]).ends_with(1).stdout;
    assert!(verified.contains("✗ cases: the commit says 9 blake3:"), "{verified}");
    git(&place, &["commit", "-q", "--amend", "-m", &message.replacen("no difference shown", "better", 1)]);
    let verified = place.run(&["prompt", "verify", "answer"]).ends_with(1).stdout;
    assert!(verified.contains("✗ evidence: the commit says the trailer"), "{verified}");
}

#[test]
fn only_the_text_that_was_measured_gets_its_evidence() {
    let place = place();
    let run = measured(&place);
    place.write("prompts/answer.prompt", &NEW.replace("short", "brief"));
    let commit = ["prompt", "commit", "answer", "-m", "Say it briefly", "--evidence", &run];
    let refused = place.run(&commit).ends_with(2);
    assert!(refused.stderr.contains("measured another text"), "{refused:?}");
    let unknown = place.run(&["prompt", "commit", "answer", "-m", "x", "--evidence", "0199ffff"]).ends_with(4);
    assert!(unknown.stderr.contains("hindcast runs"), "{unknown:?}");
}

#[test]
fn a_comparison_says_in_words_what_differs() {
    let place = place();
    let replay = ["replay", "-m", "builtin/recorded", "-m", "builtin/extractive", "--format", "json"];
    let outcome = place.run(&replay).ends_with(0).json();
    let run = outcome["run_id"].as_str().unwrap();
    let table = place.run(&["compare", run]).ends_with(0).stdout;
    assert!(table.contains("no difference shown") && table.contains("worse") && table.contains("unchanged"), "{table}");
    let document = place.run(&["compare", run, "--evaluator", "contains:600", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["cases"][0]["answers"][0]["scores"]["contains:600"], true, "{document}");
    assert_eq!(document["evaluators"][0]["better"], "higher");
    let difference = &document["differences"][0];
    assert_eq!((&difference["cases"], &difference["verdict"]), (&8.into(), &"no difference shown".into()));
    place.write("hindcast.toml", "[[evaluators]]\nuse = \"lenght\"\n");
    let wrong = place.run(&["compare", run]).ends_with(2);
    assert!(wrong.stderr.contains("hindcast.toml:2") && wrong.stderr.contains("nearest is length"), "{wrong:?}");
    let changed = ["compare", run, "--evaluator", "exact", "--only-changed", "--sort", "moved", "--format", "jsonl"];
    let rows = place.run(&changed).ends_with(0).stdout;
    assert_eq!(rows.lines().count(), 8, "{rows}");
}
