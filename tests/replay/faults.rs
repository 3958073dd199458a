//! Whatever a server does wrong, each call ends with the right error or recovers, once, and is paid once.

use std::time::Duration;

use hindcast::domain::run::{ResultStatus, RunResult, RunStatus};
use hindcast::services::replay::RunEvent;

use super::double::{Act, Double, Lines};
use super::support::{Bench, KEY, cases, order, results};

/// One call against a server that always does the same.
async fn one(act: impl Fn() -> Act + Send + Sync + 'static) -> (RunResult, Double) {
    let double = Double::start(move |_, _| act()).await;
    let bench = Bench::with(&double.url, |settings| settings.timeout_seconds = Some(1));
    let (_, events) = bench.run(bench.plan(&order(), cases(1))).await;
    (results(&events).remove(0), double)
}

fn error(result: &RunResult) -> &str {
    result.error.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn refusals_for_load_are_waited_for_and_failures_tried_again() {
    for (status, headers) in [(429, "retry-after-ms: 5\r\n"), (500, ""), (529, ""), (503, "retry-after-ms: 5\r\n")] {
        let double = Double::start(move |_, before| match before {
            0 | 1 => Act::Status(status, headers, "{\"error\":{\"message\":\"no\"}}"),
            _ => Act::Answer(4),
        })
        .await;
        let bench = Bench::at(&double.url);
        let (outcome, events) = bench.run(bench.plan(&order(), cases(1))).await;
        let result = &results(&events)[0];
        assert_eq!((result.status, result.attempts, outcome.ok), (ResultStatus::Ok, 3, 1), "{status}");
        // Refused attempts cost nothing.
        assert_eq!(result.cost_usd, Some(super::support::money("0.00005")), "{status}");
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_is_kept_and_not_asked_again() {
    let (result, double) = one(|| Act::Cut).await;
    assert_eq!((result.status, double.requests()), (ResultStatus::Incomplete, 1));
    assert_eq!(result.output_text.as_deref(), Some("Half"));
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_hold_a_call_for_ever() {
    let (result, _) = one(|| Act::Trickle(Duration::from_millis(30))).await;
    assert_eq!(result.status, ResultStatus::Failed);
    assert!(error(&result).contains("not whole in time"), "{result:?}");
}

#[tokio::test]
async fn a_gigabyte_is_refused_long_before_it_is_there() {
    for (kind, lines, most, words) in [
        ("text/event-stream", Lines::None, 16 << 20, "larger than 1 MiB"),
        ("application/json", Lines::None, 96 << 20, "larger than the limit"),
        ("text/event-stream", Lines::Some, 96 << 20, "larger than the limit"),
    ] {
        let double = Double::start(move |_, _| Act::Huge(kind, lines)).await;
        let bench = Bench::at(&double.url);
        let (_, events) = bench.run(bench.plan(&order(), cases(1))).await;
        let result = results(&events).remove(0);
        assert_eq!(result.status, ResultStatus::Failed, "{kind}");
        assert!(error(&result).contains(words), "{kind}: {result:?}");
        assert!(double.sent() <= most, "{kind}: {} bytes were taken", double.sent());
    }
}

#[tokio::test]
async fn what_is_no_answer_is_said_to_be_none() {
    let broken: [(&str, &[u8], &str); 4] = [
        ("text/event-stream", b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n", "not UTF-8"),
        ("text/event-stream", b"data: {\"choices\": [\n\n", "JSON"),
        ("application/json", b"{\"choices\": [", "not JSON"),
        ("text/html", b"<html><body>Welcome</body></html>", "the stream ended before the answer began"),
    ];
    for (kind, body, words) in broken {
        let (result, double) = one(move || Act::Raw(kind, body)).await;
        assert_eq!(result.status, ResultStatus::Failed, "{kind}: {result:?}");
        assert!(error(&result).contains(words), "{kind}: {result:?}");
        assert!((1..=3).contains(&double.requests()));
    }
}

#[tokio::test]
async fn no_key_goes_to_another_host() {
    let other = Double::start(|_, _| Act::Answer(4)).await;
    let target: &'static str = Box::leak(format!("location: {}/v1\r\n", other.url).into_boxed_str());
    for status in [301, 302, 303, 307, 308] {
        let (result, double) = one(move || Act::Status(status, target, "")).await;
        assert_eq!(result.status, ResultStatus::Failed);
        assert!(error(&result).contains("redirect"), "{result:?}");
        assert!(double.headers().contains(KEY) && !error(&result).contains(KEY));
    }
    assert_eq!((other.requests(), other.headers()), (0, String::new()));
}

/// Many calls against a server that does one of five things wrong one time in five.
async fn storm(calls: usize) -> String {
    let wrong = |number: usize| -> Option<Act> {
        // A multiplicative hash spreads the faults without a pattern.
        let drawn = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        drawn.is_multiple_of(5).then_some(match drawn / 5 % 6 {
            0 => Act::Status(429, "retry-after-ms: 3\r\n", "{}"),
            1 => Act::Status(500, "", "oops"),
            2 => Act::Status(529, "", "{}"),
            3 => Act::Cut,
            4 => Act::Status(400, "", "{\"error\":{\"message\":\"bad\"}}"),
            _ => Act::Raw("text/event-stream", b"data: {broken\n\n"),
        })
    };
    let double = Double::start(move |number, _| wrong(number).unwrap_or(Act::Late(Duration::from_millis(10), 4))).await;
    let bench = Bench::at(&double.url);
    let mut order = order();
    order.concurrency = 64;
    order.max_cost = None;
    let (outcome, events) = bench.run(bench.plan(&order, cases(calls))).await;
    let done = results(&events);
    assert_eq!((done.len(), outcome.results), (calls, calls as u64));
    let mut ids: Vec<&str> = done.iter().map(|result| result.result_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), calls, "a result came twice");
    let (answered, asked) = (double.answered(), double.asked());
    for result in &done {
        let question = format!("Question {}?", &result.trace_id.as_str()["trace".len()..]);
        let paid = answered.get(&question).copied().unwrap_or(0);
        match result.status {
            ResultStatus::Ok => assert_eq!(paid, 1, "{question}"),
            ResultStatus::Failed | ResultStatus::Incomplete => {
                assert_eq!(paid, 0, "{question}");
                assert!(result.error.is_some() || result.output_text.is_some(), "{result:?}");
            }
            _ => panic!("{result:?}"),
        }
        assert!(asked[&question] == result.attempts as usize, "{question}");
    }
    assert_eq!(outcome.status, RunStatus::Failed);
    assert!(double.most_at_once() <= 64);
    format!(
        "{calls} calls, {} requests, {} answered, {} failed, {} at once at most, {} ms",
        double.requests(),
        outcome.ok,
        outcome.failed,
        double.most_at_once(),
        outcome.wall_ms
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_ends_once_and_is_paid_once() {
    storm(400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: 10,000 calls; run by hand"]
async fn ten_thousand_calls_end_once_and_are_paid_once() {
    println!("{}", storm(10_000).await);
}

#[tokio::test]
async fn a_server_that_is_down_is_told_at_once() {
    let bench = Bench::at("http://127.0.0.1:9/v1");
    let mut order = order();
    order.concurrency = 8;
    let plan = bench.plan(&order, cases(20));
    let cancel = tokio_util::sync::CancellationToken::new();
    let (sender, mut events) = tokio::sync::mpsc::channel(10_000);
    let service = bench.service.clone();
    let run = tokio::spawn({
        let cancel = cancel.clone();
        async move { service.run(plan, Some(sender), cancel).await.unwrap() }
    });
    let told = async {
        while let Some(event) = events.recv().await {
            if let RunEvent::Circuit { model, circuit } = event {
                return hindcast::services::replay::circuit_words(&model, &circuit).unwrap();
            }
        }
        panic!("it was never told")
    };
    let words = told.await;
    assert!(words.starts_with("p/m is left alone until ") && words.contains("no connection to"), "{words}");
    cancel.cancel();
    while events.recv().await.is_some() {}
    assert_eq!(run.await.unwrap().status, RunStatus::Interrupted);
}
