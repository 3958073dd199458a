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

#[test]
fn a_judge_is_asked_by_the_rubric_and_never_paid_twice() {
    let (place, server) = judged_by(ABSENT, FREE);
    let done = judge_all(&place, &[]).ends_with(0);
    let told = done.json();
    let sentence = &told["sentences"][0];
    assert_eq!((&sentence["verdict"], &sentence["lack"]), (&"unsupported".into(), &"absent".into()), "{told}");
    assert_eq!((&sentence["why"], &sentence["judge"]), (&"p/m: no source tells".into(), &"p/m".into()), "{told}");
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
    let builtin = place.run(&["ground", "aaaa", "--judge", "builtin/extractive", "--judge-all"]).ends_with(2);
    assert!(builtin.stderr.contains("cannot judge"), "{}", builtin.stderr);
}
