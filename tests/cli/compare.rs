//! Comparisons for others: files in every format, ratings of answers.

use serde_json::Value;

use super::place::Place;
use super::recording::{HOSTILE, hostile, three};

/// A place with a run of two variants; its id.
fn compared(lines: &str) -> (Place, String) {
    let place = Place::with_traces(lines);
    let replay = ["replay", "-m", "builtin/recorded", "-m", "builtin/extractive", "--format", "json"];
    let outcome = place.run(&replay).json();
    let id = outcome["run_id"].as_str().unwrap().to_owned();
    (place, id)
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_comparison_is_written_in_every_format_and_loses_no_file() {
    let (place, run) = compared(&three());
    for name in ["report.md", "report.html", "report.csv", "report.jsonl", "report.parquet"] {
        let done = place.run(&["compare", &run, "--export", name]).ends_with(0);
        assert!(done.stderr.contains(&format!("wrote {name}")) && done.stdout.is_empty(), "{done:?}");
        assert!(place.workspace().join(name).metadata().unwrap().len() > 100, "{name}");
    }
    let page = std::fs::read_to_string(place.workspace().join("report.md")).unwrap();
    assert!(page.contains("| variant | model |") && page.contains("600 requests per minute"), "{page}");
    let columns = std::fs::read(place.workspace().join("report.parquet")).unwrap();
    assert!(columns.starts_with(b"PAR1") && columns.ends_with(b"PAR1"));
    let lines = rows(&std::fs::read_to_string(place.workspace().join("report.jsonl")).unwrap());
    let recorded = lines.iter().filter(|row| row["variant"] == "recorded").count();
    assert_eq!((recorded, lines.len()), (2, 8), "one of three recorded calls failed and has no answer");
    let again = place.run(&["compare", &run, "--export", "report.md"]).ends_with(2);
    assert!(again.stderr.contains("is there already") && again.stderr.contains("--overwrite"), "{again:?}");
    place.run(&["compare", &run, "--export", "report.md", "--overwrite", "--only-changed"]).ends_with(0);
    let changed = std::fs::read_to_string(place.workspace().join("report.md")).unwrap();
    assert!(changed.len() < page.len() && changed.contains("those with an answer that differs"), "{changed}");
    let wrong = place.run(&["compare", &run, "--export", "report.doc"]).ends_with(2);
    assert!(wrong.stderr.contains(".md, .html, .csv, .jsonl or .parquet"), "{wrong:?}");
    let named = place.run(&["compare", &run, "--export", "-", "--export-format", "markdown"]).ends_with(0);
    assert_eq!(named.stdout, page);
    place.run(&["compare", &run, "--export", "-", "--export-format", "parquet"]).ends_with(2);
    place.run(&["compare", &run, "--export", "-", "--export-format", "docx"]).ends_with(2);
}

#[test]
fn nothing_hostile_leaves_in_an_export() {
    let (place, run) = compared(&hostile());
    for format in ["markdown", "html", "csv", "jsonl"] {
        let text = place.run(&["compare", &run, "--export", "-", "--export-format", format]).ends_with(0).stdout;
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{e0041}']),
            "{format}: {text:?}"
        );
        assert!(!text.is_empty() && !HOSTILE.is_empty());
    }
}

#[test]
fn an_answer_is_rated_and_the_latest_rating_counts() {
    let (place, run) = compared(&three());
    let first = rows(&place.run(&["runs", &run, "--format", "jsonl"]).ends_with(0).stdout).swap_remove(0);
    assert_eq!(first["rating"], Value::Null);
    let (trace, result) = (first["trace_id"].as_str().unwrap(), first["result_id"].as_str().unwrap());
    let rate = |value: &str| {
        place.run(&["score", trace, "rating", value, "--result", result]).ends_with(0);
        let rows = rows(&place.run(&["runs", &run, "--format", "jsonl"]).ends_with(0).stdout);
        rows.iter().find(|row| row["result_id"] == result).unwrap()["rating"].clone()
    };
    assert_eq!(rate("good"), "good");
    assert_eq!(rate("bad"), "bad");
    let document = place.run(&["compare", &run, "--format", "json"]).ends_with(0).json();
    let answers = document["cases"].as_array().unwrap().iter().flat_map(|case| case["answers"].as_array().unwrap());
    assert_eq!(answers.filter(|answer| answer["rating"] == "bad").count(), 1);
    assert_eq!(document["variants"][1]["rated_bad"], 1);
    assert!(place.run(&["compare", &run]).ends_with(0).stdout.contains("bad"));
    let kept = "SELECT source, value FROM scores WHERE result_id IS NOT NULL ORDER BY created_at";
    let kept = rows(&place.run(&["sql", kept, "--format", "jsonl"]).ends_with(0).stdout);
    assert_eq!((kept.len(), &kept[1]["source"], &kept[1]["value"]), (2, &"human".into(), &0.0.into()));
    place.run(&["index", "--rebuild"]).ends_with(0);
    assert_eq!(rate("cleared"), Value::Null);
    let other = rows(&place.run(&["traces", "--format", "jsonl"]).ends_with(0).stdout);
    let other = other.iter().map(|row| row["trace_id"].as_str().unwrap()).find(|id| *id != trace).unwrap();
    let wrong = place.run(&["score", other, "rating", "good", "--result", result]).ends_with(2);
    assert!(wrong.stderr.contains("answers another trace"), "{wrong:?}");
}
