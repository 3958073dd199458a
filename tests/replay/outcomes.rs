//! What becomes of one call, whatever the server does.

use std::time::Duration;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::run::{ModelChoice, ResultStatus, RunStatus};
use hindcast::services::replay::{PlanError, RunEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Bench, KEY, case, cases, money, order, results, stream};

fn streamed(texts: &[&str]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(stream(texts), "text/event-stream")
}

async fn server(template: ResponseTemplate) -> (MockServer, Bench) {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/v1/chat/completions")).respond_with(template).mount(&server).await;
    let bench = Bench::at(&format!("{}/v1", server.uri()));
    (server, bench)
}

#[tokio::test]
async fn an_answer_streams_and_is_priced() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", format!("Bearer {KEY}").as_str()))
        .respond_with(streamed(&["An ", "answer."]))
        .mount(&server)
        .await;
    let bench = Bench::at(&format!("{}/v1", server.uri()));
    let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
    let result = &results(&events)[0];
    assert_eq!((outcome.status, outcome.ok, result.status), (RunStatus::Completed, 1, ResultStatus::Ok));
    assert_eq!(result.output_text.as_deref(), Some("An answer."));
    assert_eq!((result.input_tokens, result.output_tokens, result.attempts), (Some(10), Some(4), 1));
    // 10 × 1 + 4 × 10 dollars a million.
    assert_eq!((result.cost_usd, outcome.cost_usd), (Some(money("0.00005")), Some(money("0.00005"))));
    assert_eq!(result.finish_reason.as_deref(), Some("stop"));
    assert!(result.ttft_ms.is_some() && result.latency_ms >= result.ttft_ms);
    let text: String = events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(text, "An answer.");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_too() {
    let body = serde_json::json!({"choices": [{"message": {"content": "Hi."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let (_server, bench) = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let (_, events) = bench.run(bench.plan(&order(), cases(1))).await;
    assert_eq!(results(&events)[0].output_text.as_deref(), Some("Hi."));
}

#[tokio::test]
async fn a_429_that_names_its_wait_is_waited_for_and_does_not_count() {
    let server = MockServer::start().await;
    let limited = ResponseTemplate::new(429).insert_header("retry-after-ms", "20").set_body_string("slow down");
    Mock::given(method("POST")).respond_with(limited).up_to_n_times(4).mount(&server).await;
    Mock::given(method("POST")).respond_with(streamed(&["ok"])).mount(&server).await;
    let bench = Bench::at(&server.uri());
    let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
    assert_eq!((outcome.ok, results(&events)[0].attempts), (1, 5));
}

#[tokio::test]
async fn a_server_error_is_tried_three_times_in_all() {
    let (server, bench) = server(ResponseTemplate::new(503).set_body_string("<html>down</html>")).await;
    let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
    let result = &results(&events)[0];
    assert_eq!((outcome.status, result.status, result.attempts), (RunStatus::Failed, ResultStatus::Failed, 3));
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
    assert!(result.error.as_deref().unwrap().contains("the provider is overloaded (503)"));
    assert_eq!(outcome.cost_usd, Some(money("0")));
}

#[tokio::test]
async fn a_refused_request_fails_its_case_and_a_refused_key_its_model() {
    let invalid = serde_json::json!({"error": {"message": "bad", "type": "invalid_request_error", "code": null}});
    let (asked, bench) = server(ResponseTemplate::new(400).set_body_json(invalid)).await;
    let (outcome, _) = bench.run(bench.plan(&order(), cases(3))).await;
    assert_eq!((outcome.failed, asked.received_requests().await.unwrap().len()), (3, 3));

    let echo =
        serde_json::json!({"error": {"message": format!("Incorrect API key: {KEY}"), "code": "invalid_api_key"}});
    let (asked, bench) = server(ResponseTemplate::new(401).set_body_json(echo)).await;
    let mut one_by_one = order();
    one_by_one.concurrency = 1;
    let (outcome, events) = bench.run(bench.plan(&one_by_one, cases(3))).await;
    assert_eq!(asked.received_requests().await.unwrap().len(), 1);
    assert_eq!((outcome.status, outcome.results, outcome.requests), (RunStatus::Failed, 1, 3));
    let all = format!("{events:?} {outcome:?}");
    assert!(!all.contains(KEY) && !all.contains(&KEY[..12]), "{all}");
    assert!(all.contains("[key]"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (asked, bench) =
        server(ResponseTemplate::new(307).insert_header("location", "https://elsewhere.example/v1?k=secret")).await;
    let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
    let error = results(&events)[0].error.clone().unwrap();
    assert!(error.contains("https://elsewhere.example") && !error.contains("secret"), "{error}");
    assert_eq!((outcome.failed, asked.received_requests().await.unwrap().len()), (1, 1));
}

#[tokio::test]
async fn what_is_no_answer_is_charged_in_full_and_not_asked_again() {
    let (asked, bench) =
        server(ResponseTemplate::new(200).set_body_raw("data: {nonsense\n\n", "text/event-stream")).await;
    let plan = bench.plan(&order(), cases(1));
    let reserved = plan.worst_case();
    let (outcome, events) = bench.run(plan).await;
    assert_eq!(results(&events)[0].status, ResultStatus::Failed);
    assert_eq!((outcome.cost_usd, asked.received_requests().await.unwrap().len()), (Some(reserved), 1));
}

/// Answers every connection with given pieces, a pause before each, and closes it.
async fn slow(pieces: Vec<Vec<u8>>, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let pieces = pieces.clone();
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = socket.read(&mut request).await;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
                let _ = socket.write_all(head.as_bytes()).await;
                for piece in pieces {
                    tokio::time::sleep(pause).await;
                    let _ = socket.write_all(&piece).await;
                    let _ = socket.flush().await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_stream_in_single_bytes_is_the_same_stream() {
    let body = stream(&["Gr\u{fc}\u{df}e, ", "\u{1f600}!"]);
    let pieces = body.bytes().map(|byte| vec![byte]).collect();
    let bench = Bench::at(&slow(pieces, Duration::ZERO).await);
    let (_, events) = bench.run(bench.plan(&order(), cases(1))).await;
    assert_eq!(results(&events)[0].output_text.as_deref(), Some("Gr\u{fc}\u{df}e, \u{1f600}!"));
}

#[tokio::test]
async fn a_cut_stream_is_kept_charged_in_full_and_is_no_answer() {
    let whole = stream(&["Half of ", "an answer"]);
    let cut = whole.split_once("data: {\"choices\":[{\"index\":0,\"delta\":{},").unwrap().0;
    let bench = Bench::at(&slow(vec![cut.as_bytes().to_vec()], Duration::from_millis(5)).await);
    let plan = bench.plan(&order(), cases(1));
    let reserved = plan.worst_case();
    let (outcome, events) = bench.run(plan).await;
    let result = &results(&events)[0];
    assert_eq!((result.status, result.attempts), (ResultStatus::Incomplete, 1));
    assert_eq!(result.output_text.as_deref(), Some("Half of an answer"));
    assert_eq!((result.cost_usd, result.cost_source.as_str()), (Some(reserved), "reserved"));
    assert_eq!((outcome.ok, outcome.failed, outcome.status), (0, 1, RunStatus::Failed));
}

#[tokio::test]
async fn no_server_is_a_failure_in_words() {
    let bench = Bench::at("http://127.0.0.1:9/v1");
    let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
    let result = &results(&events)[0];
    assert_eq!((outcome.status, result.attempts), (RunStatus::Failed, 3));
    assert_eq!(result.error.as_deref(), Some("no connection to http://127.0.0.1:9"));
}

#[tokio::test]
async fn the_built_in_models_answer_without_any_server() {
    let bench = Bench::at("http://127.0.0.1:9/v1");
    let mut built_in = order();
    built_in.models =
        ["builtin/recorded", "builtin/extractive"].map(|name| ModelChoice::Model(name.parse().unwrap())).to_vec();
    let (outcome, events) = bench.run(bench.plan(&built_in, vec![case(1)])).await;
    let mut texts: Vec<String> = results(&events).into_iter().filter_map(|result| result.output_text).collect();
    texts.sort();
    assert_eq!(texts, ["An answer.", "The sources do not say."]);
    assert_eq!((outcome.status, outcome.cost_usd), (RunStatus::Completed, Some(money("0"))));
}

#[test]
fn a_plan_says_what_cannot_be_done() {
    let bench = Bench::at("http://127.0.0.1:9/v1");
    let plan = |model: &str| {
        let mut order = order();
        order.models = vec![ModelChoice::Model(model.parse().unwrap())];
        bench.service.plan(&order, cases(1), None, &Cancel::new()).map(|_| ()).unwrap_err()
    };
    assert!(matches!(plan("nowhere/m"), PlanError::Provider(_)));
    let no_cases = bench.service.plan(&order(), Vec::new(), None, &Cancel::new());
    assert!(matches!(no_cases.err(), Some(PlanError::NoCases)));
    let mut nothing = case(1);
    nothing.messages.clear();
    let plan = bench.plan(&order(), vec![nothing]);
    assert!(plan.skipped[0].error.as_deref().unwrap().contains("no messages"));
}
