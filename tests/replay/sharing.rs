//! Equal requests are asked once, within a run and beside other runs; and a run that asks anew goes on so.

use std::time::Duration;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::run::{Case, RunStatus};
use hindcast::services::replay::{BatchWish, CachePolicy, ResumeOrder, UnknownCalls};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Bench, case, order, results, service, stream};

/// A server that takes its time.
async fn slow(millis: u64) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_raw(stream(&["ok"]), "text/event-stream");
    Mock::given(method("POST")).respond_with(answer.set_delay(Duration::from_millis(millis))).mount(&server).await;
    server
}

/// Cases that ask the same question.
fn alike(count: usize) -> Vec<Case> {
    (0..count).map(|number| Case { trace_id: format!("trace{number}").into(), ..case(0) }).collect()
}

async fn asked(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn equal_requests_of_a_run_are_asked_once() {
    let server = slow(100).await;
    let bench = Bench::at(&server.uri());
    let (outcome, events) = bench.run(bench.plan(&order(), alike(5))).await;
    assert_eq!((outcome.status, outcome.ok, outcome.from_cache), (RunStatus::Completed, 5, 4));
    assert_eq!(asked(&server).await, 1);
    let paid: Vec<_> = results(&events).into_iter().filter(|result| !result.from_cache).collect();
    assert_eq!(paid.len(), 1);
    assert_eq!(outcome.cost_usd, paid[0].cost_usd);
}

#[tokio::test]
async fn each_sample_and_each_call_without_the_cache_is_asked() {
    let server = slow(0).await;
    let bench = Bench::at(&server.uri());
    let mut twice = order();
    twice.samples = 2;
    let (outcome, _) = bench.run(bench.plan(&twice, alike(2))).await;
    assert_eq!((outcome.from_cache, asked(&server).await), (2, 2));
    let mut anew = order();
    anew.cache = CachePolicy::Ignore;
    let (outcome, _) = bench.run(bench.plan(&anew, alike(3))).await;
    assert_eq!((outcome.from_cache, asked(&server).await), (0, 5));
}

#[tokio::test]
async fn a_failure_is_not_shared() {
    let server = MockServer::start().await;
    let refused = ResponseTemplate::new(400).set_body_string("no").set_delay(Duration::from_millis(50));
    Mock::given(method("POST")).respond_with(refused).mount(&server).await;
    let bench = Bench::at(&server.uri());
    let (outcome, _) = bench.run(bench.plan(&order(), alike(3))).await;
    assert_eq!((outcome.failed, asked(&server).await), (3, 3));
}

/// Two handles on one workspace are to each other as two processes: they share files only.
#[tokio::test]
async fn runs_side_by_side_ask_the_same_once() {
    let server = slow(400).await;
    let bench = Bench::at(&server.uri());
    let first = bench.plan(&order(), alike(1));
    let other = service(bench.dir.path(), &server.uri());
    let mut second = other.plan(&order(), alike(1), None, &Cancel::new()).unwrap();
    second.run.run_id = "beside".into();
    for call in &mut second.calls {
        call.result_id = "beside-0".into();
    }
    let ahead = tokio::spawn({
        let service = bench.service.clone();
        async move { service.run(first, None, CancellationToken::new()).await.unwrap() }
    });
    while asked(&server).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let behind = other.run(second, None, CancellationToken::new()).await.unwrap();
    assert_eq!((behind.ok, behind.from_cache, ahead.await.unwrap().from_cache), (1, 1, 0));
    assert_eq!(asked(&server).await, 1);
}

#[tokio::test]
async fn a_run_that_asks_anew_goes_on_so() {
    let server = slow(0).await;
    let bench = Bench::at(&server.uri());
    bench.import(3);
    let mut anew = order();
    anew.cache = CachePolicy::Ignore;
    bench.run(bench.plan_imported(&order(), 3)).await;
    let mut plan = bench.plan_imported(&anew, 3);
    plan.calls.truncate(1);
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.results, asked(&server).await), (1, 4));
    let resume = |cache, cap: Option<&str>| {
        let max_cost = cap.map(super::support::money);
        let again = ResumeOrder {
            unknown: UnknownCalls::Leave,
            max_cost,
            concurrency: 1,
            cache,
            default_max_output: 100,
            diverged: None,
            batches: BatchWish::Await,
        };
        bench.service.resume(&outcome.run_id, &again, None, &Cancel::new()).unwrap()
    };
    let plan = resume(CachePolicy::Use, Some("7"));
    assert_eq!((plan.run.cache, plan.calls.len()), (CachePolicy::Ignore, 2));
    let mut plan = plan;
    plan.calls.truncate(1);
    bench.run(plan).await;
    assert_eq!(asked(&server).await, 5);
    // The cap it was given then is its cap from then on.
    assert_eq!(resume(CachePolicy::Use, None).run.max_cost, Some(super::support::money("7")));
}
