use super::samples::{detail, offer, plan};
use crate::domain::run::RunStatus;
use crate::services::replay::RunChange;
use crate::ui::effects::runs::{ModelOffer, Pricing, RunDetail, RunNews, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::{Msg, ReplayOf, RequestId, Target};
use crate::ui::screens::ScreenId;

fn ordering(offer: crate::ui::effects::runs::Offer) -> Stage {
    let mut stage = Stage::on(ScreenId::Runs);
    let of = ReplayOf { traces: vec!["trace-1".into()], ..ReplayOf::default() };
    stage.send(Msg::Open(Target::Replay(of)));
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(offer))));
    stage
}

/// A run that was started here and goes, with the request it answers.
fn at_work() -> (Stage, RequestId) {
    let mut stage = ordering(offer());
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(plan()))));
    stage.keys("enter");
    if !matches!(stage.request(), Some((_, _, Request::Runs(RunsRequest::Start(_))))) {
        stage.keys("y");
    }
    let Some((id, _, Request::Runs(RunsRequest::Start(_)))) = stage.request() else { panic!("it was not sent") };
    let mut begun = RunDetail::clone(&detail());
    begun.row.status = RunStatus::Running;
    let news = [RunsAnswer::Started(begun.into()), RunsAnswer::News(vec![changed(Some(8))])];
    for answer in news {
        stage.send(Msg::Answer { to: ScreenId::Runs, id, answer: Answer::Runs(answer) });
    }
    (stage, id)
}

fn changed(at_once: Option<usize>) -> RunNews {
    RunNews::Changed(RunChange { concurrency: at_once, cap: None })
}

fn asked(stage: &Stage) -> RunChange {
    match stage.request() {
        Some((_, _, Request::Runs(RunsRequest::Change(_, change)))) => *change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_goes_is_made_wider_narrower_and_dearer() {
    let (mut stage, _) = at_work();
    assert!(stage.picture((160, 40)).contains("8 at once"));
    stage.keys(">");
    assert_eq!(asked(&stage), RunChange { concurrency: Some(12), cap: None });
    assert!(stage.picture((160, 40)).contains("12 at once"));
    stage.keys("<");
    assert_eq!(asked(&stage), RunChange { concurrency: Some(8), cap: None });
    stage.keys("$ ctrl-u").typed("2.5").keys("enter");
    assert_eq!(asked(&stage), RunChange { concurrency: None, cap: "2.5".parse().ok() });
    assert!(stage.picture((160, 40)).contains("2.5"));
}

#[test]
fn a_model_that_is_held_back_stands_in_the_head() {
    let (mut stage, id) = at_work();
    let held = RunNews::Circuit("anthropic/haiku".into(), Some("left alone until 14:05:31 UTC".into()));
    stage.send(Msg::Answer { to: ScreenId::Runs, id, answer: Answer::Runs(RunsAnswer::News(vec![held])) });
    assert!(stage.picture((120, 40)).contains("haiku left alone until 14:05:31 UTC"), "{}", stage.picture((120, 40)));
    let works = RunNews::Circuit("anthropic/haiku".into(), None);
    stage.send(Msg::Answer { to: ScreenId::Runs, id, answer: Answer::Runs(RunsAnswer::News(vec![works])) });
    assert!(!stage.picture((120, 40)).contains("left alone"));
}

#[test]
fn a_model_without_a_price_is_asked_for_it() {
    let mut offer = offer();
    let model = ModelOffer {
        id: "router/new".into(),
        price: "price unknown: space asks for it".into(),
        pricing: Pricing::Unknown,
        ..ModelOffer::default()
    };
    offer.models.insert(0, model);
    let mut stage = ordering(offer);
    let first = "g g j space";
    stage.keys(first);
    assert!(stage.picture((120, 40)).contains("What does router/new cost?"), "{}", stage.picture((120, 40)));
    stage.typed("cheap").keys("enter");
    assert!(stage.picture((120, 40)).contains("is no price"));
    stage.keys(first).typed("0.15,0.60").keys("enter");
    assert!(stage.picture((120, 40)).contains("$0.15 in  $0.6 out, as you say"), "{}", stage.picture((120, 40)));
}
