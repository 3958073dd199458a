//! A replay as OpenTelemetry traces: into files and to an endpoint, and back through the import.

use serde_json::{Value, json};

use super::place::{Done, Place, done};
use super::recording::three;
use crate::providers::double::{Double, Reply};

const KEY: &str = "sk-model-0123456789abcdef";
const ANSWER: &str = "The limit is 600 requests, Größe 漢字.";

/// A model that always answers, or always refuses where the question is about raising limits.
async fn model() -> Double {
    model_that_is("m-2026").await
}

/// The same under a name of its own.
async fn model_that_is(name: &'static str) -> Double {
    Double::start(move |request| {
        if String::from_utf8_lossy(&request.body).contains("Where is data stored?") {
            return Reply::json(400, &json!({"error": {"message": "bad request of this kind", "type": "invalid_request_error"}}));
        }
        Reply::json(
            200,
            &json!({"id": "c1", "model": name, "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
                "role": "assistant", "content": ANSWER, "tool_calls": [{"id": "call_1", "type": "function",
                    "function": {"name": "look_up", "arguments": "{\"q\": \"limits\"}"}}]}}],
                "usage": {"prompt_tokens": 1200, "completion_tokens": 34, "prompt_tokens_details": {"cached_tokens": 200},
                    "completion_tokens_details": {"reasoning_tokens": 5}}}),
        )
    })
    .await
}

/// A workspace in which three traces were replayed on that model and on a built-in one.
fn replayed(model: &Double) -> Place {
    let place = Place::with_traces(&three());
    let config = format!(
        "[providers.p]\nkind = \"openai\"\nbase_url = \"{}/v1\"\napi_key_env = \"P_KEY\"\n\
         [prices.\"p/m\"]\ninput = 1.5\noutput = 10\n",
        model.base
    );
    place.write("hindcast.toml", &config);
    let mut command =
        place.command(&["replay", "-m", "p/m", "-m", "builtin/extractive", "--yes", "--set", "temperature=0.5"]);
    let run = done(command.env("P_KEY", KEY).output().unwrap());
    assert_eq!(run.code, 3, "one question is refused: {run:?}");
    place
}

