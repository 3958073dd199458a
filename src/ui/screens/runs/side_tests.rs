use std::path::PathBuf;
use std::sync::Arc;

use super::side_samples::{four, one, structured, tools};
use crate::domain::diff::AnswerDiff;
use crate::domain::run::RunStatus;
use crate::domain::score::Rating;
use crate::services::compare::{Existing, Keep};
use crate::ui::effects::runs::{CallKey, RunDetail, RunNews, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::Msg;
use crate::ui::screens::ScreenId;

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

fn opened(detail: Arc<RunDetail>) -> Stage {
    let mut stage = Stage::on(ScreenId::Runs);
    let row = super::samples::row("7f3a0000000000000000000000000001", 3, RunStatus::Completed);
    stage.answer(Answer::Runs(RunsAnswer::Runs(vec![row])));
    stage.keys("enter").answer(Answer::Runs(RunsAnswer::Run(detail)));
    stage
}

/// Answers a request for differences as the services do.
fn compared(stage: &mut Stage) {
    let Some((_, _, Request::Runs(RunsRequest::Diff { old, new }))) = stage.request() else { panic!("differences") };
    let found =
        new.iter().map(|(place, new)| (*place, Arc::new(AnswerDiff::between(old.said(), new.said())))).collect();
    stage.answer(Answer::Runs(RunsAnswer::Diffed(found)));
}

#[test]
fn looks_of_answers_side_by_side() {
    let mut stage = opened(one());
    stage.keys("enter");
    keep("side-one", &stage);
    let mut stage = opened(four());
    stage.keys("enter n");
    keep("side-four", &stage);
    let mut stage = opened(four());
    stage.keys("enter l l");
    for (name, picture) in crate::ui::harness::SIZES.map(|size| (size, stage.picture(size))) {
        assert!(picture.contains("case 1/3"), "{name:?}");
    }
    stage.picture((60, 20));
    stage.keys("ctrl-d");
    keep("side-four-scrolled", &stage);
    let mut stage = opened(structured());
    stage.keys("enter");
    keep("side-json", &stage);
    let mut stage = opened(tools());
    stage.keys("enter l");
    keep("side-tools", &stage);
}

#[test]
fn another_model_that_answered_is_named_below_its_answer() {
    let mut detail = RunDetail::clone(&four());
    for answered in &mut detail.answers {
        answered.result.response_model = Some("fallback-7b".into());
    }
    let mut stage = opened(Arc::new(detail));
    stage.keys("enter");
    let picture = stage.picture((200, 60));
    assert!(picture.contains("answered by fallback-7b"), "{picture}");
}

#[test]
fn looks_of_answers_on_their_way_and_of_slight_changes() {
    let mut stage = opened(four());
    stage.keys("enter J J");
    keep("side-slight", &stage);
    let mut detail = RunDetail::clone(&four());
    detail.answers.clear();
    let mut stage = opened(Arc::new(detail));
    stage.keys("enter");
    keep("side-empty", &stage);
    let mut stage = opened(four());
    stage.keys("o");
    keep("matrix-only-changed", &stage);
}

#[test]
fn looks_of_a_streaming_answer() {
    let mut detail = RunDetail::clone(&four());
    detail.answers.truncate(1);
    let mut stage = Stage::on(ScreenId::Runs);
    stage.send(Msg::Open(crate::ui::msg::Target::Replay(crate::ui::msg::ReplayOf::default())));
    stage.answer(Answer::Runs(RunsAnswer::Offer(Box::new(super::samples::offer()))));
    let free = crate::ui::effects::runs::PlanSummary { requests: 1, ..Default::default() };
    stage.answer(Answer::Runs(RunsAnswer::Plan(Box::new(free)))).keys("enter");
    let (id, to, _) = stage.request().unwrap();
    stage.send(Msg::Answer { to, id, answer: Answer::Runs(RunsAnswer::Started(Arc::new(detail))) });
    let key = |variant: &str| CallKey {
        trace_id: "trace-1".into(),
        span_id: "call".into(),
        variant: variant.into(),
        sample: 0,
    };
    let news = vec![
        RunNews::Text(key("B"), "600 on Business,".into()),
        RunNews::Waiting(key("C"), "waits 4 s: 429 rate limited".into()),
    ];
    stage.send(Msg::Answer { to, id, answer: Answer::Runs(RunsAnswer::News(news)) });
    stage.keys("enter l");
    keep("side-streaming", &stage);
}

#[test]
fn answers_are_compared_with_any_of_them_and_it_is_said_with_which() {
    let mut stage = opened(four());
    stage.keys("enter d");
    compared(&mut stage);
    let picture = stage.picture((200, 60));
    assert!(picture.contains("diff with A"), "{picture}");
    assert!(picture.contains("requests per minute on") && picture.contains("[-600-]{+100+}"), "{picture}");
    keep("side-against-a", &stage);
    stage.keys("d");
    compared(&mut stage);
    assert!(stage.picture((120, 40)).contains("diff with B"));
    stage.keys("d d d");
    assert!(stage.picture((120, 40)).contains("diff off"));
    stage.keys("d");
    assert!(stage.picture((120, 40)).contains("diff with recorded"));
}

#[test]
fn a_click_moves_to_a_column() {
    use crate::ui::input::{Input, Mouse, MouseKind};
    let mut stage = opened(four());
    stage.keys("enter").picture((120, 40));
    stage.send(Msg::Input(Input::Mouse(Mouse { kind: MouseKind::Click, column: 70, row: 12 })));
    assert!(stage.picture((120, 40)).contains("│▌B anthropic"), "{}", stage.picture((120, 40)));
}

#[test]
fn only_changed_cases_are_kept_in_both_views() {
    let mut stage = opened(four());
    stage.keys("o");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("only changed: 2 of 3") && !picture.contains("rate limit on Business"), "{picture}");
    stage.keys("enter J");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("case 2/2") && picture.contains("only changed: 2 of 3"), "{picture}");
    stage.keys("o");
    assert!(stage.picture((120, 40)).contains("case 3/3"), "the case stays");
}

