//! The chain of an agent beside the recorded one, and how to go on from where it left it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::samples::{answered, detail};
use crate::domain::chain::{AnswerFrom, AskedCall};
use crate::domain::chain::{
    AnswerSource, ChainStep, Divergence, DivergenceKind, RecordedAnswer, RecordedChain, RecordedRequest, RecordedStep,
    ServedAnswer, StepRequest,
};
use crate::domain::message::ToolCall;
use crate::domain::run::{CallsMode, ResultStatus};
use crate::services::replay::ContinueWith;
use crate::ui::effects::runs::{RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::screens::ScreenId;

fn call(name: &str, arguments: Value) -> ToolCall {
    ToolCall { id: Some("c".into()), name: name.into(), arguments }
}

fn recorded_answer(name: &str, arguments: Value, result: &str) -> RecordedAnswer {
    RecordedAnswer {
        name: name.into(),
        arguments,
        result: result.into(),
        source: AnswerSource::Message,
        span_id: "r".into(),
    }
}

fn recorded() -> RecordedChain {
    let step = |span: &str, text: Option<&str>, requests| RecordedStep {
        span_id: span.into(),
        text: text.map(str::to_owned),
        speaker: None,
        requests,
        inserted: Vec::new(),
        rewritten: None,
    };
    let request = |call: ToolCall, answer| RecordedRequest { call, answer: Some(answer) };
    RecordedChain {
        steps: vec![
            step("s1", None, vec![request(call("lookup", json!({"id": "A-1"})), 0)]),
            step("s2", None, vec![request(call("search", json!({"query": "late"})), 1)]),
            step("call", Some("It is late."), Vec::new()),
        ],
        answers: vec![
            recorded_answer("lookup", json!({"id": "A-1"}), "shipped\u{202e} on Monday"),
            recorded_answer("search", json!({"query": "late"}), "Late orders are refunded."),
        ],
    }
}

fn step(number: u32, span: &str, requests: Vec<StepRequest>) -> ChainStep {
    ChainStep {
        step: number,
        recorded_span_id: span.into(),
        as_recorded: number == 1,
        output_text: None,
        requests,
        divergences: Vec::new(),
        finish_reason: Some("tool_calls".into()),
        input_tokens: Some(10),
        output_tokens: Some(4),
        cost_usd: None,
        latency_ms: Some(12.0),
        from_cache: false,
        request_hash: "h".into(),
    }
}

/// A run of chains whose first case stopped at its second step.
fn stopped() -> Stage {
    let mut detail = Arc::unwrap_or_clone(detail());
    detail.row.run.choice.calls = CallsMode::Chain;
    let mut stopped = answered(&detail.cases[0], "A", "", ResultStatus::Diverged);
    let served = ServedAnswer {
        from: AnswerFrom::Recorded,
        content: "shipped\u{202e} on Monday".into(),
        span_id: None,
        recorded: None,
    };
    let first = StepRequest { call: call("lookup", json!({"id": "A-1"})), answer: Some(served), divergence: None };
    let asked = AskedCall { name: "search".into(), arguments: json!({"query": "late"}) };
    let stray = StepRequest {
        call: call("search", json!({"query": "early\u{1b}[31m"})),
        answer: None,
        divergence: Some(Divergence { kind: DivergenceKind::OtherArguments, recorded: Some(asked) }),
    };
    stopped.result.steps = vec![step(1, "s1", vec![first]), step(2, "s2", vec![stray])];
    stopped.result.error = Some("step 2: asked for something else".into());
    detail.answers = vec![stopped];
    let mut stage = Stage::on(ScreenId::Runs);
    stage.answer(Answer::Runs(RunsAnswer::Runs(vec![detail.row.clone()])));
    stage.keys("enter").answer(Answer::Runs(RunsAnswer::Run(Arc::new(detail))));
    stage.keys("enter");
    let Some((_, _, Request::Runs(RunsRequest::Chain { trace_id, span_id }))) = stage.request() else {
        panic!("the recorded chain is read")
    };
    let (trace_id, span_id) = (trace_id.clone(), span_id.clone());
    let chain = Some(Arc::new(recorded()));
    stage.answer(Answer::Runs(RunsAnswer::Chain { trace_id, span_id, chain }));
    stage
}

fn continued(stage: &Stage) -> Option<ContinueWith> {
    match stage.request() {
        Some((_, _, Request::Runs(RunsRequest::Continue { with, result_id, .. }))) => {
            assert_eq!(result_id.as_str(), "trace-1-A");
            Some(with.clone())
        }
        _ => None,
    }
}

#[test]
fn both_chains_stand_step_by_step() {
    let stage = stopped();
    for (name, picture) in stage.pictures("chain") {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
    let picture = stage.picture((160, 50));
    assert!(picture.contains("other arguments; the recording asked for search"), "{picture}");
    assert!(picture.contains("stopped here") && picture.contains("It is late."), "{picture}");
    assert!(!picture.contains('\u{202e}') && !picture.contains('\u{1b}'), "foreign text is made safe");
}

#[test]
fn the_chain_goes_on_with_the_nearest_answer_after_a_yes() {
    let mut stage = stopped();
    stage.keys("o w n");
    assert_eq!(continued(&stage), None, "it costs money: it is asked first");
    stage.keys("y");
    assert_eq!(continued(&stage), Some(ContinueWith::Nearest));
}

#[test]
fn the_chain_goes_on_with_what_is_typed_or_picked() {
    let mut stage = stopped();
    stage.keys("o w t").typed("nothing found").keys("enter");
    assert_eq!(continued(&stage), Some(ContinueWith::Typed("nothing found".into())));
    let mut stage = stopped();
    stage.keys("o w p");
    assert!(stage.picture((160, 50)).contains("Late orders are refunded."));
    stage.keys("down enter");
    assert_eq!(continued(&stage), Some(ContinueWith::Picked(1)));
}
