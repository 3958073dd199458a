//! What the chunks say of recorded answers, on the command line.

use super::place::Place;
use super::recording::{Recorded, line, three, trace_id};

/// An answer that is right, and one that nothing carries.
fn right_and_wrong() -> String {
    let invented = Recorded {
        letter: 'e',
        at: 180,
        question: "Who founded the company?",
        answer: Some("The company was founded in 1987 by Maria Keller in Stockholm."),
        document: "Ask sales for a higher limit.",
    };
    three() + &line(&invented) + "\n"
}

#[test]
fn an_answer_is_grounded_sentence_by_sentence() {
    let place = Place::with_traces(&right_and_wrong());
    let document = place.run(&["ground", "aaaa", "--format", "json"]).ends_with(0).json();
    let names: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(names, ["schema_version", "trace_id", "span_id", "grounded_rate", "sentences"]);
    let sentence = &document["sentences"][0];
    let names: Vec<&String> = sentence.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "text",
            "start",
            "end",
            "verdict",
            "lack",
            "support",
            "why",
            "evidence",
            "citations",
            "judge",
            "judge_verdict",
            "judge_lack",
            "judge_why"
        ]
    );
    assert_eq!(sentence["judge"], serde_json::Value::Null);
    assert_eq!((&document["trace_id"], &sentence["verdict"]), (&trace_id('a').into(), &"supported".into()));
    let names: Vec<&String> = sentence["evidence"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["rank", "document_id", "start", "end", "score"]);

    let wrong = place.run(&["ground", "eeee", "--format", "jsonl"]).ends_with(0).stdout;
    assert!(wrong.contains(r#""verdict":"unsupported","lack":"absent""#), "{wrong}");
    let page = place.run(&["ground", "eeee"]).ends_with(0).stdout;
    assert!(page.contains("in no chunk") && page.contains("Maria Keller"), "{page}");
    assert!(
        place.run(&["ground", "eeee", "--format", "csv"]).ends_with(0).stdout.starts_with("text,start,end,verdict")
    );
}

#[test]
fn what_cannot_be_grounded_says_why() {
    let place = Place::with_traces(&three());
    let failed = place.run(&["ground", "cccc"]).ends_with(1);
    assert!(failed.stderr.contains("no text of the answer"), "{failed:?}");
    let none = place.run(&["ground", "aaaa", "--span", "ffff"]).ends_with(1);
    assert!(none.stderr.contains("no model call `ffff`"), "{none:?}");
    place.run(&["ground", "nosuch"]).ends_with(4);
}

#[test]
fn the_history_is_grounded_where_a_filter_or_a_query_asks() {
    let place = Place::with_traces(&right_and_wrong());
    let found = place.run(&["traces", "has:unsupported", "--format", "jsonl"]).ends_with(0).stdout;
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains(&trace_id('e')), "{found}");
    let rows = place.run(&[
        "sql",
        "SELECT trace_id, verdict, lack FROM sentences WHERE verdict = 'unsupported'",
        "--format",
        "jsonl",
    ]);
    assert!(rows.ends_with(0).stdout.contains(r#""lack":"absent""#));

    // An answer that changes is grounded anew; the index built anew says the same.
    place.write("traces/recorded.jsonl", &three());
    place.run(&["index", "--rebuild"]).ends_with(0);
    place.run(&["traces", "has:unsupported"]).ends_with(0);
    let count = place.run(&["sql", "SELECT count(*) AS n FROM groundings", "--format", "json"]).ends_with(0).json();
    assert_eq!(count["rows"][0]["n"], 2, "the answer of the failed call cannot be grounded");
}

#[test]
fn wrong_answers_are_grouped_by_cause() {
    let place = Place::with_traces(&right_and_wrong());
    let counts = place.run(&["causes", "--format", "json"]).ends_with(0).json();
    let names: Vec<&String> = counts["causes"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["cause", "title", "answers", "newest", "next"]);
    assert_eq!((&counts["causes"][0]["cause"], &counts["causes"][0]["answers"]), (&"made_up".into(), &1.into()));
    let found = place.run(&["traces", "cause:made_up", "--format", "jsonl"]).ends_with(0).stdout;
    assert!(found.lines().count() == 1 && found.contains(&trace_id('e')), "{found}");
    let wrong = place.run(&["traces", "cause:magic"]).ends_with(2);
    assert!(wrong.stderr.contains("made_up"), "{wrong:?}");
    // What another trace retrieved carries it: it was not found, not made up.
    let elsewhere = Recorded {
        letter: 'f',
        at: 240,
        question: "When did it begin?",
        answer: Some("In 1987."),
        document: "The company was founded in 1987 by Maria Keller in Stockholm.",
    };
    // It comes later, with something that has nothing to do with it.
    let other = Recorded {
        letter: 'g',
        at: 300,
        question: "Which colour?",
        answer: Some("Teal."),
        document: "Doors are teal.",
    };
    place.write("traces/other.jsonl", &(line(&other) + "\n"));
    let counts = place.run(&["causes", "--format", "json"]).ends_with(0).json();
    assert_eq!(counts["causes"][0]["cause"], "made_up", "{counts}");
    place.write("traces/later.jsonl", &(line(&elsewhere) + "\n"));
    let found = place.run(&["traces", "cause:retrieval_missed", "--format", "jsonl"]).ends_with(0).stdout;
    assert!(found.contains(&trace_id('e')), "{found}");
}