fn rows(place: &Place, sql: &str) -> Vec<Value> {
    let done = place.run(&["sql", sql, "--format", "jsonl"]).ends_with(0);
    done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a call says, in the run and in an export that was imported.
const OF_RUN: &str = "SELECT variant, status, coalesce(output_text, '') AS answer, input_tokens, output_tokens, \
    cached_input_tokens, cache_write_tokens, reasoning_tokens, response_model, cost_usd::DOUBLE AS cost, \
    round(latency_ms) AS ms, result_id, trace_id \
    FROM results ORDER BY length(result_id), result_id";
const OF_IMPORT: &str = "SELECT attributes->>'hindcast.variant' AS variant, if(status = 'ok', 'ok', error_type) AS status, \
    coalesce(output_text, '') AS answer, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, \
    reasoning_tokens, response_model, cost_usd::DOUBLE AS cost, round(duration_ms) AS ms, attributes->>'hindcast.result.id' AS result_id, \
    attributes->>'hindcast.case.trace_id' AS trace_id FROM spans WHERE kind = 'llm' \
    ORDER BY length(result_id), result_id";

#[tokio::test(flavor = "multi_thread")]
async fn every_file_format_comes_back_as_it_was() {
    let model = model().await;
    let place = replayed(&model);
    let wanted = rows(&place, OF_RUN);
    assert_eq!(wanted.len(), 6);
    assert_eq!((&wanted[0]["status"], &wanted[0]["input_tokens"]), (&json!("ok"), &json!(1200)));
    for file in ["out.json", "out.jsonl", "out.pb"] {
        let done = place.run(&["runs", "last", "--otlp", file, "--format", "json"]).ends_with(0);
        let told = done.json();
        assert_eq!((&told["traces"], &told["spans"], &told["target"]), (&json!(3), &json!(9), &json!(file)));
        let other = Place::new();
        let path = place.workspace().join(file);
        let imported = other.run(&["import", path.to_str().unwrap(), "--format", "json"]).ends_with(0).json();
        assert_eq!((&imported["spans"], &imported["skipped"]), (&json!(9), &json!(0)), "{file}: {imported}");
        assert_eq!(rows(&other, OF_IMPORT), wanted, "{file}");
        check_messages(&other, file);
        check_roots(&other, file);
    }
    let lines = place.run(&["runs", "last", "--otlp", "-"]).ends_with(0).stdout;
    assert_eq!(lines, std::fs::read_to_string(place.workspace().join("out.jsonl")).unwrap());
}

/// The messages that were sent and answered stand in the index as they do of any other recording.
fn check_messages(place: &Place, file: &str) {
    let sql = "SELECT m.direction, m.role, m.content, m.tool_calls FROM messages m JOIN spans s USING (trace_id, span_id) \
        WHERE s.attributes->>'hindcast.variant' = 'A' AND s.attributes->>'hindcast.case.trace_id' LIKE 'a%' ORDER BY m.direction, m.position";
    let messages = rows(place, sql);
    let said: Vec<_> =
        messages.iter().map(|row| (row["direction"].as_str(), row["role"].as_str(), row["content"].as_str())).collect();
    let system = "Sources:\n[doc-1] The REST API allows 600 requests per minute on Business.";
    let question = "How many API calls may I make per minute?";
    let wanted = [
        (Some("input"), Some("system"), Some(system)),
        (Some("input"), Some("user"), Some(question)),
        (Some("output"), Some("assistant"), Some(ANSWER)),
    ];
    assert_eq!(said, wanted, "{file}");
    assert!(messages[2].to_string().contains("look_up"), "{file}: {}", messages[2]);
    let sql = "SELECT request_model, provider, finish_reason, parameters FROM spans WHERE kind = 'llm' AND status = 'ok' \
        AND attributes->>'hindcast.variant' = 'A'";
    let call = &rows(place, sql)[0];
    assert_eq!((&call["request_model"], &call["provider"]), (&json!("m"), &json!("p")), "{file}");
    assert_eq!(call["finish_reason"], "tool_calls", "{file}");
    assert!(call["parameters"].to_string().contains("0.5"), "{file}: {call}");
}

/// One trace a case, linked to the recording.
fn check_roots(place: &Place, file: &str) {
    let sql = "SELECT name, attributes->'links'->0->>'trace_id' AS link, attributes->>'hindcast.case.trace_id' AS recorded \
        FROM spans WHERE parent_id IS NULL ORDER BY recorded";
    let roots = rows(place, sql);
    assert_eq!(roots.len(), 3, "{file}: {roots:?}");
    for root in roots {
        assert_eq!(root["name"], "hindcast replay", "{file}");
        assert_eq!(root["link"], root["recorded"], "{file}");
    }
}

fn send(place: &Place, arguments: &[&str], variables: &[(&str, &str)]) -> Done {
    let mut command = place.command(&[&["runs", "last", "--otlp"], arguments].concat());
    done(command.envs(variables.iter().copied()).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_answers_for_another_is_told() {
    let model = model_that_is("fallback-7b").await;
    let place = replayed(&model);
    let said = "2 answers of p/m came from fallback-7b";
    for command in [["runs", "last"], ["compare", "last"]] {
        let done = place.run(&command).ends_with(0);
        assert!(done.stderr.contains(said), "{command:?}: {done:?}");
    }
    let row = &rows(&place, "SELECT model, response_model FROM results WHERE response_model IS NOT NULL LIMIT 1")[0];
    assert_eq!((&row["model"], &row["response_model"]), (&json!("p/m"), &json!("fallback-7b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_gets_no_content_unless_told() {
    let model = model().await;
    let place = replayed(&model);
    let collector = Double::start(|_| Reply::new(200, "application/x-protobuf", Vec::new())).await;
    let sent =
        send(&place, &[&collector.base], &[("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20otlp-key-123456")]);
    assert_eq!(sent.code, 0, "{sent:?}");
    assert!(sent.stdout.contains("9 spans of 3 traces"), "{sent:?}");
    let endpoint =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.base.as_str()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")];
    assert_eq!(send(&place, &["--content"], &endpoint).code, 0);
    let received = collector.received();
    let [protobuf, with_content] = received.as_slice() else { panic!("{} requests", received.len()) };
    assert_eq!(
        (protobuf.path.as_str(), protobuf.header("content-type")),
        ("/v1/traces", Some("application/x-protobuf"))
    );
    assert_eq!(protobuf.header("authorization"), Some("Bearer otlp-key-123456"));
    let text = String::from_utf8_lossy(&protobuf.body).into_owned();
    for said in [ANSWER, "How many API calls", "Sources", "look_up", "bad request of this kind"] {
        assert!(!text.contains(said), "{said} went to an endpoint that was not told to get it");
    }
    assert!(text.contains("gen_ai.usage.input_tokens"));
    assert_eq!(with_content.header("content-type"), Some("application/json"));
    assert!(with_content.json()["resourceSpans"].to_string().contains(ANSWER));
    let other = Place::new();
    std::fs::write(other.workspace().join("got.pb"), &protobuf.body).unwrap();
    let imported = other.run(&["import", "got.pb", "--format", "json"]).ends_with(0).json();
    assert_eq!(imported["spans"], 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_is_asked_again_and_its_words_hide_our_headers() {
    let model = model().await;
    let place = replayed(&model);
    let count = std::sync::atomic::AtomicUsize::new(0);
    let busy = Double::start(move |_| match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Reply::new(503, "text/plain", vec![b"busy".to_vec()]).with_header("retry-after", "0"),
        1 => Reply::new(429, "text/plain", Vec::new()).with_header("retry-after", "0"),
        _ => Reply::json(
            200,
            &json!({"partialSuccess": {"rejectedSpans": "2", "errorMessage": "too old; otlp-key-123456"}}),
        ),
    })
    .await;
    let json_form = ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
    let key = ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=otlp-key-123456");
    let sent = send(&place, &[&busy.base], &[json_form, key, ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")]);
    assert_eq!(sent.code, 3, "{sent:?}");
    assert!(sent.stderr.contains("rejected 2 spans: too old; [header]"), "{sent:?}");
    let received = busy.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|request| request.body.starts_with(&[0x1f, 0x8b])));
    let refusing =
        Double::start(|_| Reply::json(401, &json!({"code": 16, "message": "no such key otlp-key-123456"}))).await;
    let sent = send(&place, &[&format!("{}/v1/traces", refusing.base)], &[json_form, key]);
    assert_eq!(sent.code, 3, "{sent:?}");
    assert!(sent.stderr.contains("no such key [header]") && !sent.stderr.contains("otlp-key-123456"), "{sent:?}");
    assert_eq!(refusing.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_says_what_to_do() {
    let model = model().await;
    let place = replayed(&model);
    for (arguments, code, words) in [
        (vec!["out.txt"], 2, ".jsonl"),
        (vec!["http://collector.example:4318"], 2, "--allow-http"),
        (vec!["https://user:secret@collector.example"], 2, "without user"),
        (vec![], 2, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (vec!["no/such/folder/out.json"], 4, "cannot be written"),
    ] {
        let sent = send(&place, &arguments, &[]);
        assert_eq!(sent.code, code, "{arguments:?}: {sent:?}");
        assert!(sent.stderr.contains(words) && !sent.stderr.contains("secret"), "{arguments:?}: {sent:?}");
    }
    place.run(&["runs", "--otlp", "out.json"]).ends_with(2);
}
