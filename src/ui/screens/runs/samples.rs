//! Small data for tests.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::money::Money;
use crate::domain::run::{
    CachePolicy, CaseChoice, ModelChoice, Overrides, PromptVersionRef, ResultPlace, ResultStatus, Run, RunResult,
    RunStatus, Variant,
};
use crate::domain::run_design::VariantRole;
use crate::domain::statistics::{Better, Verdict};
use crate::evaluators::Kind;
use crate::services::compare::{Comparison, Difference, ScoreSteadiness, Scored, Steadiness, VariantTotals};
use crate::ui::effects::runs::{Answered, CaseSet, ModelOffer, Offer, PlanSummary, RunCase, RunDetail, RunRow};
use crate::ui::screens::traces::samples::now;

pub(super) fn dollars(text: &str) -> Money {
    text.parse().unwrap()
}

pub(super) fn variant(id: &str, model: &str, version: Option<&str>) -> Variant {
    Variant {
        id: id.into(),
        model: ModelChoice::Model(model.parse().unwrap()),
        prompt: version.map(|version| PromptVersionRef { name: "answer".into(), version: version.into() }),
        prompt_hash: None,
        overrides: Overrides::default(),
        role: VariantRole::Candidate,
    }
}

/// A run of three cases over three variants.
pub fn run(id: &str, minutes: u64) -> Run {
    let case = |number: u32| (format!("trace-{number}").as_str().into(), "call".into());
    Run {
        run_id: id.into(),
        created_at: now().minus(Duration::from_secs(60 * minutes)),
        filter: "has:chunks".into(),
        name: None,
        variants: vec![
            variant("A", "local/gemma3", Some("v3")),
            variant("B", "anthropic/haiku", Some("v3")),
            variant("C", "anthropic/haiku", Some("work")),
        ],
        samples: 1,
        cases: 3,
        max_cost: Some(dollars("0.5")),
        estimated_cost: Some(dollars("0.0344")),
        choice: CaseChoice { spans: (1..=3).map(case).collect(), ..CaseChoice::default() },
        cache: CachePolicy::Use,
        pacing: crate::domain::run::Pacing::Live,
        until: None,
        decided: None,
        ablation: None,
        prices: Vec::new(),
    }
}

/// A row of the list.
pub fn row(id: &str, minutes: u64, status: RunStatus) -> RunRow {
    RunRow {
        run: run(id, minutes),
        status,
        results: 9,
        ok: 7,
        failed: 1,
        unknown: 1,
        from_cache: 2,
        cost_usd: Some(dollars("0.0312")),
    }
}

pub fn case(number: u32, question: &str, answer: &str) -> RunCase {
    RunCase {
        trace_id: format!("trace-{number}").as_str().into(),
        span_id: "call".into(),
        question: question.into(),
        answer: Some(answer.into()),
        calls: Vec::new(),
        model: Some("smollm2-135m".into()),
        prompt: Some("answer@v3".into()),
        tokens: Some(612),
        cost: Some(dollars("0.0001")),
        latency_ms: Some(1_204.0),
        ttft_ms: Some(88.0),
    }
}

/// An answer to a case.
pub fn answered(case: &RunCase, variant: &str, text: &str, status: ResultStatus) -> Answered {
    let fine = status == ResultStatus::Ok;
    let place = ResultPlace {
        run_id: "7f3a0000000000000000000000000001".into(),
        result_id: format!("{}-{variant}", case.trace_id.as_str()).as_str().into(),
        trace_id: case.trace_id.clone(),
        span_id: case.span_id.clone(),
        variant: variant.into(),
        model: "anthropic/haiku".into(),
        prompt: None,
        sample: 0,
    };
    let result = RunResult {
        output_text: fine.then(|| text.into()),
        finish_reason: Some("stop".into()),
        input_tokens: Some(550),
        output_tokens: Some(51),
        cost_usd: Some(dollars("0.0009")),
        cost_source: "computed".into(),
        latency_ms: Some(640.0),
        ttft_ms: Some(120.0),
        attempts: 1,
        error: (!fine).then(|| "429 rate limited".into()),
        ..RunResult::unanswered(place, status)
    };
    Answered::new(Some(case), result, None)
}

