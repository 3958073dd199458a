//! Runs in batches, against a double of Anthropic's Message Batches.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::provider::ProviderKind;
use hindcast::domain::run::{ResultStatus, RunResult, RunStatus};
use hindcast::services::replay::{BatchWish, Pacing, ReplayOrder, ResumeOrder, RunEvent, UnknownCalls};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::batch::left_at_the_provider;
use super::resume::again;
use super::support::{self, Bench, KEY, money, results};

const BATCHES: &str = "/v1/messages/batches";
/// Where the double says that its answers are: nothing that could be guessed from the batch's address.
const RESULTS: &str = "/kept/msgbatch_1.jsonl";

/// What the provider has of the batch.
#[derive(Default)]
struct Kept {
    requests: Vec<Value>,
    asked: u32,
    cancelled: bool,
}

/// The double: what it has, when it is done by itself, and where it says that the answers are.
#[derive(Clone)]
struct Double {
    kept: Arc<Mutex<Kept>>,
    over_at: u32,
    results_url: String,
}

impl Double {
    fn batch(&self, kept: &Kept) -> Value {
        let over = kept.cancelled || kept.asked >= self.over_at;
        let all = kept.requests.len();
        let (processing, succeeded) = if over { (0, all) } else { (all, 0) };
        json!({"id": "msgbatch_1", "type": "message_batch",
            "processing_status": if over { "ended" } else { "in_progress" },
            "request_counts": {"processing": processing, "succeeded": succeeded, "errored": 0, "canceled": 0, "expired": 0},
            "results_url": over.then_some(&self.results_url), "archived_at": null})
    }
}

struct Create(Double);
impl Respond for Create {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let mut kept = self.0.kept.lock().unwrap();
        kept.requests.clone_from(body["requests"].as_array().unwrap());
        ResponseTemplate::new(200).set_body_json(self.0.batch(&kept))
    }
}

struct Progress(Double);
impl Respond for Progress {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut kept = self.0.kept.lock().unwrap();
        kept.asked += 1;
        ResponseTemplate::new(200).set_body_json(self.0.batch(&kept))
    }
}

struct Stop(Double);
impl Respond for Stop {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut kept = self.0.kept.lock().unwrap();
        kept.cancelled = true;
        ResponseTemplate::new(200).set_body_json(self.0.batch(&kept))
    }
}

struct Answers(Double);
impl Respond for Answers {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let kept = self.0.kept.lock().unwrap();
        // Answers come in another order than requests.
        let lines = kept.requests.iter().rev().map(|request| {
            let question = question(request);
            let result = match question {
                "Question 1?" if kept.cancelled => json!({"type": "canceled"}),
                "Question 2?" => json!({"type": "errored", "error": {"type": "error",
                    "error": {"type": "invalid_request_error", "message": format!("no to {}", request["params"])}}}),
                "Question 3?" => json!({"type": "expired"}),
                _ => json!({"type": "succeeded", "message": {"id": "msg_1", "type": "message",
                    "content": [{"type": "text", "text": format!("To {question}")}], "stop_reason": "end_turn",
                    "usage": {"input_tokens": 1_000, "output_tokens": 10}}}),
            };
            json!({"custom_id": request["custom_id"], "result": result}).to_string()
        });
        ResponseTemplate::new(200).set_body_string(lines.collect::<Vec<_>>().join("\n"))
    }
}

fn question(request: &Value) -> &str {
    let content = &request["params"]["messages"][0]["content"];
    content.as_str().or_else(|| content[0]["text"].as_str()).unwrap()
}

/// A double that takes one batch, knows its key, and is done when it is asked after for this time.
async fn double(over_at: u32) -> (MockServer, Double) {
    let server = MockServer::start().await;
    let double = Double { kept: Arc::default(), over_at, results_url: format!("{}{RESULTS}", server.uri()) };
    mount(&server, &double, RESULTS).await;
    (server, double)
}

async fn mount(server: &MockServer, double: &Double, results: &str) {
    let of = |verb: &str, at: &str| {
        let known = Mock::given(method(verb)).and(path(at.to_owned())).and(header("x-api-key", KEY));
        known.and(header("anthropic-version", "2023-06-01"))
    };
    let batch = format!("{BATCHES}/msgbatch_1");
    of("POST", BATCHES).respond_with(Create(double.clone())).expect(1).mount(server).await;
    of("GET", &batch).respond_with(Progress(double.clone())).mount(server).await;
    of("POST", &format!("{batch}/cancel")).respond_with(Stop(double.clone())).mount(server).await;
    of("GET", results).respond_with(Answers(double.clone())).mount(server).await;
}

fn order() -> ReplayOrder {
    ReplayOrder { pacing: Pacing::Batch, ..support::order() }
}

fn bench(server: &MockServer) -> Bench {
    let mut bench = Bench::with(&server.uri(), |settings| settings.kind = ProviderKind::Anthropic);
    bench.service = bench.service.with_batch_pause(Duration::from_millis(1));
    bench
}

fn of_trace<'a>(results: &'a [RunResult], trace: &str) -> &'a RunResult {
    results.iter().find(|result| result.trace_id.as_str() == trace).unwrap()
}