#[test]
fn n_goes_through_differences_and_on_to_the_next_case_that_has_some() {
    let mut stage = opened(four());
    stage.keys("enter n");
    let picture = stage.picture((200, 60));
    assert!(picture.contains("case 1/3") && picture.contains("difference 1 of"), "{picture}");
    for _ in 0..20 {
        stage.keys("n");
        stage.picture((200, 60));
    }
    let picture = stage.picture((200, 60));
    assert!(picture.contains("case 3/3"), "the case without a difference is passed over\n{picture}");
    assert!(picture.contains("no difference comes after this"), "{picture}");
    stage.keys("N N N");
    assert!(stage.picture((200, 60)).contains("case 1/3"));
}

#[test]
fn n_goes_on_to_variants_that_are_not_shown_before_the_next_case() {
    let mut stage = opened(four());
    stage.keys("enter");
    let mut seen = Vec::new();
    for _ in 0..6 {
        stage.picture((60, 20));
        stage.keys("n");
        let picture = stage.picture((60, 20));
        let tab =
            picture.lines().find(|line| line.contains('▌') && line.contains("recorded")).unwrap_or_default().to_owned();
        let letter = tab.split('▌').nth(1).and_then(|rest| rest.chars().next()).unwrap_or('?');
        seen.push((picture.contains("case 1/3"), letter));
    }
    assert_eq!(seen, [(true, 'A'), (true, 'B'), (true, 'C'), (true, 'C'), (true, 'D'), (false, 'A')]);
    stage.keys("N");
    stage.picture((60, 20));
    let picture = stage.picture((60, 20));
    assert!(picture.contains("case 1/3") && picture.contains("▌D mistral"), "{picture}");
}

#[test]
fn a_rating_shows_at_once_and_is_taken_back_where_it_cannot_be_kept() {
    let mut stage = opened(four());
    stage.keys("+");
    assert!(stage.picture((120, 40)).contains("✓▲"), "{}", stage.picture((120, 40)));
    let Some((_, _, Request::Runs(RunsRequest::Rate { result, rating }))) = stage.request() else { panic!("a rating") };
    assert_eq!((result.result_id.as_str(), *rating), ("trace-1-A", Some(Rating::Good)));
    stage.answer(Answer::Runs(RunsAnswer::Kept));
    stage.keys("enter -");
    assert!(stage.picture((120, 40)).contains("▼ bad"));
    stage.answer(Answer::Failed("the disk is full".into()));
    let picture = stage.picture((120, 40));
    assert!(picture.contains("▲ good") && picture.contains("the disk is full"), "{picture}");
    stage.keys("0");
    assert!(!stage.picture((120, 40)).contains("▲ good"));
    stage.keys("h +");
    assert!(stage.picture((120, 40)).contains("move to a variant"));
}

#[test]
fn an_export_asks_for_a_name_and_before_a_file_is_lost() {
    let mut stage = opened(four());
    stage.keys("o ctrl-x");
    let picture = stage.picture((120, 40));
    assert!(
        picture.contains("Write the cases that changed to") && picture.contains("compare-00000001.md"),
        "{picture}"
    );
    stage.keys("enter");
    let sent = |stage: &Stage| match stage.request() {
        Some((_, _, Request::Runs(RunsRequest::Export { path, keep, existing, .. }))) => {
            (path.clone(), *keep, *existing)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(sent(&stage), ("compare-00000001.md".into(), Keep::Changed, Existing::Keep));
    let path = PathBuf::from("/place/compare-00000001.md");
    stage.answer(Answer::Runs(RunsAnswer::Exists(path.clone())));
    assert!(stage.picture((120, 40)).contains("Replace the file?"));
    stage.keys("enter");
    assert_eq!(sent(&stage).2, Existing::Keep, "the default is no");
    stage.keys("ctrl-x enter").answer(Answer::Runs(RunsAnswer::Exists(path.clone()))).keys("y");
    assert_eq!(sent(&stage).2, Existing::Replace);
    stage.answer(Answer::Runs(RunsAnswer::Exported(path, 2)));
    assert!(stage.picture((120, 40)).contains("wrote 2 cases to /place/compare-00000001.md"));
}
