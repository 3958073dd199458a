//! How many calls a second a run makes, beside what the HTTP library alone reaches on the same machine and double.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::double;
use crate::process::{Workspace, run};

/// Calls in flight.
const AT_ONCE: usize = 64;
/// Pieces of an answer.
const PIECES: usize = 4;
/// Answers of each case.
const SAMPLES: usize = 20;
/// Cases.
const CASES: usize = 500;

/// A loop of the HTTP library, then a run with journal and all, in turns; the medians are compared.
pub fn compare(input: &Path) {
    let address = double::start(Duration::ZERO, PIECES);
    let url = format!("http://{address}/v1");
    let config = format!("[providers.double]\nkind = \"openai\"\nbase_url = \"{url}\"\n");
    let workspace = Workspace::new(&config);
    run(workspace.command(&["import", input.to_str().expect("a path"), "--link"]));
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        bare.push(loop_of_requests(&format!("{url}/chat/completions")));
        ours.push(replayed(&workspace));
    }
    let (bare, ours) = (median(bare), median(ours));
    println!(
        "calls a second at {AT_ONCE}, {PIECES} pieces each, {} calls: the HTTP library alone {bare:.0}, a run {ours:.0} = {:.0} %",
        CASES * SAMPLES,
        100.0 * ours / bare
    );
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Calls a second of a run: from its first call until every answer is on disk and in the index.
fn replayed(workspace: &Workspace) -> f64 {
    let (cases, samples, at_once) = (CASES.to_string(), SAMPLES.to_string(), AT_ONCE.to_string());
    let args = [
        "replay",
        "has:chunks",
        "-m",
        "double/double",
        "--limit",
        &cases,
        "--samples",
        &samples,
        "--concurrency",
        &at_once,
        "--yes",
        "--no-cache",
        "--format",
        "json",
    ];
    let taken = workspace.run(&args);
    let outcome: serde_json::Value = serde_json::from_str(&taken.stdout).expect("an outcome");
    assert_eq!(outcome["ok"], CASES * SAMPLES, "{outcome}");
    let seconds = outcome["wall_ms"].as_f64().expect("a time") / 1_000.0;
    println!(
        "  a run: {:.0} calls/s; the whole process {:.2} s, {:.0} MiB",
        (CASES * SAMPLES) as f64 / seconds,
        taken.wall.as_secs_f64(),
        taken.peak_mib
    );
    (CASES * SAMPLES) as f64 / seconds
}

/// Calls a second of a bare loop over the same number of calls: bodies of the same size are sent, answers are read whole.
fn loop_of_requests(url: &str) -> f64 {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let question = "x".repeat(1_600);
    let body = format!(
        "{{\"model\":\"double\",\"messages\":[{{\"role\":\"user\",\"content\":\"{question}\"}}],\"max_tokens\":100,\"stream\":true,\"stream_options\":{{\"include_usage\":true}}}}"
    );
    let rate = runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().expect("a client");
        let left = Arc::new(AtomicUsize::new(CASES * SAMPLES));
        let started = Instant::now();
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let (client, left, body, url) = (client.clone(), Arc::clone(&left), body.clone(), url.to_owned());
            workers.spawn(async move {
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    let request = client.post(&url).header("content-type", "application/json").body(body.clone());
                    let mut response = request.send().await.expect("an answer");
                    while response.chunk().await.expect("a piece").is_some() {}
                }
            });
        }
        while workers.join_next().await.is_some() {}
        (CASES * SAMPLES) as f64 / started.elapsed().as_secs_f64()
    });
    println!("  the HTTP library alone: {rate:.0} calls/s");
    rate
}
