//! `hindcast ground --judge`: a model decides what the scorer cannot, by a rubric that is a file.

use super::ablation::Server;
use super::place::{Done, Place};
use super::recording::three;

const FREE: &str = "input = 0\noutput = 0\n";
const PRICED: &str = "input = 10\noutput = 100\n";

/// What a judge says of the only sentence of the answers here.
const ABSENT: &str = r#"Gladly: [{"sentence": 1, "verdict": "absent", "why": "no source tells"}]"#;

fn judged_by(says: &'static str, price: &str) -> (Place, Server) {
    let place = Place::with_traces(&three());
    let server = Server::start(move |_, _| says.to_owned());
    place.write("hindcast.toml", &server.config(price));
    (place, server)
}

fn judge_all(place: &Place, more: &[&str]) -> Done {
    place.run(&[&["ground", "aaaa", "--judge", "p/m", "--judge-all", "--format", "json"], more].concat())
}

/// What the table says of the sentence.
fn said(place: &Place) -> String {
    let query = "SELECT verdict, judge, judge_verdict, judge_why FROM sentences WHERE trace_id LIKE 'aaaa%'";
    place.run(&["sql", query, "--format", "jsonl"]).ends_with(0).stdout.trim_end().to_owned()
}

const KEPT: &str =
    r#"{"verdict":"supported","judge":"p/m","judge_verdict":"unsupported","judge_why":"no source tells"}"#;

/// The traces again, with another answer to the first question.
fn answered_otherwise() -> String {
    three().replace("The API allows 600 requests per minute.\"", "The API allows 600 requests a minute.\"")
}