/// A run with most of its answers.
pub fn detail() -> Arc<RunDetail> {
    let cases = vec![
        case(
            1,
            "How many API calls may I make per minute?",
            "The API allows 100 requests per minute on every plan. You can ask for more by phone.",
        ),
        case(2, "What is the rate\u{202e} limit on Business?", "600 requests."),
        case(3, "Can I raise the limit for one day?", "Yes, write to support."),
    ];
    let better = "600 requests per minute on Business, 60 on Team [api-limits].";
    let answers = vec![
        answered(&cases[0], "A", "The API allows 600 requests per minute on Business.", ResultStatus::Ok),
        answered(&cases[0], "B", better, ResultStatus::Ok),
        answered(&cases[1], "A", "600 requests.", ResultStatus::Ok),
        answered(&cases[1], "B", "", ResultStatus::Failed),
        answered(&cases[2], "A", "No, it cannot be raised for a day.", ResultStatus::Ok),
    ];
    let row = row("7f3a0000000000000000000000000001", 3, RunStatus::Interrupted);
    Arc::new(RunDetail { row, cases, answers })
}

/// What can be chosen.
pub fn offer() -> Offer {
    let model = |id: &str, price: &str, problem: Option<&str>, chosen| ModelOffer {
        id: id.into(),
        price: price.into(),
        problem: problem.map(Into::into),
        chosen,
        ..ModelOffer::default()
    };
    Offer {
        sets: vec![CaseSet { label: "set hard".into(), detail: "3 traces".into(), ..CaseSet::default() }],
        cases: 1,
        question: Some("How many API calls may I make per minute?".into()),
        models: vec![
            model("builtin/extractive", "free", None, true),
            model("builtin/recorded", "free", None, false),
            model("anthropic/haiku", "$1 in  $5 out", None, false),
            model("openai/gpt-mini", "$0.25 in  $2 out", Some("no key: set OPENAI_API_KEY"), false),
        ],
        prompts: vec!["answer@work".into(), "answer@v3".into()],
        chunks: vec![(1, "api-limits".into()), (2, "api-errors".into())],
        max_cost: Some(dollars("0.5")),
        unsteady: 1,
        no_baseline: None,
    }
}

/// A plan that costs money.
pub fn plan() -> PlanSummary {
    PlanSummary {
        requests: 102,
        cached: 3,
        skipped: 0,
        skip_reason: None,
        estimate: dollars("0.0344"),
        most: dollars("0.0811"),
        origins: vec!["https://api.anthropic.com".into()],
        notes: Vec::new(),
    }
}

/// What the answers of the run come to.
pub fn comparison() -> Comparison {
    let scored = |name: &str, kind| Scored { name: name.into(), kind };
    let difference = |evaluator: &str, mean: f64, ends: (f64, f64), verdict| Difference {
        variant: "B".into(),
        baseline: "A".into(),
        evaluator: evaluator.into(),
        cases: 47,
        mean_difference: mean,
        low: Some(ends.0),
        high: Some(ends.1),
        p_value: Some(0.03),
        verdict,
    };
    let totals = |variant: &str, similarity: f64, cost: f64| VariantTotals {
        variant: variant.into(),
        model: "m".into(),
        prompt: None,
        results: 3,
        ok: 3,
        failed: 0,
        cost_usd: None,
        input_tokens: None,
        output_tokens: None,
        latency_p50_ms: None,
        ttft_p50_ms: None,
        changed: 0,
        compared: 0,
        changed_share: None,
        mean_change: None,
        rated_good: 0,
        rated_bad: 0,
        scores: [("similarity".to_owned(), similarity), ("cost".to_owned(), cost)].into(),
    };
    Comparison {
        run_id: "7f3a0000000000000000000000000001".into(),
        baseline: "recorded".into(),
        evaluators: vec![
            scored("similarity", Kind::number(Better::Higher, "")),
            scored("cost", Kind::number(Better::Lower, "$")),
            scored("refusal", Kind::yes_no(Better::Lower)),
        ],
        variants: vec![totals("A", 0.61, 0.0012), totals("B", 0.64, 0.000_4)],
        differences: vec![
            difference("similarity", 0.03, (-0.01, 0.07), Verdict::NoDifference),
            difference("cost", -0.0008, (-0.0009, -0.0007), Verdict::Better),
        ],
        baselines: Vec::new(),
        decided: None,
        cases: Vec::new(),
    }
}

/// A baseline that differs from itself.
pub fn steady_baseline() -> Vec<Steadiness> {
    let score = |evaluator: &str, flips, spread| ScoreSteadiness {
        evaluator: evaluator.into(),
        flips,
        flips_from_recorded: None,
        spread,
    };
    vec![Steadiness {
        variant: "baseline".into(),
        repeated: 20,
        unlike_itself: 3,
        compared: 20,
        unlike_recorded: Some(0.55),
        scores: vec![score("similarity", None, Some(0.04)), score("refusal", Some(0.1), None)],
    }]
}
