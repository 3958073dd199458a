//! Runs for the tests of answers side by side.

use std::sync::Arc;

use serde_json::{Value, json};

use super::samples::{answered, case, dollars, row, run, variant};
use crate::domain::message::ToolCall;
use crate::domain::run::{ResultStatus, RunStatus};
use crate::ui::effects::runs::{Answered, RunCase, RunDetail};

const RUN: &str = "7f3a0000000000000000000000000001";

/// A run of these cases, with an answer of each variant to each that is not `None`.
pub fn run_of(variants: usize, cases: Vec<(RunCase, Vec<Option<Answered>>)>) -> Arc<RunDetail> {
    let models = ["local/gemma3", "anthropic/haiku", "openai/gpt-mini", "mistral/small"];
    let mut row = row(RUN, 3, RunStatus::Completed);
    row.run = run(RUN, 3);
    row.run.variants = ["A", "B", "C", "D"]
        .iter()
        .zip(models)
        .take(variants)
        .map(|(id, model)| variant(id, model, Some("v3")))
        .collect();
    row.run.cases = cases.len() as u64;
    row.run.choice.spans = cases.iter().map(|(case, _)| (case.trace_id.clone(), case.span_id.clone())).collect();
    let (cases, answers): (Vec<RunCase>, Vec<Vec<Option<Answered>>>) = cases.into_iter().unzip();
    Arc::new(RunDetail { row, cases, answers: answers.into_iter().flatten().flatten().collect() })
}

/// An answer with its own figures.
pub fn with(mut answered: Answered, cost: &str, latency: f64, tokens: u64) -> Answered {
    answered.result.cost_usd = Some(dollars(cost));
    answered.result.latency_ms = Some(latency);
    answered.result.ttft_ms = Some(latency / 5.0);
    answered.result.output_tokens = Some(tokens);
    answered
}

const RECORDED: &str = "The API allows 100 requests per minute on every plan.\nOver the limit the answer is 429.\n\
                        You can ask for more by phone.";

/// One case and one variant.
pub fn one() -> Arc<RunDetail> {
    let asked = case(1, "How many API calls may I make per minute?", RECORDED);
    let text = RECORDED.replace("100 requests", "600 requests").replace("every plan", "Business");
    let answer = with(answered(&asked, "A", &text, ResultStatus::Ok), "0.0009", 640.0, 51);
    run_of(1, vec![(asked, vec![Some(answer)])])
}

/// Three cases and four variants: one changes little, one much, one answers at length, one fails.
pub fn four() -> Arc<RunDetail> {
    let asked = case(1, "How many API calls may I make per minute?", RECORDED);
    let long: String = (1..40).fold(RECORDED.replace("100", "600"), |text, number| {
        text + &format!("\nStep {number}: wait a second, then try the call again and see what the header says.")
    });
    let answers = vec![
        Some(with(answered(&asked, "A", &RECORDED.replace("100", "600"), ResultStatus::Ok), "0.0001", 980.0, 48)),
        Some(with(answered(&asked, "B", "600 on Business, 60 on Team.", ResultStatus::Ok), "0.0009", 640.0, 51)),
        Some(with(answered(&asked, "C", &long, ResultStatus::Ok), "0.0130", 4_820.0, 900)),
        Some(answered(&asked, "D", "", ResultStatus::Failed)),
    ];
    let same = case(2, "What is the rate limit on Business?", "600 requests.");
    let unchanged =
        ["A", "B", "C", "D"].map(|id| Some(answered(&same, id, "600 requests.", ResultStatus::Ok))).to_vec();
    let spaced = case(3, "Can I raise the limit for one day?", "Yes, write to support. They answer within a day.");
    let slight =
        ["yes, write to support. They answer within a day.", "Yes, write to support.\nThey answer within a day."];
    let mut third: Vec<Option<Answered>> =
        ["A", "B"].iter().zip(slight).map(|(id, text)| Some(answered(&spaced, id, text, ResultStatus::Ok))).collect();
    third.extend([None, None]);
    run_of(4, vec![(asked, answers), (same, unchanged), (spaced, third)])
}

/// One case whose answers are JSON.
pub fn structured() -> Arc<RunDetail> {
    let old = json!({"plan": "business", "limit": {"requests": 100, "per": "minute"}, "sources": ["api-limits-2024"],
        "reason": "The page of 2024 says 100 requests per minute."});
    let new = json!({"limit": {"per": "minute", "requests": 600, "burst": true}, "plan": "business",
        "sources": ["api-limits", "api-limits-2024"], "reason": "The page of 2026 says 600 requests per minute."});
    let asked = case(1, "How many API calls may I make per minute? As JSON.", &old.to_string());
    let answers = vec![
        Some(answered(&asked, "A", &new.to_string(), ResultStatus::Ok)),
        Some(answered(&asked, "B", "I cannot say that.", ResultStatus::Ok)),
    ];
    run_of(2, vec![(asked, answers)])
}

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { id: Some("call".into()), name: name.into(), arguments }
}

/// One case that asks for tools; the second variant asks for another, and has stopped there.
pub fn tools() -> Arc<RunDetail> {
    let mut asked = case(1, "What is the limit of acme?", "");
    asked.answer = None;
    asked.calls = vec![
        call("get_plan", json!({"tenant": "acme"})),
        call("get_limits", json!({"plan": "team", "unit": "minute"})),
    ];
    let said = |id: &str, calls: Vec<ToolCall>| {
        let mut result = answered(&asked, id, "", ResultStatus::Ok).result;
        result.output_text = None;
        result.tool_calls = calls;
        Answered::new(Some(&asked), result, None)
    };
    let same = said(
        "A",
        vec![
            call("get_plan", json!({"tenant": "acme"})),
            call("get_limits", json!({"unit": "minute", "plan": "business"})),
        ],
    );
    let mut other = said("B", vec![call("delete_tenant", json!({"tenant": "acme"}))]);
    other.result.status = ResultStatus::Incomplete;
    other.result.error = Some("diverged at step 1: delete_tenant was not recorded".into());
    run_of(2, vec![(asked, vec![Some(same), Some(other)])])
}
