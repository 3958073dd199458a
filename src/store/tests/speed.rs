//! Figures at size, run by hand: `cargo test --release --lib -- store::tests::speed --ignored --nocapture`.
//!
//! `SPEED_SPANS` says how many spans (100,000 unless said).

use std::time::Instant;

use super::fixtures::*;
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::domain::message::{Message, Role};
use crate::domain::span::{Span, SpanKind};
use crate::domain::time::Timestamp;
use crate::store::{Store, StoreOptions, TelemetryQuery, TraceSortField, TracesQuery};

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn words(state: &mut u64, count: u64) -> String {
    let words: Vec<String> = (0..count).map(|_| format!("word{}", random(state) % 5_000)).collect();
    words.join(" ")
}

fn trace(number: u64, state: &mut u64) -> Vec<Span> {
    const KINDS: [SpanKind; 5] = [SpanKind::Chain, SpanKind::Retriever, SpanKind::Llm, SpanKind::Tool, SpanKind::Other];
    let base = (random(state) % (30 * 86_400_000)) as i64;
    let id = format!("{number:016x}{:016x}", random(state));
    let spans = KINDS.iter().enumerate().map(|(place, kind)| {
        let parent = (place > 0).then(|| "0".to_owned());
        let mut span = if *kind == SpanKind::Llm {
            llm(&id, &place.to_string(), parent.as_deref(), base + place as i64)
        } else {
            span(&id, &place.to_string(), parent.as_deref(), base + place as i64)
        };
        span.kind = *kind;
        span.started_at = Timestamp::from_nanos(span.started_at.nanos() + (random(state) % 1_000_000) as i64);
        span.ended_at = Some(Timestamp::from_nanos(span.started_at.nanos() + (random(state) % 9_000_000_000) as i64));
        span.user_id = Some(format!("u-{}", random(state) % 20_000));
        span.session_id = Some(format!("s-{}", random(state) % 40_000).into());
        if *kind == SpanKind::Llm {
            let question = words(state, 40);
            let answer = words(state, 60);
            span.request_model = Some(format!("model-{}", random(state) % 12));
            span.input_messages =
                vec![Message::text(Role::System, words(state, 60)), Message::text(Role::User, &*question)];
            span.output_messages = vec![Message::text(Role::Assistant, &*answer)];
            span.input_text = Some(question);
            span.output_text = Some(answer);
        } else if *kind == SpanKind::Chain {
            span.input_text = Some(words(state, 40));
            span.output_text = Some(words(state, 60));
        }
        let attributes = serde_json::json!({"resource.service.name": "shop", "http.url": words(state, 8), "n": number});
        span.attributes = serde_json::from_value(attributes).unwrap();
        span
    });
    spans.collect()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let value = work();
    println!("{what:<52} {:>9.1} ms", started.elapsed().as_secs_f64() * 1e3);
    value
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().split(' ').next()?.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}

#[test]
#[ignore = "takes minutes; run by hand in a release build"]
fn figures_at_size() {
    let spans: u64 = std::env::var("SPEED_SPANS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(dir.path().join(".hindcast"), StoreOptions::default());
    let cancel = Cancel::new();
    let mut state = 7;
    let mut ingest = store.ingest(&cancel).unwrap();
    let mut adding = 0.0;
    for number in (0..spans / 5).step_by(400) {
        let batch: Vec<Span> = (number..number + 400).flat_map(|number| trace(number, &mut state)).collect();
        let started = Instant::now();
        ingest.add(batch, vec![]).unwrap();
        adding += started.elapsed().as_secs_f64();
    }
    println!("{:<52} {:>9.1} ms", "add", adding * 1e3);
    let counts = timed("finish", || ingest.finish(&[]).unwrap());
    println!("{counts:?}, peak {} MiB", peak_memory_mib());
    let size = std::fs::metadata(store.state_dir().join("index.duckdb")).unwrap().len();
    println!("index {} MB", size / 1_000_000);
    let small: Vec<Span> = (0..20).flat_map(|number| trace(10_000_000 + number, &mut state)).collect();
    timed("import of 100 spans", || import(&store, small, vec![]));
    let page = |text: &str, sort| {
        let filter = Filter::parse(text, Timestamp::from_nanos(START + 30 * 86_400_000_000_000)).unwrap();
        TracesQuery { filter, sort, ..TracesQuery::default() }
    };
    for round in ["cold", "warm"] {
        println!("{round}:");
        for text in [
            "",
            "model:model-3",
            "model:model-3 latency>5s",
            "status:error",
            "user:u-77",
            "-kind:tool",
            "has:chunks",
            "since:2d",
            "span(model:model-3 latency>8s)",
            "word4999",
            "\"word1 word2 word3\"",
            "attr.n:4711",
        ] {
            let query = page(text, TraceSortField::Age);
            let first = std::cell::Cell::new(None);
            let started = Instant::now();
            let found = timed(&format!("page [{text}]"), || {
                store.traces_page(&query, &cancel, &mut |_| first.set(first.get().or(Some(started.elapsed())))).unwrap()
            });
            if let Some(first) = first.get() {
                println!("  first hits after {:.1} ms, {} rows", first.as_secs_f64() * 1e3, found.rows.len());
            }
            if !text.contains("word") {
                timed(&format!("count [{text}]"), || store.traces_count(&query, &cancel).unwrap());
            }
        }
        let sorted =
            timed("page by cost", || store.traces_page(&page("", TraceSortField::Cost), &cancel, &mut |_| ()).unwrap());
        timed("trace", || store.trace(&sorted.rows[0].trace_id, &cancel).unwrap());
        timed("telemetry", || store.telemetry(&TelemetryQuery::default(), &cancel).unwrap());
        timed("sessions", || store.sessions(&TracesQuery::default(), &cancel).unwrap());
    }
    println!("peak {} MiB", peak_memory_mib());
}
