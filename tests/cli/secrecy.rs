//! Logs and errors carry no keys and no bodies, whatever goes wrong.

use serde_json::json;

use super::place::{Place, done};
use super::recording::{Recorded, line};
use crate::providers::double::{Double, Received, Reply};

const KEY: &str = "planted-key-0123456789abcdefghij";
const QUESTION: &str = "PLANTED QUESTION: does the amber lighthouse keeper still owe us forty seven barrels?";
const SOURCE: &str = "PLANTED SOURCE: the keeper owes twelve barrels of lamp oil, due on the last day of May.";
const ANSWER: &str = "PLANTED ANSWER: twelve barrels of lamp oil.";
const KINDS: [&str; 8] = ["openai", "openai-responses", "azure", "anthropic", "gemini", "bedrock", "cohere", "mistral"];

/// What goes wrong; each says as much as it can of what it was sent.
const FAULTS: [&str; 14] =
    ["401", "403", "404", "400", "422", "429", "500", "529", "page", "text", "redirect", "broken", "cut", "stream"];

/// Everything that came, as a careless server repeats it.
fn echo(request: &Received) -> String {
    let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {} {}", request.path, headers.join(" "), String::from_utf8_lossy(&request.body))
}

fn fail(request: &Received) -> Reply {
    let fault = request.path.split('/').nth(2).unwrap_or_default().to_owned();
    let said = echo(request);
    let body = json!({"error": {"message": said, "type": "x", "code": "x"}, "message": said, "detail": said});
    match fault.as_str() {
        "page" => Reply::new(502, "text/html", vec![format!("<html>{said}</html>").into_bytes()]),
        "text" => Reply::new(500, "text/plain", vec![said.into_bytes()]),
        "redirect" => {
            Reply::new(302, "text/plain", Vec::new()).with_header("location", &format!("http://x.example/{KEY}"))
        }
        "broken" => Reply::new(200, "application/json", vec![format!("{{{said}").into_bytes()]),
        "cut" => {
            let event = json!({"choices": [{"index": 0, "delta": {"content": ANSWER}}]});
            Reply::new(200, "text/event-stream", vec![format!("data: {event}\n\n").into_bytes()]).cut()
        }
        "stream" => Reply::new(200, "text/event-stream", vec![format!("event: error\ndata: {body}\n\n").into_bytes()]),
        status => Reply::json(status.parse().unwrap(), &body).with_header("retry-after", "0"),
    }
}

fn config(base: &str) -> (String, Vec<String>) {
    let (mut tables, mut models) = (Vec::new(), Vec::new());
    for kind in KINDS {
        for fault in FAULTS {
            let name = format!("{kind}-{fault}");
            tables.push(format!(
                "[providers.{name}]\nkind = \"{kind}\"\nbase_url = \"{base}/{kind}/{fault}\"\napi_key_env = \"PLANTED\"\n\
                 region = \"us-east-1\"\n"
            ));
            models.push(format!("{name}/m"));
        }
    }
    (tables.concat(), models)
}

fn assert_clean(what: &str, text: &str) {
    for planted in [&KEY[..16], "PLANTED QUESTION", "PLANTED SOURCE", "PLANTED ANSWER", "lighthouse keeper", "lamp oil"]
    {
        let at = text.find(planted);
        let around =
            at.map(|at| text.chars().skip(text[..at].chars().count().saturating_sub(80)).take(200).collect::<String>());
        assert!(at.is_none(), "{what} holds `{planted}`: …{}…", around.unwrap_or_default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_brings_a_key_or_a_body_into_logs_and_errors() {
    let double = Double::start(fail).await;
    let recorded = Recorded { letter: 'a', at: 0, question: QUESTION, answer: Some(ANSWER), document: SOURCE };
    let place = Place::with_traces(&(line(&recorded) + "\n"));
    let (text, models) = config(&double.base);
    place.write("hindcast.toml", &text);
    let mut arguments = vec!["-v", "-v", "replay", "--yes", "--concurrency", "64"];
    arguments.extend(models.iter().flat_map(|model| ["-m", model]));
    let mut command = place.command(&arguments);
    let run = done(command.env("PLANTED", KEY).env("HINDCAST_LOG", "trace").output().unwrap());
    assert_eq!(run.code, 3, "{run:?}");
    assert_clean("stderr", &run.stderr);
    assert!(double.received().len() >= KINDS.len() * FAULTS.len(), "every model was asked");
    let results = place.run(&["runs", "last", "--format", "jsonl"]).ends_with(0);
    let mut errors = 0;
    for line in results.stdout.lines() {
        let result: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_ne!(result["status"], "ok", "{result}");
        let error = result["error"].as_str().unwrap_or_default();
        assert!(!error.is_empty(), "{result}");
        assert_clean(result["model"].as_str().unwrap(), error);
        errors += 1;
    }
    assert_eq!(errors, KINDS.len() * FAULTS.len());
    let log = place.workspace().join(".hindcast/log/hindcast.log");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.lines().count() > 1, "the log says nothing: {log}");
    assert_clean("the log", &log);
}
