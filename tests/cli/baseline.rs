//! A baseline beside the candidates, runs that stop when it is clear, and the cache, as a user meets them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::place::Place;
use super::recording::{Recorded, line};

/// A server that says no as the recorded model and yes as any other; and how often it was asked.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            let mut request = Vec::new();
            let mut piece = [0; 16_384];
            let body = loop {
                let Ok(read @ 1..) = socket.read(&mut piece) else { break String::new() };
                request.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
                if body.len() >= length.unwrap_or(0) {
                    break body.to_owned();
                }
            };
            let Ok(body) = serde_json::from_str::<Value>(&body) else { continue };
            counted.fetch_add(1, Ordering::Relaxed);
            let says = if body["model"] == "gpt-4o-mini" { "No." } else { "Yes, it does." };
            let answer = json!({"choices": [{"message": {"content": says}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
            .to_string();
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length:";
            let _ = socket.write_all(format!("{head} {}\r\n\r\n{answer}", answer.len()).as_bytes());
        }
    });
    (format!("http://{address}/v1"), asked)
}

/// Twenty-six recorded cases, and a provider on loopback in the place of the one they were recorded with.
fn place() -> (Place, Arc<AtomicUsize>) {
    let questions: Vec<String> = ('a'..='z').map(|letter| format!("Does plan {letter} include exports?")).collect();
    let traces = ('a'..='z').zip(0..).zip(&questions).map(|((letter, at), question)| {
        line(&Recorded { letter, at, question, answer: Some("No."), document: "Plans differ." }) + "\n"
    });
    let place = Place::with_traces(&traces.collect::<String>());
    let (url, asked) = server();
    let config = format!("[providers.openai]\nkind = \"openai\"\nbase_url = \"{url}\"\napi_key_cmd = \"echo key\"\n");
    place.write("hindcast.toml", &config);
    (place, asked)
}

#[test]
fn a_baseline_is_asked_beside_and_the_run_stops_when_it_is_clear() {
    let (place, asked) = place();
    let plan = place.run(&["replay", "-m", "openai/other", "--dry-run"]).ends_with(0);
    assert!(plan.stderr.contains("26 cases were recorded at a temperature that is not 0"), "{plan:?}");
    let arguments =
        ["replay", "-m", "openai/other", "--baseline", "--until", "decided:contains:yes", "--concurrency", "2"];
    let done = place.run(&[&arguments[..], &["--format", "json"]].concat()).ends_with(0);
    let outcome = done.json();
    let decided = &outcome["decided"];
    assert_eq!((&outcome["status"], &outcome["requests"]), (&json!("completed"), &json!(52)), "{outcome}");
    assert_eq!(outcome["variants"][1]["role"], "baseline");
    assert_eq!(decided["questions"][0]["verdict"], "better", "{outcome}");
    assert_eq!(decided["questions"][0]["baseline"], "baseline");
    let saved = decided["saved_requests"].as_u64().unwrap();
    assert!(saved >= 20 && saved == 52 - outcome["results"].as_u64().unwrap(), "{outcome}");
    assert_eq!(asked.load(Ordering::Relaxed) as u64, 52 - saved);
    assert!(done.stderr.contains(&format!("{saved} requests saved")), "{done:?}");

    let run = outcome["run_id"].as_str().unwrap();
    let runs = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    let row = &runs["runs"][0];
    assert_eq!((&row["until"], &row["saved_requests"]), (&json!("decided:contains:yes"), &json!(saved)));
    let shown = place.run(&["runs", run]).ends_with(0).stdout;
    assert!(shown.contains("clear by contains:yes after") && shown.contains("A against baseline"), "{shown}");
    let compared = place.run(&["compare", run, "--evaluator", "contains:yes"]).ends_with(0).stdout;
    assert!(compared.contains("whenever the run stopped") && compared.contains("requests saved"), "{compared}");
    assert!(compared.contains("baseline: 0 % of the answers differ from the recorded one"), "{compared}");
    let compared = place.run(&["compare", run, "--evaluator", "contains:yes", "--format", "json"]).ends_with(0).json();
    let changed = compared["differences"].as_array().unwrap();
    let changed = changed.iter().find(|difference| difference["evaluator"] == "changed").unwrap();
    assert_eq!((&changed["baseline"], &changed["verdict"]), (&json!("baseline"), &json!("higher")), "{compared}");

    let again = place.run(&["replay", "--resume", run]).ends_with(0);
    assert!(again.stderr.contains("nothing is left to do"), "{again:?}");
    assert_eq!(asked.load(Ordering::Relaxed) as u64, 52 - saved);
    place.run(&["index", "--rebuild"]).ends_with(0);
    let rebuilt = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    assert_eq!(rebuilt, runs);
}

