//! Against a real model server; by hand:
//! `HINDCAST_TEST_SERVER=http://127.0.0.1:8077/v1 cargo test --test suite -- --ignored replay::real --nocapture`.

use hindcast::domain::run::{ModelChoice, RunStatus};
use hindcast::providers::{Environment, Providers};
use hindcast::services::replay::ReplayService;

use super::support::{Bench, cases, money, order, results};

fn bench() -> Option<(Bench, Vec<String>)> {
    let url = std::env::var("HINDCAST_TEST_SERVER").ok()?;
    let models = std::env::var("HINDCAST_TEST_MODELS").unwrap_or_else(|_| "smollm2-135m-instruct,gemma3-270m".into());
    Some((Bench::at(&url), models.split(',').map(str::to_owned).collect()))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a real model server; run by hand"]
async fn real_models_answer_and_the_cache_serves_them_again() {
    let (bench, models) = bench().expect("HINDCAST_TEST_SERVER names a server");
    // On loopback every model is free.
    let service: &ReplayService = &bench.service;
    println!("reachable: {:?}", service.providers().check("p").await);
    let mut order = order();
    order.models = models.iter().map(|model| ModelChoice::Model(format!("p/{model}").parse().unwrap())).collect();
    order.overrides.parameters.insert("max_tokens".into(), 40.into());
    order.overrides.parameters.insert("seed".into(), 1.into());
    let (outcome, events) = bench.run(bench.plan(&order, cases(2))).await;
    for result in results(&events) {
        println!(
            "{} {:?} {:?} tokens {:?}+{:?}, first piece {:?} ms, all {:?} ms",
            result.model,
            result.status,
            result.output_text,
            result.input_tokens,
            result.output_tokens,
            result.ttft_ms,
            result.latency_ms
        );
    }
    assert_eq!((outcome.status, outcome.cost_usd), (RunStatus::Completed, Some(money("0"))));
    let plan = bench.plan(&order, cases(2));
    assert_eq!(plan.requests(), 0);
    let (outcome, _) = bench.run(plan).await;
    assert_eq!((outcome.from_cache, outcome.ok), (outcome.results, outcome.results));
    assert!(matches!(
        Providers::new(Vec::new(), Environment::of([])).check("nobody").await,
        hindcast::providers::Reach::Not(_)
    ));
}
