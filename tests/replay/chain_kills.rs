//! A chain that was killed at any line of its journal goes on without losing or paying a finished step again.

use std::collections::HashMap;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::money::Money;
use hindcast::domain::run::{ResultStatus, RunStatus};
use hindcast::services::replay::UnknownCalls;
use hindcast::store::{Journal, JournalRecord};
use wiremock::MockServer;

use super::chain_support::{Agent, bodies, chains, import, plan, recorded, step_of};
use super::resume::again;
use super::support::{Bench, results, service};

/// How often each step of each trace was asked.
async fn asked(server: &MockServer) -> HashMap<(String, usize), usize> {
    let mut counts = HashMap::new();
    for body in bodies(server).await {
        let question = body["messages"][1]["content"].as_str().unwrap().to_owned();
        *counts.entry((question, step_of(&body))).or_insert(0) += 1;
    }
    counts
}

#[tokio::test]
async fn a_kill_at_any_line_loses_no_step_and_pays_none_twice() {
    let server = Agent::of(recorded()).await;
    let bench = Bench::at(&server.uri());
    let traces = ["t1", "t2", "t3"];
    for trace in &traces {
        import(&bench, trace);
    }
    let mut order = chains();
    order.concurrency = 2;
    let planned = plan(&bench, &order, &traces);
    let (outcome, _) = bench.run(planned).await;
    assert_eq!((outcome.status, outcome.ok), (RunStatus::Completed, 3));
    let run = outcome.run_id;
    let records = bench.records(&run);
    let path = Journal::of_run(bench.dir.path(), &run).unwrap().path().to_owned();
    let whole = std::fs::read(&path).unwrap();
    for lines in 1..records.len() {
        let kept: Vec<u8> = whole.split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect();
        std::fs::write(&path, &kept).unwrap();
        let server = Agent::of(recorded()).await;
        let service = service(bench.dir.path(), &server.uri());
        let told = service.journalled(&run).unwrap();
        let steps = records[..lines].iter().filter(|record| matches!(record, JournalRecord::Step { .. })).count();
        let intents = records[..lines].iter().filter(|record| matches!(record, JournalRecord::Intent { .. })).count();
        let in_flight = intents - steps;
        assert_eq!(told.unknown.len(), in_flight, "after {lines} lines");
        let rest = service.resume(&run, &again(UnknownCalls::Retry), None, &Cancel::new()).unwrap();
        let alone = Bench { dir: tempfile::tempdir().unwrap(), service };
        let (outcome, _) = alone.run(rest).await;
        assert_eq!((outcome.status, outcome.ok, outcome.results), (RunStatus::Completed, 3, 3), "after {lines} lines");
        // Nine steps in all: those that were finished are not asked again, each other one just once.
        let counts = asked(&server).await;
        assert_eq!((counts.values().sum::<usize>(), counts.values().max().copied().unwrap_or(1)), (9 - steps, 1));
        let done = alone.service.journalled(&run).unwrap();
        assert!(done.done.iter().all(|result| result.status == ResultStatus::Ok && result.steps.len() == 3));
        // Each step once, and the lost ones at all they can have cost.
        let lost: Money = told.unknown.iter().filter_map(|result| result.cost_usd).sum::<Money>();
        let paid: Money = done.done.iter().filter_map(|result| result.cost_usd).sum();
        assert!(done.spent >= paid && done.spent <= paid + lost, "{} {} {}", done.spent, paid, lost);
        assert_eq!(Some(done.spent), outcome.cost_usd);
        assert_eq!(in_flight == 0, done.spent == paid);
    }
}

#[tokio::test]
async fn an_unknown_step_is_left_alone_without_the_users_word() {
    let server = Agent::of(recorded()).await;
    let bench = Bench::at(&server.uri());
    import(&bench, "t");
    let (outcome, _) = bench.run(plan(&bench, &chains(), &["t"])).await;
    let records = bench.records(&outcome.run_id);
    let second = records.iter().enumerate().filter(|(_, record)| matches!(record, JournalRecord::Intent { .. })).nth(1);
    let path = Journal::of_run(bench.dir.path(), &outcome.run_id).unwrap().path().to_owned();
    let whole = std::fs::read(&path).unwrap();
    let lines = second.unwrap().0 + 1;
    let kept: Vec<u8> = whole.split_inclusive(|byte| *byte == b'\n').take(lines).flatten().copied().collect();
    std::fs::write(&path, &kept).unwrap();
    let told = bench.service.journalled(&outcome.run_id).unwrap();
    let rest = bench.service.resume(&outcome.run_id, &again(UnknownCalls::Leave), None, &Cancel::new()).unwrap();
    assert!(rest.calls.is_empty());
    let (left, events) = bench.run(rest).await;
    assert_eq!((left.unknown, results(&events).len(), bodies(&server).await.len()), (1, 0, 3));
    // Told again, it costs the same.
    assert_eq!(bench.service.journalled(&outcome.run_id).unwrap().spent, told.spent);
    assert_eq!(told.unknown[0].cost_usd, Some(told.spent));
}
