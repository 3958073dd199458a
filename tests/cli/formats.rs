//! The public shapes of what is printed.

use serde_json::Value;

use super::place::Place;
use super::recording::{three, trace_id};

/// The names of the fields of a document, nested lists by their first element.
fn fields(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let inner =
                |value: &Value| if value.is_object() || value.is_array() { fields(value) } else { String::new() };
            let names: Vec<String> = map.iter().map(|(key, value)| format!("{key}{}", inner(value))).collect();
            format!("{{{}}}", names.join(" "))
        }
        Value::Array(list) => match list.first() {
            Some(first) if first.is_object() => format!("[{}]", fields(first)),
            _ => "[]".to_owned(),
        },
        _ => String::new(),
    }
}

#[test]
fn traces_are_listed_in_every_format() {
    let place = Place::with_traces(&three());
    let document = place.run(&["traces", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["traces"].as_array().unwrap().len(), 3);
    insta::assert_snapshot!(fields(&document), @"");
    let newest = &document["traces"][0];
    assert_eq!((&newest["trace_id"], &newest["status"]), (&trace_id('c').into(), &"error".into()));
    assert_eq!(document["traces"][2]["output_text"], "The API allows 600 requests per minute.");

    let rows = place.run(&["traces", "status:ok", "--format", "jsonl"]).ends_with(0).stdout;
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].get("schema_version").is_none(), "rows carry no version");

    let csv = place.run(&["traces", "--format", "csv"]).ends_with(0).stdout;
    assert!(csv.starts_with("trace_id,started_at,status,"), "{csv}");
    assert_eq!(csv.lines().count(), 4);

    let table = place.run(&["traces", "--sort", "latency"]).ends_with(0).stdout;
    assert!(table.contains("How many API calls may I make per minute?"), "nothing is cut on a pipe: {table}");
    assert!(!table.contains('\u{1b}'), "no colour on a pipe");
}

#[test]
fn a_trace_is_shown_whole() {
    let place = Place::with_traces(&three());
    let document = place.run(&["show", "aaaa", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&document), @"");
    assert_eq!(document["trace_id"], trace_id('a'));
    let text = place.run(&["show", "aaaa"]).ends_with(0).stdout;
    for part in ["support.answer", "gpt-4o-mini", "The API allows 600", "doc-1", "u-7", "1200 ms"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let span = place.run(&["show", "aaaa", "--span", "0000000000000003", "--format", "json"]).ends_with(0).json();
    assert_eq!((&span["schema_version"], &span["kind"]), (&1.into(), &"llm".into()));
    let session = place.run(&["show", "--session", "s-1"]).ends_with(0).stdout;
    assert!(session.contains("3 turns"), "{session}");
}

#[test]
fn sessions_runs_notes_and_scores() {
    let place = Place::with_traces(&three());
    let sessions = place.run(&["sessions", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&sessions), @"");
    assert_eq!(sessions["sessions"][0]["traces"], 3);
    let runs = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&runs), @"");

    let note = place.run(&["note", "aaaa", "wrong", "limit", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&note), @"");
    assert_eq!((&note["name"], &note["explanation"]), (&"note".into(), &"wrong limit".into()));
    place.run(&["score", "aaaa", "correctness", "no", "--why", "100, not 600"]).ends_with(0);
    let rows = place
        .run(&["sql", "SELECT name, value, label, source FROM scores ORDER BY name", "--format", "jsonl"])
        .ends_with(0)
        .stdout;
    insta::assert_snapshot!(rows, @"");
    let report = place.run(&[]).ends_with(0).stdout;
    assert!(report.contains("correctness: no"), "{report}");
}

#[test]
fn sql_prints_types_and_says_where_it_is_wrong() {
    let place = Place::with_traces(&three());
    let query = "SELECT count(*) AS n, sum(tokens) AS tokens, NULL AS none, [1, 2] AS list FROM traces";
    let document = place.run(&["sql", query, "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(document.to_string(), @"");
    let table = place.run_with_input(&["sql", "-"], "SELECT 1 AS x").ends_with(0).stdout;
    assert_eq!(table, "x\n1\n");
    let wrong = place.run(&["sql", "SELECT nope FROM traces"]).ends_with(2);
    assert!(wrong.stderr.contains("nope") && wrong.stderr.contains("tables:"), "{wrong:?}");
    place.run(&["sql", "DROP TABLE traces"]).ends_with(2);
    place.run(&["sql", ""]).ends_with(2);
}

#[test]
fn import_tells_what_it_did() {
    let place = Place::new();
    place.write("elsewhere/more.jsonl", &three());
    let first = place.run(&["import", "elsewhere/more.jsonl", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&first), @"");
    assert_eq!((&first["traces"], &first["spans"], &first["new_spans"]), (&3.into(), &9.into(), &9.into()));
    let again = place.run(&["import", "elsewhere/more.jsonl", "--format", "json"]).ends_with(0).json();
    assert_eq!((&again["new_spans"], &again["updated_spans"]), (&0.into(), &0.into()));
    let piped = place.run_with_input(&["import", "-"], &three()).ends_with(0);
    assert!(piped.stderr.contains("0 new"), "{piped:?}");
}

#[test]
fn the_report_models_and_index_have_stable_fields() {
    let place = Place::with_traces(&three());
    let report = place.run(&["--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&report), @"");
    let models = place.run(&["models", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&models), @"");
    let index = place.run(&["index", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(index.to_string(), @"");
    let check = place.run(&["index", "--check", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&check), @"");
}
