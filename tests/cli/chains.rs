//! Agents replayed from the command line, offline.

use serde_json::Value;

use super::place::Place;
use crate::import::reading::fixtures;

fn with_agents() -> Place {
    let place = Place::new();
    let agents = fixtures().join("openinference-openai-agent");
    place.run(&["import", agents.to_str().unwrap()]).ends_with(0);
    place
}

fn results(place: &Place) -> Vec<Value> {
    let lines = place.run(&["runs", "last", "--format", "jsonl"]).ends_with(0);
    lines.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_recorded_chain_is_replayed_step_by_step() {
    let place = with_agents();
    let done = place.run(&["replay", "--calls", "chain", "-m", "builtin/recorded", "--format", "json"]).ends_with(0);
    let outcome = done.json();
    assert_eq!((&outcome["status"], &outcome["ok"]), (&"completed".into(), &outcome["requests"]), "{done:?}");
    assert_eq!(outcome.get("diverged"), None);
    let results = results(&place);
    let longest = results.iter().max_by_key(|result| result["steps"].as_array().unwrap().len()).unwrap();
    let first = &longest["steps"][0];
    assert_eq!((&first["step"], &first["as_recorded"]), (&1.into(), &true.into()));
    assert_eq!(first["requests"][0]["answer"]["from"], "recorded", "{first}");
    let asked = place.run(&["sql", "SELECT count(*) AS n FROM results WHERE steps IS NOT NULL", "--format", "csv"]);
    assert!(asked.stdout.contains(&results.len().to_string()), "{asked:?}");
}

#[test]
fn a_divergence_is_a_result_and_ends_well() {
    let place = with_agents();
    let done = place.run(&["replay", "--calls", "chain", "-m", "builtin/extractive", "--format", "json"]).ends_with(0);
    assert!(done.json()["diverged"].as_u64().unwrap() > 10, "{done:?}");
    assert!(done.stderr.contains("left the recording"), "{done:?}");
    let diverged: Vec<Value> = results(&place).into_iter().filter(|result| result["status"] == "diverged").collect();
    assert!(diverged.iter().all(|result| result["steps"][0]["divergences"][0]["kind"] == "early_stop"));
}

#[test]
fn what_belongs_to_chains_is_refused_elsewhere() {
    let place = with_agents();
    for option in [&["--step", "2"][..], &["--on-divergence", "nearest"], &["--max-steps", "3"]] {
        let arguments = [&["replay", "-m", "builtin/recorded"][..], option].concat();
        let done = place.run(&arguments).ends_with(2);
        assert!(done.stderr.contains("--calls chain"), "{done:?}");
    }
    let asking = ["replay", "--calls", "chain", "-m", "builtin/extractive", "--on-divergence", "ask"];
    let done = place.run(&asking).ends_with(2);
    assert!(done.stderr.contains("terminal"), "{done:?}");
}