#[test]
fn what_a_judge_said_is_kept_until_the_answer_is_another() {
    let (place, server) = judged_by(ABSENT, FREE);
    assert!(!said(&place).contains("p/m"));
    judge_all(&place, &[]).ends_with(0);
    assert_eq!(said(&place), KEPT, "the table has it");
    let page = place.run(&["ground", "aaaa"]).ends_with(0).stdout;
    assert!(
        page.contains("in no chunk  p/m says so: no source tells") && page.contains("the scorer: supported"),
        "{page}"
    );
    // It counts before the scorer's verdict, wherever answers are counted.
    let found = place.run(&["traces", "has:unsupported", "--format", "jsonl"]).ends_with(0).stdout;
    assert!(found.contains("aaaa") && found.lines().count() == 1, "{found}");
    let causes = place.run(&["causes", "--format", "json"]).ends_with(0).json();
    assert_eq!(causes["causes"][0]["cause"], "made_up", "{causes}");

    place.run(&["index", "--rebuild"]).ends_with(0);
    assert_eq!(said(&place), KEPT, "the journals bring it back");
    place.run(&["index", "--check"]).ends_with(0);
    assert_eq!(place.run(&["ground", "aaaa", "--format", "json"]).json()["sentences"][0]["judge"], "p/m");

    place.write("traces/recorded.jsonl", &answered_otherwise());
    place.run(&["index", "--rebuild"]).ends_with(0);
    let now = said(&place);
    assert!(now.contains(r#""judge":null"#), "what it said was of another answer: {now}");
    assert_eq!(
        place.run(&["ground", "aaaa", "--format", "json"]).json()["sentences"][0]["judge"],
        serde_json::Value::Null
    );
    assert_eq!(place.run(&["traces", "has:unsupported", "--format", "jsonl"]).stdout, "");

    place.write("traces/recorded.jsonl", &three());
    place.run(&["index", "--rebuild"]).ends_with(0);
    assert_eq!(said(&place), KEPT, "and of this one");
    assert_eq!(server.asked(), 1);
}

/// The journals of judges' runs.
fn journals(place: &Place) -> Vec<std::path::PathBuf> {
    let dir = place.workspace().join(".hindcast/journal");
    let paths = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("run-")).collect()
}

#[test]
fn a_judge_that_was_stopped_is_asked_again_for_what_is_missing_alone() {
    let (place, server) = judged_by(ABSENT, PRICED);
    // Stopped by the cap before it was asked, then asked; what was answered comes from the cache, in another index, too.
    judge_all(&place, &["--yes", "--max-cost", "0.0001"]).ends_with(5);
    judge_all(&place, &["--yes"]).ends_with(0);
    place.run(&["index", "--rebuild"]).ends_with(0);
    judge_all(&place, &[]).ends_with(0);
    assert_eq!(server.asked(), 1);
    let run = place.run(&["runs", "--format", "json"]).ends_with(0).json()["runs"][0]["run_id"].clone();
    let resumed = place.run(&["replay", "--resume", run.as_str().unwrap()]);
    assert!(resumed.code == 2 && resumed.stderr.contains("hindcast ground TRACE_ID --judge"), "{resumed:?}");

    // Killed between the question and its answer: it may have been billed, so it is not asked again without a word.
    for path in journals(&place) {
        let lines = std::fs::read_to_string(&path).unwrap();
        let kept = |line: &&str| !line.contains(r#""type":"result""#) && !line.contains(r#""type":"end""#);
        std::fs::write(&path, lines.lines().filter(kept).map(|line| line.to_owned() + "\n").collect::<String>())
            .unwrap();
    }
    let newest = |one: &std::path::PathBuf| std::fs::read_to_string(one).unwrap().contains(r#""type":"intent""#);
    for path in journals(&place).iter().filter(|path| !newest(path)) {
        std::fs::remove_file(path).unwrap();
    }
    place.run(&["index", "--rebuild"]).ends_with(0);
    assert_eq!(said(&place), KEPT, "what was said before is kept all the same");
    let refused = judge_all(&place, &["--yes"]).ends_with(2);
    assert!(
        refused.stderr.contains("never heard of again") && refused.stderr.contains("--retry-unknown"),
        "{refused:?}"
    );
    assert_eq!(server.asked(), 1);
    judge_all(&place, &["--yes", "--retry-unknown"]).ends_with(0);
    assert_eq!(server.asked(), 2);
    judge_all(&place, &[]).ends_with(0);
    assert_eq!(server.asked(), 2, "now it is known");
}

#[test]
fn a_judge_is_asked_by_the_rubric_and_never_paid_twice() {
    let (place, server) = judged_by(ABSENT, FREE);
    let done = judge_all(&place, &[]).ends_with(0);
    let told = done.json();
    let sentence = &told["sentences"][0];
    assert_eq!((&sentence["judge"], &sentence["judge_verdict"]), (&"p/m".into(), &"unsupported".into()), "{told}");
    assert_eq!((&sentence["judge_lack"], &sentence["judge_why"]), (&"absent".into(), &"no source tells".into()));
    assert_eq!(sentence["verdict"], "supported", "the scorer's own stays: {told}");
    assert_eq!(told["grounded_rate"], 0.0);
    assert!(done.stderr.contains("hindcast ground --rubric"), "{}", done.stderr);
    let asked = server.asked_texts().concat();
    assert!(asked.contains("never by what you know yourself") && asked.contains("1. The API allows 600"), "{asked}");
    assert!(asked.contains("[1] doc-1\nThe REST API allows 600 requests per minute on Business."), "{asked}");

    judge_all(&place, &[]).ends_with(0);
    assert_eq!(server.asked(), 1, "the same question is answered from the cache");
    let runs = place.run(&["runs", "--format", "jsonl"]).ends_with(0).stdout;
    assert_eq!(runs.lines().count(), 2, "{runs}");

    let rubric = place.run(&["ground", "--rubric"]).ends_with(0).stdout;
    place.write("prompts/grounding-judge.prompt", &rubric.replace("at most fifteen words", "in one word"));
    let own = judge_all(&place, &[]).ends_with(0);
    assert!(own.stderr.contains("grounding-judge@work"), "{}", own.stderr);
    assert!(server.asked_texts().last().unwrap().contains("in one word"));
}

#[test]
fn only_what_is_in_doubt_is_asked_and_the_cost_is_said_first() {
    let (place, server) = judged_by(ABSENT, PRICED);
    let sure = place.run(&["ground", "aaaa", "--judge", "p/m"]).ends_with(0);
    assert!(sure.stderr.contains("unsure of no sentence"), "{}", sure.stderr);
    let plan = judge_all(&place, &["--dry-run"]).ends_with(0).json();
    assert_eq!((&plan["status"], &plan["requests"]), (&"planned".into(), &1.into()), "{plan}");
    // Without a terminal nobody can agree; a cap below the worst case sends nothing.
    judge_all(&place, &[]).ends_with(2);
    judge_all(&place, &["--yes", "--max-cost", "0.0001"]).ends_with(5);
    assert_eq!(server.asked(), 0);
    judge_all(&place, &["--yes"]).ends_with(0);
    assert_eq!(server.asked(), 1);
}

#[test]
fn a_judge_that_says_nothing_leaves_the_scorers_verdicts() {
    let (place, _server) = judged_by("I am sure it is fine.", FREE);
    let done = judge_all(&place, &[]).ends_with(0);
    let sentence = &done.json()["sentences"][0];
    assert_eq!((&sentence["verdict"], &sentence["judge"]), (&"supported".into(), &serde_json::Value::Null));
    assert!(done.stderr.contains("gave no verdict on 1 of 1"), "{}", done.stderr);
    assert_eq!(said(&place), r#"{"verdict":"supported","judge":null,"judge_verdict":null,"judge_why":null}"#);
    let builtin = place.run(&["ground", "aaaa", "--judge", "builtin/extractive", "--judge-all"]).ends_with(2);
    assert!(builtin.stderr.contains("cannot judge"), "{}", builtin.stderr);
}
