//! A run that was killed at any line of its journal goes on without asking anything twice.

use std::collections::HashMap;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::ids::RunId;
use hindcast::domain::run::{ResultStatus, RunStatus};
use hindcast::services::replay::{BatchWish, CachePolicy, ResumeOrder, UnknownCalls};
use hindcast::store::{Journal, JournalRecord};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Bench, cases, order, service, stream};

const CASES: usize = 4;

pub fn again(unknown: UnknownCalls) -> ResumeOrder {
    ResumeOrder {
        unknown,
        max_cost: None,
        concurrency: 2,
        cache: CachePolicy::Ignore,
        default_max_output: 100,
        diverged: None,
        batches: BatchWish::Await,
    }
}

async fn answering() -> MockServer {
    let server = MockServer::start().await;
    let template = ResponseTemplate::new(200).set_body_raw(stream(&["ok"]), "text/event-stream");
    Mock::given(method("POST")).respond_with(template).mount(&server).await;
    server
}

/// How often each question was asked.
async fn asked(server: &MockServer) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in server.received_requests().await.unwrap() {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        *counts.entry(body["messages"][0]["content"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    counts
}

/// What a journal says after a kill behind a number of its lines.
fn killed_after(bench: &Bench, run: &RunId, lines: usize, dir: &std::path::Path) {
    let whole = std::fs::read(Journal::of_run(bench.dir.path(), run).unwrap().path()).unwrap();
    let kept: usize = whole.split_inclusive(|byte| *byte == b'\n').take(lines).map(<[u8]>::len).sum();
    let path = Journal::of_run(dir, run).unwrap().path().to_owned();
    // Half of the next line may be there too.
    let torn = (kept + 20).min(whole.len());
    std::fs::write(path, &whole[..torn]).unwrap();
}

#[tokio::test]
async fn a_kill_at_any_line_asks_nothing_twice() {
    let first = answering().await;
    let bench = Bench::at(&first.uri());
    let (outcome, _) = bench.run(bench.plan(&order(), cases(CASES))).await;
    assert_eq!(outcome.status, RunStatus::Completed);
    let run = outcome.run_id;
    let records = bench.records(&run);
    for lines in 1..=records.len() {
        let dir = tempfile::tempdir().unwrap();
        killed_after(&bench, &run, lines, dir.path());
        let service = service(dir.path(), "http://127.0.0.1:9");
        let told = service.journalled(&run).unwrap();
        let kept = &records[..lines];
        let intents = kept.iter().filter(|record| matches!(record, JournalRecord::Intent { .. })).count();
        let done = kept.iter().filter(|record| matches!(record, JournalRecord::Result { .. })).count();
        assert_eq!((told.done.len(), told.unknown.len()), (done, intents - done), "after {lines} lines");
        let reserved: hindcast::domain::money::Money = told.unknown.iter().filter_map(|result| result.cost_usd).sum();
        let paid: hindcast::domain::money::Money = told.done.iter().filter_map(|result| result.cost_usd).sum();
        assert_eq!(told.spent, paid + reserved);
        assert!(told.unknown.iter().all(|result| result.status == ResultStatus::Unknown && result.cost_usd > None));
    }
}

#[tokio::test]
async fn unknown_calls_are_asked_again_only_on_the_users_word() {
    let first = answering().await;
    let bench = Bench::at(&first.uri());
    bench.import(CASES);
    let plan = bench.plan_imported(&order(), CASES);
    let (outcome, _) = bench.run(plan).await;
    let run = outcome.run_id.clone();
    let records = bench.records(&run);
    // Up to the first result: some calls are done, some are unknown, some were never sent.
    let lines = 1 + records.iter().position(|record| matches!(record, JournalRecord::Result { .. })).unwrap();
    let path = Journal::of_run(bench.dir.path(), &run).unwrap().path().to_owned();
    let whole = std::fs::read(&path).unwrap();
    let kept: Vec<u8> = whole.split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect();
    std::fs::write(&path, &kept).unwrap();

    let told = bench.service.journalled(&run).unwrap();
    let before = asked(&first).await;
    let left = bench.service.resume(&run, &again(UnknownCalls::Leave), None, &Cancel::new()).unwrap();
    assert_eq!(left.calls.len(), CASES - told.done.len() - told.unknown.len());
    let (outcome, _) = bench.run(left).await;
    assert_eq!(outcome.results, CASES as u64);
    assert_eq!(outcome.unknown, told.unknown.len() as u64);
    let after = asked(&first).await;
    let sent_again = after.values().sum::<usize>() - before.values().sum::<usize>();
    assert_eq!(sent_again, CASES - told.done.len() - told.unknown.len());

    let retried = bench.service.resume(&run, &again(UnknownCalls::Retry), None, &Cancel::new()).unwrap();
    assert_eq!(retried.calls.len(), told.unknown.len());
    let (outcome, _) = bench.run(retried).await;
    assert_eq!((outcome.status, outcome.ok), (RunStatus::Completed, CASES as u64));
    // What the lost calls may have cost is still counted.
    assert!(outcome.cost_usd.unwrap() > told.unknown.iter().filter_map(|result| result.cost_usd).sum());

    let nothing = bench.service.resume(&run, &again(UnknownCalls::Leave), None, &Cancel::new()).unwrap();
    assert!(nothing.calls.is_empty());
    let (outcome, _) = bench.run(nothing).await;
    assert_eq!((outcome.status, outcome.results), (RunStatus::Completed, CASES as u64));
}

#[tokio::test]
async fn an_interrupted_run_keeps_what_was_in_flight_as_unknown() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(20));
    Mock::given(method("POST")).respond_with(slow).mount(&server).await;
    let bench = Bench::at(&server.uri());
    let cancel = tokio_util::sync::CancellationToken::new();
    let stop = cancel.clone();
    let plan = bench.plan(&order(), cases(20));
    let run = tokio::spawn({
        let service = bench.service.clone();
        async move { service.run(plan, None, cancel).await.unwrap() }
    });
    while server.received_requests().await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let pressed = std::time::Instant::now();
    stop.cancel();
    let outcome = run.await.unwrap();
    assert!(pressed.elapsed().as_secs() < 10);
    assert_eq!(outcome.status, RunStatus::Interrupted);
    assert!(outcome.unknown > 0 && outcome.unknown == outcome.results && outcome.results < 20);
    assert!(outcome.cost_usd.unwrap() > hindcast::domain::money::Money::ZERO);
}
