//! Limits: of providers, of runs beside each other, of money, and what changes while a run goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hindcast::domain::money::Money;
use hindcast::domain::run::{ModelChoice, ResultStatus, RunStatus};
use hindcast::services::replay::{DayLimit, RunChange, RunControl, RunEvent};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::double::{Act, Double};
use super::support::{Bench, case, cases, money, order, results};

#[tokio::test]
async fn two_runs_at_once_have_their_turns() {
    let double = Double::start(|_, _| Act::Late(Duration::from_millis(2), 4)).await;
    let bench = Bench::with(&double.url, |settings| settings.max_concurrency = Some(2));
    let long = bench.plan(&order(), cases(60));
    let short = bench.plan(&order(), (1_000..1_010).map(case).collect());
    let first = tokio::spawn({
        let service = bench.service.clone();
        async move { service.run(long, None, CancellationToken::new()).await.unwrap() }
    });
    while double.requests() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let second = bench.service.run(short, None, CancellationToken::new()).await.unwrap();
    let first = first.await.unwrap();
    assert_eq!((first.ok, second.ok), (60, 10));
    assert!(double.most_at_once() <= 2);
    let order = double.order();
    let is_short = |question: &String| question.len() == "Question 1000?".len();
    let (begun, over) = (order.iter().position(is_short).unwrap(), order.iter().rposition(is_short).unwrap());
    // Turn by turn its ten calls take twenty turns; those in flight when it began, and when it ended, come on top.
    assert!(over - begun <= 24, "the short run had to wait for the long one: {begun} to {over}");
}

#[tokio::test]
async fn a_provider_that_never_answers_slows_no_other() {
    let silent = Double::start(|_, _| Act::Silence).await;
    let double = Double::start(|_, _| Act::Answer(4)).await;
    let bench = Bench::of(&[("p", &double.url), ("silent", &silent.url)], |_| {});
    let mut order = order();
    order.concurrency = 4;
    order.models.push(ModelChoice::Model("silent/m".parse().unwrap()));
    let plan = bench.plan(&order, cases(30));
    let cancel = CancellationToken::new();
    let (sender, mut events) = mpsc::channel(10_000);
    let service = bench.service.clone();
    let token = cancel.clone();
    let run = tokio::spawn(async move { service.run(plan, Some(sender), token).await.unwrap() });
    let mut answered = 0;
    while answered < 30 {
        if let RunEvent::Finished(result) = events.recv().await.unwrap() {
            assert_eq!((result.model.as_str(), result.status), ("p/m", ResultStatus::Ok));
            answered += 1;
        }
    }
    cancel.cancel();
    while events.recv().await.is_some() {}
    assert_eq!(run.await.unwrap().ok, 30);
}

#[tokio::test]
async fn a_run_is_changed_while_it_goes() {
    let double = Double::start(|_, _| Act::Late(Duration::from_millis(15), 4)).await;
    let bench = Bench::at(&double.url);
    let mut order = order();
    order.concurrency = 1;
    order.max_cost = Some(money("1"));
    let plan = bench.plan(&order, cases(300));
    let control = RunControl::default();
    let (sender, mut events) = mpsc::channel(100_000);
    let (service, hand) = (bench.service.clone(), control.clone());
    let run = tokio::spawn(async move { service.run_controlled(plan, Some(sender), hand).await.unwrap() });
    while double.requests() < 3 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(double.most_at_once(), 1);
    control.change(RunChange { concurrency: Some(6), cap: None });
    while double.most_at_once() < 6 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Below what is spent: no more is sent, and what is in flight is waited for.
    let cap = money("0.0000001");
    control.change(RunChange { concurrency: None, cap: Some(cap) });
    let mut changed = Vec::new();
    while let Some(event) = events.recv().await {
        if let RunEvent::Changed(change) = event {
            changed.push(change);
        }
    }
    let outcome = run.await.unwrap();
    assert_eq!(changed.last().unwrap(), &RunChange { concurrency: Some(6), cap: Some(cap) });
    assert_eq!((outcome.status, outcome.unknown), (RunStatus::Budget, 0));
    assert!(outcome.results < 300 && outcome.results as usize == double.requests());
    assert!(outcome.stopped_by.unwrap().contains("the cap was lowered to $0.0000001"));
    // A resume goes on with the cap it had last.
    assert_eq!(bench.service.journalled(&outcome.run_id).unwrap().run.max_cost, Some(cap));
}

