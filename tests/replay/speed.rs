//! How many calls a second the runner makes; by hand: `cargo test --release --test suite -- --ignored replay::speed --nocapture`.

use std::time::Instant;

use hindcast::store::JournalRecord;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{Bench, cases, order, stream};

/// A server that answers at once and keeps connections.
async fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let body = stream(&["An answer."]);
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 16_384];
                let mut have = 0;
                while let Ok(read @ 1..) = socket.read(&mut buffer[have..]).await {
                    have += read;
                    let text = String::from_utf8_lossy(&buffer[..have]);
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head
                        .lines()
                        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                    if body.len() < length.unwrap_or(0) {
                        continue;
                    }
                    have = 0;
                    if socket.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run by hand in a release build"]
async fn calls_a_second_at_64() {
    let bench = Bench::at(&server().await);
    let mut order = order();
    order.concurrency = 64;
    let started = Instant::now();
    let plan = bench.plan(&order, cases(10_000));
    let planned = started.elapsed();
    let started = Instant::now();
    let outcome = bench.service.run(plan, None, tokio_util::sync::CancellationToken::new()).await.unwrap();
    let took = started.elapsed();
    assert_eq!(outcome.ok, 10_000);
    let records = bench.records(&outcome.run_id);
    let first = records.iter().find_map(|record| match record {
        JournalRecord::Intent { intent } => Some(intent.at),
        _ => None,
    });
    let last = records.iter().find_map(|record| match record {
        JournalRecord::End { at, .. } => Some(*at),
        _ => None,
    });
    let answered = last.unwrap().since(first.unwrap()) as f64 / 1e9;
    println!(
        "plan {planned:?}; all answers on disk after {answered:.2} s: {:.0} calls/s; in the index after {took:?}",
        10_000.0 / answered
    );
}
