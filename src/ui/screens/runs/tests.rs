use super::samples::{answered, comparison, detail, offer, plan, row};
use crate::domain::run::{ResultStatus, RunStatus};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::prompts::PromptsRequest;
use crate::ui::effects::runs::{CallKey, Order, PlanSummary, RunNews, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::{Msg, ReplayOf, RequestId, Target};
use crate::ui::screens::ScreenId;

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

fn listed() -> Stage {
    let mut stage = Stage::on(ScreenId::Runs);
    stage.answer(Answer::Runs(RunsAnswer::Runs(vec![
        row("7f3a0000000000000000000000000001", 3, RunStatus::Interrupted),
        row("6f3a0000000000000000000000000002", 90, RunStatus::Completed),
        row("5f3a0000000000000000000000000003", 3_000, RunStatus::Failed),
    ])));
    stage
}

fn opened() -> Stage {
    let mut stage = listed();
    stage.keys("enter").answer(Answer::Runs(RunsAnswer::Run(detail())));
    stage
}

fn ordering() -> Stage {
    let mut stage = Stage::on(ScreenId::Runs);
    let of = ReplayOf { traces: vec!["trace-1".into()], ..ReplayOf::default() };
    stage.send(Msg::Open(Target::Replay(of)));
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer()))));
    stage
}

fn started(stage: &Stage) -> Option<&Order> {
    stage.effects.iter().find_map(|effect| match effect {
        Effect::Request { request: Request::Runs(RunsRequest::Start(order)), .. } => Some(order.as_ref()),
        _ => None,
    })
}

#[test]
fn looks_of_the_list() {
    let mut stage = Stage::on(ScreenId::Runs);
    keep("list-loading", &stage);
    stage.answer(Answer::Failed("index.duckdb: permission denied".into()));
    keep("list-error", &stage);
    let mut stage = Stage::on(ScreenId::Runs);
    stage.answer(Answer::Runs(RunsAnswer::Runs(Vec::new())));
    keep("list-empty", &stage);
    keep("list", &listed());
}

#[test]
fn looks_of_a_run() {
    let mut stage = listed();
    stage.keys("enter");
    keep("run-loading", &stage);
    stage.answer(Answer::Failed("index.duckdb: permission denied".into()));
    keep("run-error", &stage);
    let mut stage = opened();
    keep("matrix", &stage);
    stage.keys("enter");
    keep("side", &stage);
    stage.keys("l d");
    keep("side-without-diff", &stage);
}

#[test]
fn looks_of_the_measures_beside_a_baseline() {
    let mut measured = comparison();
    measured.baselines = super::samples::steady_baseline();
    for difference in &mut measured.differences {
        difference.baseline = "baseline".into();
    }
    let mut stage = opened();
    stage.answer(Answer::Runs(RunsAnswer::Measured(std::sync::Arc::new(measured))));
    stage.keys("l v");
    keep("measures-baseline", &stage);
    let picture = stage.picture((120, 40));
    assert!(picture.contains("itself ±0.04") && picture.contains("differs from itself in 3 of 20 cases"), "{picture}");
}

/// The recorded model is asked again from the start where its answers may differ; space takes that back.
#[test]
fn a_baseline_is_offered_and_an_early_end_can_be_chosen() {
    let mut stage = ordering();
    let copied = |stage: &Stage| {
        stage.effects.iter().rev().find_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text.clone()),
            _ => None,
        })
    };
    stage.keys("y c");
    let command = copied(&stage).unwrap();
    assert!(command.ends_with("-m builtin/extractive --baseline --max-cost 0.5"), "{command}");
    stage.keys("G up up up space up up space y c");
    let command = copied(&stage).unwrap();
    assert!(command.ends_with("-m builtin/extractive --until decided --max-cost 0.5"), "{command}");
}

#[test]
fn looks_of_the_measures() {
    let mut stage = opened();
    stage.answer(Answer::Runs(RunsAnswer::Measured(std::sync::Arc::new(comparison()))));
    stage.keys("l");
    keep("measures-below", &stage);
    stage.keys("v");
    keep("measures-alone", &stage);
    stage.keys("b");
    assert!(stage.picture((120, 40)).contains("the recorded answers"));
    stage.keys("down enter");
    let measures = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { request: Request::Runs(RunsRequest::Measure { baseline, .. }), .. } => Some(baseline.clone()),
        _ => None,
    });
    assert_eq!(measures, Some(crate::services::compare::Baseline::Variant("A".into())));
}

#[test]
fn other_cases_can_be_chosen_and_their_number_limited() {
    let mut stage = Stage::on(ScreenId::Runs);
    let of = ReplayOf { filter: "prompt:answer".into(), limit: Some(50), ..ReplayOf::default() };
    stage.send(Msg::Open(Target::Replay(of)));
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer()))));
    keep("order-cases", &stage);
    stage.keys("g g i");
    assert!(stage.picture((120, 40)).contains("set hard"));
    stage.keys("down enter").typed(" has:error").keys("enter");
    let Some((_, _, Request::Runs(RunsRequest::Offer(of)))) = stage.request() else { panic!("cases are read") };
    assert_eq!((of.filter.as_str(), of.limit), ("prompt:answer has:error", Some(50)));
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer()))));
    stage.keys("g g j i ctrl-u").typed("7").keys("enter");
    let Some((_, _, Request::Runs(RunsRequest::Offer(of)))) = stage.request() else { panic!("cases are read") };
    assert_eq!(of.limit, Some(7));
}

