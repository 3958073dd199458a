//! Golden cases: kept in a file that git versions, and asked of models again.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::formats::fields;
use super::place::{Done, Place};
use super::recording::{three, trace_id};

const RIGHT: &str = "The API allows 600 requests per minute.";

/// A server whose models answer as they are called: right, wrong, refusing or broken; and the requests it was sent.
fn server() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
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
            let is_data = body["messages"].to_string().contains("Where is data stored?");
            let (status, says) = match body["model"].as_str() {
                Some("right") => ("200 OK", if is_data { "Data is stored in Frankfurt." } else { RIGHT }),
                Some("wrong") => ("200 OK", "The API allows 100 requests per minute."),
                Some("refusing") => ("200 OK", "I'm sorry, but I can't help with that."),
                _ => ("400 Bad Request", "no"),
            };
            kept.lock().unwrap().push(body);
            let answer = json!({"choices": [{"message": {"content": says}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
            .to_string();
            let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: application/json\r\n");
            let _ = socket.write_all(format!("{head}content-length: {}\r\n\r\n{answer}", answer.len()).as_bytes());
        }
    });
    (format!("http://{address}/v1"), asked)
}

/// A place with three traces and a provider on loopback.
fn place() -> (Place, Arc<Mutex<Vec<Value>>>) {
    let place = Place::with_traces(&three());
    let asked = with_server(&place);
    (place, asked)
}

fn with_server(place: &Place) -> Arc<Mutex<Vec<Value>>> {
    let (url, asked) = server();
    let config = format!("[providers.local]\nkind = \"openai\"\nbase_url = \"{url}\"\napi_key_cmd = \"echo key\"\n");
    place.write("hindcast.toml", &config);
    asked
}

fn golden(place: &Place) -> String {
    std::fs::read_to_string(place.workspace().join("golden.jsonl")).unwrap()
}