#[test]
fn what_cannot_be_decided_is_refused() {
    let (place, asked) = place();
    let wrong = place.run(&["replay", "-m", "openai/other", "--until", "decided"]).ends_with(2);
    assert!(wrong.stderr.contains("add --baseline"), "{wrong:?}");
    let wrong = place.run(&["replay", "-m", "openai/other", "--until", "later"]).ends_with(2);
    assert!(wrong.stderr.contains("decided:similarity"), "{wrong:?}");
    let wrong = place.run(&["replay", "-m", "openai/other", "--until", "decided:similarty"]).ends_with(2);
    assert!(wrong.stderr.contains("the nearest is similarity"), "{wrong:?}");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn answers_are_served_again_until_the_cache_is_cleared() {
    let (place, asked) = place();
    let replay =
        || place.run(&["replay", "-m", "openai/other", "--limit", "5", "--format", "json"]).ends_with(0).json();
    assert_eq!((replay()["from_cache"].clone(), asked.load(Ordering::Relaxed)), (json!(0), 5));
    assert_eq!((replay()["from_cache"].clone(), asked.load(Ordering::Relaxed)), (json!(5), 5));
    let document = place.run(&["cache", "--format", "json"]).ends_with(0).json();
    assert_eq!((&document["entries"], &document["hits"], &document["max_age"]), (&json!(5), &json!(5), &json!("30d")));
    assert_eq!(document["models"][0]["model"], "openai/other");
    assert!(document["bytes"].as_u64().unwrap() > 500, "{document}");

    let other = place.run(&["cache", "clear", "--model", "openai/none", "--format", "json"]).ends_with(0).json();
    assert_eq!(other["cleared"], 0);
    let young = place.run(&["cache", "clear", "--older-than", "1d", "--format", "json"]).ends_with(0).json();
    assert_eq!(young["cleared"], 0);
    let cleared = place.run(&["cache", "clear", "--model", "openai/other", "--format", "json"]).ends_with(0).json();
    assert_eq!(cleared["cleared"], 5);
    // What was cleared stays so in an index that is built anew, and no result is gone.
    place.run(&["index", "--rebuild"]).ends_with(0);
    assert_eq!(place.run(&["cache", "--format", "json"]).ends_with(0).json()["entries"], 0);
    let runs = place.run(&["runs", "--format", "json"]).ends_with(0).json();
    assert_eq!((&runs["runs"][0]["ok"], &runs["runs"][1]["ok"]), (&json!(5), &json!(5)));
    assert_eq!((replay()["from_cache"].clone(), asked.load(Ordering::Relaxed)), (json!(0), 10));
    let table = place.run(&["cache"]).ends_with(0);
    assert!(table.stdout.contains("openai/other") && table.stderr.contains("5 answers of"), "{table:?}");
    place.run(&["cache", "clear", "--older-than", "soon"]).ends_with(2);
}

#[test]
fn the_cache_has_limits_of_its_own() {
    let (place, asked) = place();
    let config = std::fs::read_to_string(place.workspace().join("hindcast.toml")).unwrap();
    let replay =
        || place.run(&["replay", "-m", "openai/other", "--limit", "4", "--format", "json"]).ends_with(0).json();
    replay();
    place.write("hindcast.toml", &format!("{config}[cache]\nmax_age = \"0s\"\n"));
    assert_eq!((replay()["from_cache"].clone(), asked.load(Ordering::Relaxed)), (json!(0), 8));
    let bytes = {
        place.write("hindcast.toml", &config);
        place.run(&["cache", "--format", "json"]).ends_with(0).json()["bytes"].as_u64().unwrap()
    };
    place.write("hindcast.toml", &format!("{config}[cache]\nmax_size = \"{}B\"\n", bytes / 2));
    let served = replay()["from_cache"].as_u64().unwrap();
    assert!((1..=3).contains(&served), "{served}");
    place.write("hindcast.toml", &format!("{config}[cache]\nmax_siz = \"1GB\"\n"));
    let wrong = place.run(&["cache"]).ends_with(2);
    assert!(wrong.stderr.contains("cache.max_siz") && wrong.stderr.contains("max_size"), "{wrong:?}");
}
