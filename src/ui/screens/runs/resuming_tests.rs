use super::samples::{detail, row};
use crate::domain::run::RunStatus;
use crate::ui::effect::Effect;
use crate::ui::effects::runs::{RunDetail, RunRow, RunsAnswer, RunsRequest, Unknown};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::Msg;
use crate::ui::screens::ScreenId;

const RUN: &str = "7f3a0000000000000000000000000001";

fn opened(unknown: u64) -> Stage {
    let mut begun = RunDetail::clone(&detail());
    begun.row.unknown = unknown;
    let mut stage = Stage::on(ScreenId::Runs);
    stage.answer(Answer::Runs(RunsAnswer::Runs(vec![begun.row.clone()])));
    stage.keys("enter").answer(Answer::Runs(RunsAnswer::Run(begun.into())));
    stage
}

fn resumed(stage: &Stage) -> Unknown {
    match stage.request() {
        Some((_, _, Request::Runs(RunsRequest::Resume(_, unknown)))) => *unknown,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_stopped_run_says_what_has_no_answer_and_how_it_goes_on() {
    let stage = opened(1);
    let picture = stage.picture((120, 40));
    assert!(picture.contains("interrupted  1 failed  1 unknown"), "{picture}");
    assert!(picture.contains("R go on with run"), "{picture}");
    assert!(stage.picture((60, 20)).contains("1 unknown"), "{}", stage.picture((60, 20)));
}

#[test]
fn unknown_calls_are_asked_about_before_a_run_goes_on() {
    let mut stage = opened(1);
    stage.keys("R");
    let picture = stage.picture((60, 20));
    assert!(
        picture.contains("1 call sent, no answer was heard of") && picture.contains("may be paid for twice"),
        "{picture}"
    );
    stage.keys("down enter");
    let picture = stage.picture((60, 20));
    assert!(picture.contains("Go on with this run?") && picture.contains("asked again"), "{picture}");
    stage.keys("y");
    assert_eq!(resumed(&stage), Unknown::Ask);

    let mut stage = opened(1);
    stage.keys("R enter y");
    assert_eq!(resumed(&stage), Unknown::Leave);

    let mut stage = opened(0);
    stage.keys("R y");
    assert_eq!(resumed(&stage), Unknown::Leave);
}

fn opens(stage: &Stage) -> bool {
    matches!(stage.request(), Some((_, _, Request::Runs(RunsRequest::Open(_)))))
}

/// The data changed, and the list of runs is read anew: every screen reads, and only this one is answered.
fn list_again(stage: &mut Stage, row: &RunRow) {
    stage.send(Msg::DataChanged);
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Request { id, request: Request::Runs(RunsRequest::List), .. } => Some(*id),
        _ => None,
    });
    let answer = Answer::Runs(RunsAnswer::Runs(vec![row.clone()]));
    stage.send(Msg::Answer { to: ScreenId::Runs, id: asked.unwrap(), answer });
}

#[test]
fn a_run_that_the_list_knows_more_of_is_read_again() {
    let mut stage = opened(1);
    let mut more = row(RUN, 3, RunStatus::Interrupted);
    list_again(&mut stage, &more);
    assert!(!opens(&stage), "the same figures need no reading");
    more.unknown = 16;
    list_again(&mut stage, &more);
    assert!(opens(&stage), "{:?}", stage.request());
    let mut read = RunDetail::clone(&detail());
    read.row = more;
    stage.answer(Answer::Runs(RunsAnswer::Run(read.into())));
    assert!(stage.picture((120, 40)).contains("16 unknown"));
}
