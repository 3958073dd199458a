//! Text that came from outside and wants to be more than text.

use super::place::Place;
use super::recording::{HOSTILE, hostile, trace_id};

/// Characters of the hostile text that must never be printed as they are.
const RAW: [char; 7] = ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\r', '\u{200b}', '\u{e0041}'];

#[test]
fn no_command_prints_it_raw_in_any_format() {
    let place = Place::with_traces(&hostile());
    let id = trace_id('d');
    place.run(&["note", &id, HOSTILE]).ends_with(0);
    place.run(&["score", &id, HOSTILE, HOSTILE, "--why", HOSTILE]).ends_with(0);
    let commands: &[&[&str]] = &[
        &[],
        &["traces"],
        &["traces", HOSTILE],
        &["show", &id],
        &["show", &id, "--span", "0000000000000003"],
        &["show", &id, "--span", HOSTILE],
        &["show", HOSTILE],
        &["show", "--session", "s-1"],
        &["show", "--session", HOSTILE],
        &["sessions"],
        &["runs", HOSTILE],
        &["compare", HOSTILE],
        &["sql", "SELECT * FROM spans"],
        &["sql", "SELECT * FROM messages"],
        &["sql", "SELECT * FROM chunks"],
        &["sql", "SELECT * FROM scores"],
        &["sql", "SELECT input_text AS \"\u{1b}[2J\" FROM traces"],
        &["sql", HOSTILE],
        &["import", HOSTILE],
        &["replay", HOSTILE, "-m", HOSTILE],
        &["prompt", "show", HOSTILE],
        &["models"],
        &[HOSTILE],
        &["traces", "--sort", HOSTILE],
        &["--workspace", HOSTILE, "traces"],
        &["--config", HOSTILE, "models"],
    ];
    for arguments in commands {
        for format in ["table", "json", "jsonl", "csv"] {
            let done = place.run(&[&["--format", format, "--color", "never"], *arguments].concat());
            for raw in RAW {
                assert!(!done.stdout.contains(raw), "{raw:?} on stdout of {arguments:?} as {format}: {done:?}");
                assert!(!done.stderr.contains(raw), "{raw:?} on stderr of {arguments:?} as {format}: {done:?}");
            }
        }
    }
    let log = std::fs::read_to_string(place.workspace().join(".hindcast/log/hindcast.log")).unwrap_or_default();
    assert!(!log.contains(RAW), "{log:?}");
}

#[test]
fn json_still_holds_every_character() {
    let place = Place::with_traces(&hostile());
    let document = place.run(&["traces", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["traces"][0]["input_text"], HOSTILE);
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    let place = Place::with_traces(&hostile());
    let csv = place.run(&["sql", "SELECT input_text FROM traces", "--format", "csv"]).ends_with(0).stdout;
    assert!(csv.lines().nth(1).is_some_and(|line| line.trim_start_matches('"').starts_with("'=1+1")), "{csv}");
}