#[test]
fn what_was_measured_of_the_file_is_committed_with_it() {
    let mut stage = opened();
    stage.keys("C").typed("Use the newest").keys("enter");
    let Some((_, _, Request::Prompts(PromptsRequest::CommitMeasured { name, message, .. }))) = stage.request() else {
        panic!("a commit is asked for")
    };
    assert_eq!((name.as_str(), message.as_str()), ("answer", "Use the newest"));
}

#[test]
fn looks_of_the_dialog() {
    let mut stage = ordering();
    keep("order-pending", &stage);
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(plan()))));
    keep("order", &stage);
    stage.keys("space");
    stage.send(Msg::Timer { of: crate::ui::msg::TimerOf::Screen(ScreenId::Runs), timer: crate::ui::msg::TimerId(21) });
    stage.answer(Answer::Runs(RunsAnswer::NoPlan("Mark at least one model with space.".into())));
    keep("order-refused", &stage);
}

#[test]
fn what_moved_most_can_come_first() {
    let mut stage = opened();
    stage.keys("s").typed("moved").keys("enter");
    let picture = stage.picture((200, 40));
    let place = |text: &str| picture.find(text).unwrap();
    assert!(place("Can I raise") < place("How many API"), "{picture}");
    assert!(place("How many API") < place("What is the rate"), "{picture}");
}

#[test]
fn cases_are_gone_through_side_by_side() {
    let mut stage = opened();
    stage.keys("enter J");
    assert!(stage.picture((120, 40)).contains("case 2/3"));
    stage.keys("J J J");
    assert!(stage.picture((120, 40)).contains("case 3/3"), "it stays at the last");
    stage.keys("K K");
    assert!(stage.picture((120, 40)).contains("case 1/3"));
}

#[test]
fn enter_sends_what_is_free_at_once() {
    let mut stage = ordering();
    stage.keys("enter");
    assert!(started(&stage).is_none(), "the plan is not there yet");
    let free = PlanSummary { requests: 1, ..PlanSummary::default() };
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(free))));
    assert_eq!(started(&stage).unwrap().models, ["builtin/extractive"]);
}

#[test]
fn enter_asks_before_money_is_spent() {
    let mut stage = ordering();
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(plan())))).keys("enter");
    assert!(started(&stage).is_none());
    let picture = stage.picture((120, 40));
    assert!(picture.contains("Send 102 requests, about $0.0344?"), "{picture}");
    stage.keys("enter");
    assert!(started(&stage).is_none(), "the default is no");
    stage.keys("enter y");
    assert!(started(&stage).is_some());
}

#[test]
fn a_change_makes_the_plan_again_and_a_model_without_key_cannot_be_marked() {
    let mut stage = ordering();
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(plan()))));
    stage.keys("j j space");
    assert!(stage.picture((120, 40)).contains("counting"));
    stage.keys("j space");
    assert!(stage.picture((120, 40)).contains("no key: set OPENAI_API_KEY"));
    stage.send(Msg::Timer { of: crate::ui::msg::TimerOf::Screen(ScreenId::Runs), timer: crate::ui::msg::TimerId(21) });
    let Some((_, _, Request::Runs(RunsRequest::Plan(order)))) = stage.request() else { panic!("a plan is asked for") };
    assert_eq!(order.models, ["builtin/extractive", "anthropic/haiku"]);
}

#[test]
fn answers_stream_in_and_a_stop_asks_first() {
    let mut stage = ordering();
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(PlanSummary { requests: 1, ..PlanSummary::default() }))));
    stage.keys("enter");
    let (id, to, _) = stage.request().unwrap();
    let send = |stage: &mut Stage, answer| {
        stage.send(Msg::Answer { to, id, answer: Answer::Runs(answer) });
    };
    send(&mut stage, RunsAnswer::Started(detail()));
    let key = CallKey { trace_id: "trace-1".into(), span_id: "call".into(), variant: "C".into(), sample: 0 };
    send(&mut stage, RunsAnswer::News(vec![RunNews::Text(key.clone(), "Six hundred".into())]));
    stage.keys("enter");
    send(&mut stage, RunsAnswer::News(vec![RunNews::Text(key, " a minute".into())]));
    let picture = stage.picture((200, 60));
    assert!(picture.contains("Six hundred a minute▌"), "{picture}");
    let done = answered(&detail().cases[0], "C", "Seven hundred.", ResultStatus::Ok);
    send(&mut stage, RunsAnswer::News(vec![RunNews::Finished(Box::new(done))]));
    assert!(stage.picture((200, 60)).contains("Seven"));
    stage.keys("c");
    assert!(!stage.effects.contains(&Effect::Cancel(id)));
    stage.keys("y");
    assert!(stage.effects.contains(&Effect::Cancel(id)));
    assert!(stage.picture((200, 60)).contains("interrupted"));
}

#[test]
fn stale_answers_are_dropped() {
    let mut stage = listed();
    let before = stage.picture((120, 40));
    let answer = Answer::Runs(RunsAnswer::Runs(Vec::new()));
    stage.send(Msg::Answer { to: ScreenId::Runs, id: RequestId(9_999), answer });
    assert_eq!(stage.picture((120, 40)), before);
}

#[test]
fn a_score_of_an_answer_names_its_result() {
    let mut stage = opened();
    stage.keys("S").typed("1").keys("enter");
    let Some((_, _, Request::Runs(RunsRequest::Score { result_id, name, value, .. }))) = stage.request() else {
        panic!("{:?}", stage.last())
    };
    assert_eq!((name.as_str(), *value), ("correct", 1.0));
    assert_eq!(result_id.as_ref().unwrap().as_str(), "trace-1-A");
    assert!(Action::Score.applies(crate::ui::action::Context::Run));
}
