//! Runs, results and comparisons for the tests of this folder and of evidence.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Baseline, Compared, Comparison, Judges, compare, judge, specifications};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::run::{Case, CaseChoice, ResultPlace, ResultStatus, Run, RunResult};
use crate::domain::time::Timestamp;
use crate::evaluators::Specification;
use crate::services::replay::testing::{case, variant};

pub(crate) fn result(trace: &str, variant: &str, text: &str, latency: f64) -> RunResult {
    let place = ResultPlace {
        run_id: "r".into(),
        result_id: format!("r-{trace}-{variant}").into(),
        trace_id: trace.into(),
        span_id: "span".into(),
        variant: variant.into(),
        model: "p/m".into(),
        prompt: None,
        sample: 0,
    };
    RunResult {
        output_text: Some(text.into()),
        input_tokens: Some(10),
        cost_usd: Some("0.5".parse().unwrap()),
        cost_source: "computed".into(),
        latency_ms: Some(latency),
        attempts: 1,
        ..RunResult::unanswered(place, ResultStatus::Ok)
    }
}

pub(crate) fn run() -> Run {
    let spans = ["t1", "t2"].map(|trace| (TraceId::from(trace), SpanId::from("span"))).to_vec();
    Run {
        run_id: "r".into(),
        created_at: Timestamp::default(),
        filter: String::new(),
        name: None,
        variants: vec![variant("A", "p/m"), variant("B", "p/n")],
        samples: 1,
        cases: 2,
        max_cost: None,
        estimated_cost: None,
        choice: CaseChoice { spans, ..CaseChoice::default() },
        cache: crate::domain::run::CachePolicy::Use,
        pacing: crate::domain::run::Pacing::Live,
        until: None,
        decided: None,
        ablation: None,
        prices: Vec::new(),
    }
}

pub(crate) fn specified(texts: &[&str]) -> Vec<Specification> {
    specifications(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).unwrap()
}

pub(crate) fn judged(
    run: &Run,
    results: &[RunResult],
    cases: &[Case],
    baseline: &Baseline,
    texts: &[&str],
) -> Comparison {
    let mut comparison = compare(run, results, cases, baseline).unwrap();
    let judges = Judges::new(&specified(texts), Path::new("/nowhere")).unwrap();
    judge(&mut comparison, run, cases, &judges, &BTreeMap::new());
    comparison
}

/// A run of many cases in which B says what was recorded and A something else.
pub(crate) fn many() -> (Run, Vec<RunResult>, Vec<Case>) {
    let traces: Vec<String> = (0..20).map(|n| format!("t{n:02}")).collect();
    let mut run = run();
    run.choice.spans = traces.iter().map(|trace| (trace.as_str().into(), "span".into())).collect();
    run.cases = 20;
    let results = traces.iter().enumerate().flat_map(|(n, trace)| {
        let cheap = if n < 10 { "0.5" } else { "0.7" };
        let mut a = result(trace, "A", "60 calls in all.", 4.0);
        a.cost_usd = Some(cheap.parse().unwrap());
        [a, result(trace, "B", "60 requests.", 1.0)]
    });
    let results = results.collect();
    (run, results, traces.iter().map(|trace| case(trace)).collect())
}

/// The same judged, with what it was made of.
pub(crate) fn compared(texts: &[&str]) -> Compared {
    let (run, results, cases) = many();
    let comparison = judged(&run, &results, &cases, &Baseline::Recorded, texts);
    Compared { run, results, comparison }
}