fn git(place: &Place, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(arguments);
    let done = command.current_dir(place.workspace()).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn add(place: &Place, letter: &str, facts: &[&str]) -> Done {
    let mut arguments = vec!["golden", "add", letter];
    for fact in facts {
        arguments.extend(["--fact", fact]);
    }
    place.run(&arguments).ends_with(0)
}

#[test]
fn cases_are_lines_of_a_file_that_git_versions() {
    let (place, _) = place();
    git(&place, &["init", "-q"]);
    let done = add(&place, "aaaa", &["600 requests per minute"]);
    assert!(done.stdout.is_empty() && done.stderr.contains("in golden.jsonl"), "{done:?}");
    add(&place, "bbbb", &["Data is stored in Frankfurt."]);
    assert!(git(&place, &["status", "--porcelain"]).contains("?? golden.jsonl"));
    git(&place, &["add", "golden.jsonl"]);
    git(&place, &["commit", "-qm", "Golden cases"]);
    let before = golden(&place);
    let again = add(&place, "aaaa", &["600 requests per minute"]);
    assert!(again.stderr.contains("says the same already"), "{again:?}");
    assert_eq!(golden(&place), before);
    let noted = place
        .run(&["golden", "add", "aaaa", "--note", "the limit of Business", "--format", "json"])
        .ends_with(0)
        .json();
    insta::assert_snapshot!(fields(&noted), @r#"{schema_version kept file id question trace_id span_id chunks[{document_id content}] expected_facts[] relevant[] note created_at}"#);
    assert_eq!((&noted["kept"], &noted["expected_facts"]), (&json!("updated"), &json!(["600 requests per minute"])));
    assert_eq!(git(&place, &["diff", "--numstat"]).trim(), "1\t1\tgolden.jsonl");
    assert_eq!(golden(&place).lines().nth(1), before.lines().nth(1));

    let listed = place.run(&["golden", "list", "--format", "json"]).ends_with(0).json();
    insta::assert_snapshot!(fields(&listed), @r#"{schema_version cases[{id trace_id span_id recorded facts chunk_count relevant_count question note expected_facts[] relevant[] chunks[{document_id content}] created_at}]}"#);
    assert_eq!(listed["cases"].as_array().unwrap().len(), 2);
    let one = place.run(&["golden", "list", "Frankfurt", "--format", "jsonl"]).ends_with(0).stdout;
    assert_eq!(one.lines().count(), 1);
    assert!(one.contains(&trace_id('b')), "{one}");
    assert!(place.run(&["golden", "list", "model:none*"]).ends_with(0).stderr.contains("no golden case matches"));
}

#[test]
fn without_facts_the_supported_sentences_of_the_answer_are_expected() {
    let (place, _) = place();
    let done = add(&place, "aaaa", &[]);
    assert!(done.stderr.contains("as far as its chunks support it") && done.stderr.contains(RIGHT), "{done:?}");
    let line: Value = serde_json::from_str(&golden(&place)).unwrap();
    assert_eq!(line["expected_facts"], json!([RIGHT]));
    assert_eq!(line["chunks"][0]["document_id"], "doc-1");
    place.run(&["golden", "add", "aaaa", "--fact", " "]).ends_with(2);
    place.run(&["golden", "add", "nowhere"]).ends_with(4);
}

#[test]
fn a_run_says_which_fact_is_missing() {
    let (place, asked) = place();
    let none = place.run(&["golden", "run", "-m", "local/right"]).ends_with(1);
    assert!(none.stderr.contains("golden add TRACE_ID"), "{none:?}");
    add(&place, "aaaa", &[RIGHT]);
    add(&place, "bbbb", &["Data is stored in Frankfurt."]);
    place.run(&["golden", "run", "-m", "local/right", "--dry-run"]).ends_with(0);
    assert!(asked.lock().unwrap().is_empty());

    let passed = place.run(&["golden", "run", "-m", "local/right"]).ends_with(0);
    assert!(passed.stderr.contains("2 answers: 2 passed"), "{passed:?}");
    let both = ["golden", "run", "-m", "local/right", "-m", "local/wrong", "--format", "json"];
    let document = place.run(&both).ends_with(1).json();
    insta::assert_snapshot!(fields(&document), @r#"{schema_version run_id status variants[{id model prompt}] passed failed unchecked unanswered cost_usd cases[{id trace_id span_id question answers[{variant model prompt sample result_id status outcome facts[{fact carried why}] grounded_rate refused refusal citations{cited missing unsupported} output_text cost_usd latency_ms error}]}]}"#);
    assert_eq!(
        (&document["passed"], &document["failed"], &document["status"]),
        (&json!(2), &json!(2), &json!("completed"))
    );
    let wrong = &document["cases"][0]["answers"][1];
    assert_eq!((&wrong["variant"], &wrong["outcome"]), (&json!("B"), &json!("failed")));
    assert_ne!(wrong["facts"][0]["carried"], "carried", "100 is not 600");

    let refused = place.run(&["golden", "run", "API", "-m", "local/refusing", "--format", "jsonl"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let row: Value = serde_json::from_str(refused.stdout.lines().next().unwrap()).unwrap();
    insta::assert_snapshot!(fields(&row), @r#"{id trace_id span_id variant model prompt sample result_id status outcome carried expected grounded_rate refused citations citations_wrong question why output_text cost_usd latency_ms}"#);
    assert_eq!((&row["refused"], &row["carried"], &row["expected"]), (&json!(true), &json!(0), &json!(1)));
    let table = place.run(&["golden", "run", "-m", "local/wrong"]).ends_with(1).stdout;
    assert!(table.contains("A  local/wrong") && table.contains("failed") && table.contains(RIGHT), "{table}");
    let broken = place.run(&["golden", "run", "-m", "local/broken"]).ends_with(3);
    assert!(broken.stdout.contains("unanswered"), "{broken:?}");
}

#[test]
fn a_run_stops_at_its_cap_and_goes_on() {
    let (place, asked) = place();
    add(&place, "aaaa", &[RIGHT]);
    add(&place, "bbbb", &["Data is stored in Frankfurt."]);
    let run = |more: &[&str]| place.run(&[&["golden", "run", "--format", "json", "--yes"][..], more].concat());
    let priced = ["-m", "local/right", "--price", "local/right=1000,1000", "--max-cost", "0.000001"];
    let stopped = run(&priced).ends_with(5).json();
    assert!(asked.lock().unwrap().is_empty());
    let id = stopped["run_id"].as_str().unwrap().to_owned();
    let done = run(&["--resume", &id, "--max-cost", "100"]).ends_with(0).json();
    assert_eq!((&done["run_id"], &done["passed"]), (&json!(id), &json!(2)));
    assert_eq!(asked.lock().unwrap().len(), 2);
    let again = run(&["--resume", &id]).ends_with(0).json();
    assert_eq!((&again["passed"], asked.lock().unwrap().len()), (&json!(2), 2), "nothing is asked twice");
}

#[test]
fn a_case_outlives_its_recording_with_a_prompt() {
    let (source, _) = place();
    add(&source, "aaaa", &[RIGHT]);
    let place = Place::new();
    let asked = with_server(&place);
    place.write("golden.jsonl", &golden(&source));
    let template =
        "---\ninput:\n  schema:\n    context: string\n    question: string\n---\nFrom:\n{{context}}\n{{question}}\n";
    place.write("prompts/answer.prompt", template);
    let skipped = place.run(&["golden", "run", "-m", "local/right"]).ends_with(0);
    assert!(skipped.stderr.contains("its recording is not in the workspace"), "{skipped:?}");
    let done = place.run(&["golden", "run", "-m", "local/right", "-p", "answer"]).ends_with(0);
    assert!(done.stderr.contains("1 case is asked from question and chunks"), "{done:?}");
    let sent = asked.lock().unwrap()[0]["messages"].to_string();
    assert!(sent.contains("[doc-1] The REST API allows 600") && sent.contains("How many API calls"), "{sent}");
    let listed = place.run(&["golden", "list", "Business", "--format", "json"]).ends_with(0).json();
    assert_eq!(listed["cases"][0]["recorded"], false);
}

#[test]
fn a_wrong_line_is_named_and_nothing_is_lost() {
    let (place, _) = place();
    let text = "{\"question\":\"Mine?\",\"owner\":\"me\"}\n{\"question\":7}\n";
    place.write("golden.jsonl", text);
    for command in [&["golden", "list"][..], &["golden", "run", "-m", "builtin/recorded"], &["golden", "add", "aaaa"]] {
        let done = place.run(command).ends_with(4);
        assert!(done.stderr.contains("golden.jsonl:2: field question: expected text, found a number"), "{done:?}");
    }
    assert_eq!(golden(&place), text);
    place.write("golden.jsonl", text.lines().next().unwrap());
    add(&place, "aaaa", &[RIGHT]);
    assert_eq!(golden(&place).lines().next(), text.lines().next());
    assert_eq!(golden(&place).lines().count(), 2);
}
