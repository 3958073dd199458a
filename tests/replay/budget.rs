//! The cap of a run holds.

use hindcast::domain::money::Money;
use hindcast::domain::run::RunStatus;
use hindcast::services::replay::RunEvent;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Bench, cases, order, stream};

async fn bench(completion_tokens: u64) -> (MockServer, Bench) {
    let body = stream(&["x"]).replace("\"completion_tokens\":4", &format!("\"completion_tokens\":{completion_tokens}"));
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200).set_body_raw(body, "text/event-stream");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    let bench = Bench::at(&server.uri());
    (server, bench)
}

#[tokio::test]
async fn calls_stop_before_the_cap_would_be_exceeded() {
    let (server, bench) = bench(100).await;
    let mut order = order();
    order.concurrency = 16;
    let reservation = bench.plan(&order, cases(1)).worst_case();
    let cap = Money::from_pico(reservation.pico() * 7 / 2);
    order.max_cost = Some(cap);
    let (outcome, events) = bench.run(bench.plan(&order, cases(40))).await;
    assert_eq!(outcome.status, RunStatus::Budget);
    assert!(outcome.cost_usd.unwrap() <= cap);
    let sent = server.received_requests().await.unwrap().len() as u64;
    assert!((3..40).contains(&sent) && sent == outcome.results, "{sent} sent");
    for event in &events {
        if let RunEvent::Spend(spend) = event {
            assert!(spend.spent + spend.reserved <= cap);
        }
    }
}

#[tokio::test]
async fn an_answer_longer_than_allowed_stops_the_run_at_that_call() {
    let (server, bench) = bench(1_000_000).await;
    let mut order = order();
    order.concurrency = 1;
    order.max_cost = Some("100".parse().unwrap());
    let (outcome, _) = bench.run(bench.plan(&order, cases(5))).await;
    assert_eq!((outcome.status, outcome.results), (RunStatus::Budget, 1));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert!(outcome.stopped_by.unwrap().contains("longer than it was allowed"));
}

#[tokio::test]
async fn a_call_dearer_than_the_cap_is_said_before_anything_is_sent() {
    let (server, bench) = bench(1).await;
    let mut order = order();
    order.max_cost = Some("0.0001".parse().unwrap());
    let plan = bench.plan(&order, cases(2));
    assert!(plan.notes[0].contains("more than the cap"), "{:?}", plan.notes);
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.status, outcome.results), (RunStatus::Budget, 0));
    assert!(server.received_requests().await.unwrap().is_empty());
}