#[tokio::test]
async fn answers_errors_and_expiries_each_find_their_case_at_half_the_price() {
    let (server, double) = double(3).await;
    let bench = bench(&server);
    bench.import(5);
    let (outcome, events) = bench.run(bench.plan_imported(&order(), 5)).await;
    assert_eq!((outcome.status, outcome.ok, outcome.failed), (RunStatus::Failed, 3, 2));
    // 1,000 tokens in at $1 and 10 out at $10 a million, halved, three times; what failed is not billed.
    assert_eq!(outcome.cost_usd, Some(money("0.00165")));
    let results = results(&events);
    for number in [0, 1, 4] {
        let result = of_trace(&results, &format!("trace{number}"));
        assert_eq!(result.output_text.as_deref(), Some(format!("To Question {number}?").as_str()));
    }
    let said = |trace: &str| of_trace(&results, trace).error.clone().unwrap();
    assert!(said("trace2").contains("no to") && !said("trace2").contains("Question 2"), "{}", said("trace2"));
    assert!(said("trace3").contains("expired after 24 hours"), "{}", said("trace3"));
    let kept = double.kept.lock().unwrap();
    assert_eq!((kept.requests.len(), kept.requests[0]["params"].get("stream")), (5, None));
    assert_eq!(kept.requests[0]["params"]["model"], "m");
    let allowed = |id: &str| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    assert!(kept.requests.iter().all(|request| allowed(request["custom_id"].as_str().unwrap())));
    assert!(events.iter().any(|event| matches!(event, RunEvent::Batch { done: 5, total: 5, .. })));
}

#[tokio::test]
async fn a_batch_outlives_the_process_and_is_not_paid_twice() {
    let (server, _) = double(4).await;
    let bench = bench(&server);
    bench.import(2);
    let plan = bench.plan_imported(&order(), 2);
    let run_id = plan.run.run_id.clone();
    left_at_the_provider(&bench, plan).await;
    let plan = bench.service.resume(&run_id, &again(UnknownCalls::Leave), None, &Cancel::new()).unwrap();
    assert_eq!((plan.unknown.len(), plan.waiting.len(), plan.calls.len()), (0, 1, 2));
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.status, outcome.ok, outcome.cost_usd), (RunStatus::Completed, 2, Some(money("0.0011"))));
}

#[tokio::test]
async fn a_batch_that_is_cancelled_keeps_what_was_answered() {
    // It would never be done by itself.
    let (server, double) = double(u32::MAX).await;
    let bench = bench(&server);
    bench.import(2);
    let plan = bench.plan_imported(&order(), 2);
    let run_id = plan.run.run_id.clone();
    left_at_the_provider(&bench, plan).await;
    assert!(!double.kept.lock().unwrap().cancelled, "leaving a run leaves its batch at work");
    let wish = ResumeOrder { batches: BatchWish::Cancel, ..again(UnknownCalls::Leave) };
    let plan = bench.service.resume(&run_id, &wish, None, &Cancel::new()).unwrap();
    let (outcome, events) = bench.run(plan).await;
    assert_eq!((outcome.ok, outcome.failed, outcome.cost_usd), (1, 1, Some(money("0.00055"))));
    let results = results(&events);
    assert_eq!(of_trace(&results, "trace0").status, ResultStatus::Ok);
    assert!(of_trace(&results, "trace1").error.as_deref().unwrap().contains("was cancelled"), "{results:?}");
    let refused = bench.service.resume(&run_id, &wish, None, &Cancel::new()).err().unwrap();
    assert!(refused.to_string().contains("nothing to cancel"), "{refused}");
}

#[tokio::test]
async fn the_key_goes_to_the_providers_own_origin_only() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let results_url = format!("{}{RESULTS}", elsewhere.uri());
    let double = Double { kept: Arc::default(), over_at: 1, results_url };
    mount(&server, &double, &format!("{BATCHES}/msgbatch_1/results")).await;
    let bench = bench(&server);
    bench.import(1);
    let (outcome, _) = bench.run(bench.plan_imported(&order(), 1)).await;
    assert_eq!((outcome.status, outcome.ok), (RunStatus::Completed, 1));
    assert_eq!(elsewhere.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_batch_whose_id_never_came_is_not_handed_over_again_unasked() {
    let server = MockServer::start().await;
    let nonsense = ResponseTemplate::new(200).set_body_string("<html>");
    Mock::given(method("POST")).and(path(BATCHES)).respond_with(nonsense).expect(1).mount(&server).await;
    let bench = bench(&server);
    bench.import(2);
    let plan = bench.plan_imported(&order(), 2);
    let run_id = plan.run.run_id.clone();
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.status, outcome.results), (RunStatus::Failed, 0));
    assert!(outcome.stopped_by.as_deref().unwrap().contains("--retry-unknown"), "{outcome:?}");
    let plan = bench.service.resume(&run_id, &again(UnknownCalls::Leave), None, &Cancel::new()).unwrap();
    assert_eq!((plan.calls.len(), plan.unknown.len()), (0, 2));
    assert_eq!(Some(plan.spent_before), outcome.cost_usd, "what may have been billed is counted");
}