/// Calls with answers up to their allowed length, retries and cut streams; what the server bills stays under the cap.
async fn capped(calls: usize) -> String {
    let billed = Arc::new(AtomicU64::new(0));
    let bill = Arc::clone(&billed);
    // 10 input tokens at $1 and up to 100 output tokens at $10 a million: in millionths of a dollar.
    let double = Double::start(move |number, _| {
        let drawn = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
        let tokens = drawn % 101;
        match drawn / 101 % 10 {
            0 => Act::Status(500, "", ""),
            1 => Act::Status(429, "retry-after-ms: 2\r\n", ""),
            2 => {
                bill.fetch_add(10 + 10 * tokens, Ordering::SeqCst);
                Act::Cut
            }
            _ => {
                bill.fetch_add(10 + 10 * tokens, Ordering::SeqCst);
                Act::Answer(tokens)
            }
        }
    })
    .await;
    let bench = Bench::at(&double.url);
    let mut order = order();
    order.concurrency = 64;
    let worst = bench.plan(&order, cases(calls)).worst_case();
    let cap = Money::from_pico(worst.pico() / 3);
    order.max_cost = Some(cap);
    let (outcome, events) = bench.run(bench.plan(&order, cases(calls))).await;
    let billed = Money::from_pico(i128::from(billed.load(Ordering::SeqCst)) * 1_000_000);
    let spent = outcome.cost_usd.unwrap();
    let over = spent.minus_or_zero(cap);
    let figures = format!(
        "{calls} calls, cap ${cap}, spent ${spent}, billed by the server ${billed}, overspent ${over}, {} requests",
        double.requests()
    );
    assert_eq!((outcome.status, over), (RunStatus::Budget, Money::ZERO));
    assert!(billed <= spent, "the server billed more than was counted");
    assert!(outcome.results < calls as u64);
    for event in &events {
        if let RunEvent::Spend(spend) = event {
            assert!(spend.spent + spend.reserved <= cap);
        }
    }
    let told = bench.service.journalled(&outcome.run_id).unwrap();
    assert_eq!((told.spent, told.done.len()), (spent, results(&events).len()));
    figures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_spent_beyond_the_cap() {
    capped(400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: 10,000 calls; run by hand"]
async fn nothing_is_spent_beyond_the_cap_in_ten_thousand_calls() {
    println!("{}", capped(10_000).await);
}

#[tokio::test]
async fn a_days_total_holds_over_runs_and_workspaces() {
    let double = Double::start(|_, _| Act::Answer(100)).await;
    let books = tempfile::tempdir().unwrap();
    let bench = || Bench::at(&double.url).a_day(DayLimit { most: money("0.01"), books: books.path().join("days") });
    let (one, two) = (bench(), bench());
    // Six calls of $0.00101 each.
    let (outcome, _) = one.run(one.plan(&order(), cases(6))).await;
    assert_eq!((outcome.status, outcome.cost_usd), (RunStatus::Completed, Some(money("0.00606"))));
    let (outcome, _) = two.run(two.plan(&order(), cases(20))).await;
    assert_eq!(outcome.status, RunStatus::Budget);
    assert!(outcome.cost_usd.unwrap() <= money("0.00394") && outcome.ok >= 2, "{outcome:?}");
    let why = outcome.stopped_by.unwrap();
    assert!(why.contains("max_cost_per_day_usd") && why.contains("00:00 UTC"), "{why}");
    let before = double.requests();
    let (outcome, _) = one.run(one.plan(&order(), (50..60).map(case).collect())).await;
    assert!(outcome.status == RunStatus::Budget && double.requests() - before <= 1, "{outcome:?}");
}

#[tokio::test]
async fn headers_keep_calls_back_before_the_provider_has_to() {
    let taught = "x-ratelimit-limit-requests: 100\r\nx-ratelimit-remaining-requests: 0\r\n\
                  x-ratelimit-reset-requests: 100s\r\ncontent-type: application/json\r\n";
    let body = r#"{"choices":[{"message":{"content":"Hi."},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    let double = Double::start(move |_, _| Act::Status(200, taught, body)).await;
    let bench = Bench::at(&double.url);
    let mut order = order();
    order.concurrency = 1;
    let (outcome, events) = bench.run(bench.plan(&order, cases(3))).await;
    assert_eq!(outcome.ok, 3);
    let waits =
        events.iter().filter(|event| matches!(event, RunEvent::Waiting { reason, .. } if reason.contains("own limit")));
    assert!(waits.count() >= 2, "a hundredth of 100 s between calls");
}
