//! Exit codes, pipes and what is said where something is missing.

use std::io::Read;
use std::process::Stdio;

use super::place::Place;
use super::recording::three;

#[test]
fn every_documented_code_is_used() {
    let place = Place::with_traces(&three());
    place.write("broken.json", "{\"resourceSpans\": [");
    let cases: &[(&[&str], i32)] = &[
        (&["traces"], 0),
        (&["traces", "model:none"], 0),
        (&["traces", "nofield:x"], 2),
        (&["show", "nosuchtrace"], 4),
        (&["runs", "nosuchrun"], 4),
        (&["import", "does-not-exist.jsonl"], 4),
        (&["import", "broken.json"], 4),
        (&["import", "traces/recorded.jsonl", "--as", "nosuchformat"], 2),
        (&["sql", "SELEC 1"], 2),
        (&["--workspace", "does-not-exist", "traces"], 2),
        (&["--config", "does-not-exist.toml", "models"], 2),
        (&["open", "aaaa"], 2),
    ];
    for (arguments, code) in cases {
        let done = place.run(arguments);
        assert_eq!(done.code, *code, "{arguments:?}: {done:?}");
        assert!(*code == 0 || done.stderr.contains("error:") || done.stderr.contains("warning:"), "{done:?}");
    }
}

#[test]
fn a_wrong_configuration_names_its_line() {
    let place = Place::new();
    place.write("hindcast.toml", "[defaults]\nmodls = []\n");
    let done = place.run(&["models"]).ends_with(2);
    assert!(done.stderr.contains("hindcast.toml:2") && done.stderr.contains("modls"), "{done:?}");
}

#[test]
fn an_empty_workspace_says_what_to_do() {
    let place = Place::new();
    let report = place.run(&[]).ends_with(0);
    assert!(report.stdout.contains("hindcast import"), "{report:?}");
    let traces = place.run(&["traces"]).ends_with(0);
    assert!(traces.stderr.contains("hindcast import"), "{traces:?}");
    assert_eq!(place.run(&["traces", "--format", "json"]).json()["traces"].as_array().map(Vec::len), Some(0));
    assert_eq!(place.run(&["-q", "traces"]).stderr, "");
}

#[test]
fn without_a_workspace_the_samples_are_shown_and_nothing_is_left_behind() {
    let place = Place::without_workspace();
    let report = place.run(&[]).ends_with(0);
    assert!(report.stderr.contains("hindcast init"), "{report:?}");
    assert!(report.stdout.contains("samples"), "{report:?}");
    assert_eq!(std::fs::read_dir(place.workspace()).unwrap().count(), 0);
}

#[test]
fn nobody_reading_is_no_error() {
    let lines: String = (0..400).map(|_| three()).collect();
    let place = Place::with_traces(&lines);
    let mut child = place
        .command(&["sql", "SELECT range AS n, repeat('x', 200) AS text FROM range(20000)"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
