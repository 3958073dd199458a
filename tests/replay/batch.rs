//! Runs in batches, against a double of OpenAI's files and batches.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::ids::RunId;
use hindcast::domain::run::{ResultStatus, RunStatus};
use hindcast::services::replay::{BatchWish, Pacing, ReplayOrder, ReplayPlan, ResumeOrder, RunEvent, UnknownCalls};
use hindcast::store::JournalRecord;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::support::{self, Bench, money, results};

/// The requests that were uploaded, one a line, and how often the batch was asked after.
#[derive(Clone, Default)]
struct Double {
    uploaded: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<u32>>,
    /// The batch is over from this question on.
    over_at: u32,
}

struct Upload(Double);
impl Respond for Upload {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        assert!(request.headers["content-type"].to_str().unwrap().starts_with("multipart/form-data"));
        assert!(body.contains("name=\"purpose\"\r\n\r\nbatch"));
        let lines = body.lines().filter(|line| line.starts_with('{'));
        self.0.uploaded.lock().unwrap().extend(lines.map(|line| serde_json::from_str::<Value>(line).unwrap()));
        ResponseTemplate::new(200).set_body_json(json!({"id": "file-in", "object": "file"}))
    }
}

struct Progress(Double);
impl Respond for Progress {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut asked = self.0.asked.lock().unwrap();
        *asked += 1;
        let total = self.0.uploaded.lock().unwrap().len();
        let body = if *asked >= self.0.over_at {
            json!({"id": "batch_1", "status": "completed", "output_file_id": "file-out", "error_file_id": null,
                "request_counts": {"total": total, "completed": total, "failed": 0}})
        } else {
            json!({"id": "batch_1", "status": "in_progress", "request_counts": {"total": total, "completed": 0, "failed": 0}})
        };
        ResponseTemplate::new(200).set_body_json(body)
    }
}

struct Answers(Double);
impl Respond for Answers {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let uploaded = self.0.uploaded.lock().unwrap();
        // The last request has expired; answers come in another order than requests.
        let answered = uploaded.iter().rev().skip(1).map(|line| {
            let question = line.pointer("/body/messages/0/content").unwrap().as_str().unwrap();
            json!({"id": "x", "custom_id": line["custom_id"], "error": null, "response": {"status_code": 200, "body": {
                "choices": [{"message": {"content": format!("To {question}")}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1_000, "completion_tokens": 10}}}})
            .to_string()
        });
        ResponseTemplate::new(200).set_body_string(answered.collect::<Vec<_>>().join("\n"))
    }
}

async fn double(over_at: u32) -> (MockServer, Double) {
    let server = MockServer::start().await;
    let double = Double { over_at, ..Double::default() };
    let of = |verb: &str, at: &str| Mock::given(method(verb)).and(path(at.to_owned()));
    of("POST", "/files").respond_with(Upload(double.clone())).mount(&server).await;
    of("POST", "/batches")
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": "batch_1", "status": "validating"})))
        .expect(1)
        .mount(&server)
        .await;
    of("GET", "/batches/batch_1").respond_with(Progress(double.clone())).mount(&server).await;
    of("GET", "/files/file-out/content").respond_with(Answers(double.clone())).mount(&server).await;
    Mock::given(path_regex("completions")).respond_with(ResponseTemplate::new(500)).expect(0).mount(&server).await;
    (server, double)
}

fn order() -> ReplayOrder {
    ReplayOrder { pacing: Pacing::Batch, ..support::order() }
}

fn bench(server: &MockServer) -> Bench {
    let mut bench = Bench::at(&server.uri());
    bench.service = bench.service.with_batch_pause(Duration::from_millis(1));
    bench
}

/// Runs a plan until its batch is with the provider, as somebody who then leaves.
pub async fn left_at_the_provider(bench: &Bench, plan: ReplayPlan) {
    let stop = CancellationToken::new();
    let (sender, mut happened) = tokio::sync::mpsc::channel(1_000);
    let (service, token) = (bench.service.clone().with_batch_pause(Duration::from_hours(1)), stop.clone());
    let running = tokio::spawn(async move { service.run(plan, Some(sender), token).await.unwrap() });
    while let Some(event) = happened.recv().await {
        if matches!(event, RunEvent::Batch { .. }) {
            stop.cancel();
        }
    }
    let stopped = running.await.unwrap();
    assert_eq!((stopped.status, stopped.results), (RunStatus::Interrupted, 0));
}

#[tokio::test]
async fn a_batch_is_handed_over_waited_for_and_collected_at_half_the_price() {
    let (server, double) = double(3).await;
    let bench = bench(&server);
    bench.import(4);
    let live = bench.plan_imported(&support::order(), 4);
    let plan = bench.plan_imported(&order(), 4);
    // The requests are a little shorter: nothing is streamed.
    assert!(plan.estimated_cost() + plan.estimated_cost() <= live.estimated_cost());
    let (outcome, events) = bench.run(plan).await;
    assert_eq!((outcome.status, outcome.ok, outcome.failed), (RunStatus::Failed, 3, 1));
    // 1,000 tokens in at $1 and 10 out at $10 a million, halved, three times.
    assert_eq!(outcome.cost_usd, Some(money("0.00165")));
    let results = results(&events);
    let good = results.iter().find(|result| result.trace_id.as_str() == "trace1").unwrap();
    assert_eq!(good.output_text.as_deref(), Some("To Question 1?"));
    let expired = results.iter().find(|result| result.status == ResultStatus::Failed).unwrap();
    assert!(expired.error.as_deref().unwrap().contains("without an answer"), "{expired:?}");
    assert_eq!(expired.cost_usd, Some(money("0")));
    let sent = double.uploaded.lock().unwrap();
    assert_eq!((sent[0]["url"].as_str(), sent[0]["body"].get("stream")), (Some("/v1/chat/completions"), None));
    assert!(events.iter().any(|event| matches!(event, RunEvent::Batch { done: 4, total: 4, .. })));
}

#[tokio::test]
async fn a_batch_outlives_the_process_and_is_not_paid_twice() {
    let (server, _) = double(4).await;
    let bench = bench(&server);
    bench.import(3);
    let plan = bench.plan_imported(&order(), 3);
    let run_id: RunId = plan.run.run_id.clone();
    left_at_the_provider(&bench, plan).await;
    let handed_over = |record: &JournalRecord| matches!(record, JournalRecord::Batch { .. });
    assert_eq!(bench.records(&run_id).iter().filter(|record| handed_over(record)).count(), 1);

    let resume = ResumeOrder {
        unknown: UnknownCalls::Leave,
        max_cost: None,
        concurrency: 8,
        cache: hindcast::services::replay::CachePolicy::Use,
        default_max_output: 1_024,
        diverged: None,
        batches: BatchWish::Await,
    };
    let plan = bench.service.resume(&run_id, &resume, None, &Cancel::new()).unwrap();
    assert_eq!((plan.unknown.len(), plan.waiting.len(), plan.calls.len()), (0, 1, 3));
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.ok, outcome.failed), (2, 1));
    assert_eq!(outcome.cost_usd, Some(money("0.0011")));
}

#[tokio::test]
async fn a_provider_without_batches_is_told_before_anything_is_sent() {
    let (server, _) = double(1).await;
    let bench = bench(&server);
    let order = ReplayOrder {
        models: vec![hindcast::domain::run::ModelChoice::Model("builtin/extractive".parse().unwrap())],
        ..order()
    };
    let refused = bench.service.plan(&order, support::cases(1), None, &Cancel::new()).err().unwrap();
    assert!(refused.to_string().contains("no batch endpoint"), "{refused}");
    server.reset().await;
}
