use std::sync::Arc;

use super::samples;
use crate::services::golden::{FactsFrom, GoldenOffer};
use crate::store::GroundedCounts;
use crate::ui::effect::Effect;
use crate::ui::effects::traces::{Counts, ListQuery, Order, Sort, TraceRow, TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::harness::Stage;
use crate::ui::msg::{Msg, ReplayOf, Target, TimerOf};
use crate::ui::screens::ScreenId;

fn page() -> Answer {
    let rows = samples::rows();
    let counts = Counts { matched: rows.len() as u64, all: 352 };
    Answer::Traces(TracesAnswer::Page { offset: 0, rows, counts })
}

fn listed() -> Stage {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.answer(page());
    stage
}

fn opened() -> Stage {
    let mut stage = listed();
    stage.keys("enter").answer(Answer::Traces(TracesAnswer::Detail(samples::spans())));
    stage
}

fn query(stage: &Stage) -> ListQuery {
    match stage.request() {
        Some((_, _, Request::Traces(TracesRequest::List(query)))) => query.clone(),
        other => panic!("a query and not {other:?}"),
    }
}

fn keep(name: &str, stage: &Stage) {
    for (name, picture) in stage.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    stage.survives_every_size();
}

#[test]
fn looks_of_the_list() {
    keep("list-loading", &Stage::on(ScreenId::Traces));
    keep("list", &listed());
    let mut stage = Stage::on(ScreenId::Traces);
    stage.answer(Answer::Traces(TracesAnswer::Page { offset: 0, rows: Vec::new(), counts: Counts::default() }));
    keep("list-empty", &stage);
    let mut stage = Stage::on(ScreenId::Traces);
    stage.answer(Answer::Failed("index.duckdb: permission denied".into()));
    keep("list-error", &stage);
    let mut stage = listed();
    stage.keys("/").typed("cost>x").keys("enter");
    stage.answer(Answer::Traces(TracesAnswer::BadFilter {
        position: 5,
        message: "expected an amount such as $0.01".into(),
    }));
    keep("list-bad-filter", &stage);
}

#[test]
fn the_list_marks_answers_that_their_chunks_do_not_carry() {
    assert!(!listed().picture((120, 40)).contains("gnd"), "nothing is grounded yet");
    let mut rows = samples::rows();
    let counts = |claims, supported, unsupported| Some(GroundedCounts { claims, supported, unsupported });
    rows[0].grounded = counts(3, 1, 2);
    rows[1].grounded = counts(2, 1, 0);
    rows.push(TraceRow { trace_id: "b1".into(), grounded: counts(4, 4, 0), ..rows[1].clone() });
    rows.push(TraceRow { trace_id: "b2".into(), grounded: counts(30, 4, 12), ..rows[1].clone() });
    rows.push(TraceRow { trace_id: "b3".into(), grounded: counts(0, 0, 0), ..rows[1].clone() });
    let mut stage = Stage::on(ScreenId::Traces);
    let counts = Counts { matched: rows.len() as u64, all: 352 };
    stage.answer(Answer::Traces(TracesAnswer::Page { offset: 0, rows, counts }));
    keep("list-grounded", &stage);
    let picture = stage.picture((60, 20));
    assert!(picture.contains("✗2") && picture.contains("?1") && picture.contains("✗9+"), "{picture}");
    assert!(stage.picture((120, 40)).contains("2 of 3 sentences unsupported"));
}

#[test]
fn a_filter_for_unsupported_answers_that_finds_none_says_what_is_not_among_them() {
    let mut stage = listed();
    stage.keys("/").typed("has:unsupported").keys("enter");
    stage.answer(Answer::Traces(TracesAnswer::Page { offset: 0, rows: Vec::new(), counts: Counts::default() }));
    let picture = stage.picture((120, 40));
    assert!(picture.contains("No trace matches") && picture.contains("unsure"), "{picture}");
}

#[test]
fn looks_of_a_trace() {
    let mut stage = listed();
    stage.keys("enter");
    keep("trace-loading", &stage);
    keep("trace", &opened());
    let mut stage = opened();
    stage.keys("tab l");
    keep("trace-chunks", &stage);
    let mut stage = listed();
    stage.keys("enter").answer(Answer::Traces(TracesAnswer::NoSuchTrace("x".into())));
    keep("trace-missing", &stage);
}

#[test]
fn another_screen_shows_what_belongs_to_the_open_trace() {
    let mut stage = listed();
    stage.keys("4");
    assert_eq!(stage.app.current(), ScreenId::Retrieval);
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Request { to: ScreenId::Retrieval, .. })));
    stage.keys("1 enter 4");
    assert_eq!(stage.app.current(), ScreenId::Retrieval);
    assert!(matches!(stage.request(), Some((_, ScreenId::Retrieval, _))), "{:?}", stage.effects);
}

#[test]
fn typing_filters_after_a_pause_and_escape_clears() {
    let mut stage = listed();
    stage.keys("/").typed("q?:");
    assert!(stage.app.overlays.is_empty(), "what is typed is no key");
    let Some(Effect::Timer { of, timer, .. }) = stage.last().cloned() else { panic!("a timer") };
    assert_eq!(of, TimerOf::Screen(ScreenId::Traces));
    stage.send(Msg::Timer { of, timer });
    assert_eq!(query(&stage).filter, "q?:");
    stage.keys("enter esc");
    assert_eq!(query(&stage).filter, "");
}

#[test]
fn a_stale_answer_changes_nothing() {
    let mut stage = Stage::on(ScreenId::Traces);
    let (old, to, _) = stage.request().map(|(id, to, request)| (id, to, request.clone())).unwrap();
    stage.keys("f5");
    assert!(stage.effects.contains(&Effect::Cancel(old)));
    stage.send(Msg::Answer { to, id: old, answer: page() });
    assert!(stage.picture((80, 24)).contains("Loading"));
    stage.answer(page());
    assert!(stage.picture((80, 24)).contains("How many API calls"));
}

#[test]
fn the_cursor_stays_on_its_trace_when_new_ones_come() {
    let mut stage = listed();
    stage.keys("j").send(Msg::DataChanged);
    let mut rows = samples::rows();
    let mut newer = rows[0].clone();
    newer.trace_id = "new".into();
    rows.insert(0, newer);
    let counts = Counts { matched: 4, all: 353 };
    stage.answer(Answer::Traces(TracesAnswer::Page { offset: 0, rows, counts }));
    stage.keys("y p");
    assert!(matches!(stage.last(), Some(Effect::Copy { text, .. }) if text.starts_with("9f2c")), "{:?}", stage.last());
}

#[test]
fn sorting_by_the_same_column_turns_the_order() {
    let mut stage = listed();
    stage.keys("s").typed("cost").keys("enter");
    assert_eq!((query(&stage).sort, query(&stage).order), (Sort::Cost, Order::Descending));
    stage.answer(page()).keys("s").typed("cost").keys("enter");
    assert_eq!(query(&stage).order, Order::Ascending);
}

#[test]
fn marked_traces_are_what_is_replayed() {
    use crate::ui::action::Action;
    use crate::ui::msg::Event;
    use crate::ui::screens::{Cx, Screen as _};
    let (keymap, ids) = (crate::ui::keymap::Keymap::default(), std::cell::Cell::new(0));
    let cx = Cx::new(samples::now(), &keymap, &ids);
    let mut screen = super::TracesScreen::default();
    let effects = screen.update(&Event::Shown, &cx);
    let [Effect::Request { id, .. }] = effects[..] else { panic!("{effects:?}") };
    screen.update(&Event::Answer(id, page()), &cx);
    let rows = samples::rows();
    let mut replay = |actions: &[Action]| {
        let mut effects = Vec::new();
        for action in actions {
            effects = screen.update(&Event::Action(*action), &cx);
        }
        effects
    };
    let of = |traces: Vec<_>, filter: &str| {
        vec![Effect::Go(Target::Replay(ReplayOf { traces, filter: filter.into(), ..ReplayOf::default() }))]
    };
    assert_eq!(replay(&[Action::Replay]), of(vec![rows[0].trace_id.clone()], ""));
    assert_eq!(
        replay(&[Action::Mark, Action::Mark, Action::Replay]),
        of(vec![rows[0].trace_id.clone(), rows[1].trace_id.clone()], "")
    );
    assert_eq!(replay(&[Action::MarkAll, Action::Replay]), of(Vec::new(), ""), "all that match, listed or not");
}

#[test]
fn notes_and_scores_are_kept_on_the_trace() {
    let mut stage = listed();
    stage.keys("m").typed("wrong limit").keys("enter");
    let id = samples::rows()[0].trace_id.clone();
    let note = Request::Traces(TracesRequest::Note { trace_id: id, text: "wrong limit".into() });
    assert_eq!(stage.request().map(|(_, _, request)| request), Some(&note));
    stage.answer(Answer::Traces(TracesAnswer::Kept));
    assert!(stage.picture((80, 24)).contains("✓ kept"));
    stage.keys("S").typed("maybe").keys("enter");
    assert!(stage.picture((120, 24)).contains("is no score"));
    stage.keys("S").typed("0").keys("enter");
    assert!(matches!(stage.request(), Some((_, _, Request::Traces(TracesRequest::Score { .. })))));
}

#[test]
fn a_case_is_kept_as_golden_with_the_facts_that_are_offered_or_typed() {
    let mut stage = opened();
    stage.keys("*");
    let trace_id = match stage.request() {
        Some((_, _, Request::Traces(TracesRequest::OfferGolden(id)))) => id.clone(),
        other => panic!("a question and not {other:?}"),
    };
    let facts = vec!["Refunds take 14 days.".to_owned(), "Only in the EU.".to_owned()];
    let offer = GoldenOffer { trace_id: trace_id.clone(), facts: facts.clone(), from: FactsFrom::Answer };
    stage.answer(Answer::Traces(TracesAnswer::GoldenOffer(Arc::new(offer))));
    let picture = stage.picture((120, 40));
    assert!(picture.contains("Refunds take 14 days.; Only in the EU."), "{picture}");
    stage.typed("; Not for gifts").keys("enter");
    let facts = [facts, vec!["Not for gifts".to_owned()]].concat();
    let keep = Request::Traces(TracesRequest::KeepGolden { trace_id, facts });
    assert_eq!(stage.request().map(|(_, _, request)| request), Some(&keep));
    stage.answer(Answer::Traces(TracesAnswer::GoldenKept("kept in golden.jsonl as g-1 with 3 expected facts".into())));
    assert!(stage.picture((120, 40)).contains("kept in golden.jsonl as g-1"));
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys("r");
    assert!(stage.picture((80, 24)).contains("no trace is selected"));
}

#[test]
fn a_trace_opens_at_its_answer_and_its_tabs_turn() {
    let mut stage = opened();
    let picture = stage.picture((120, 40));
    assert!(picture.contains("The API allows 100 requests") && picture.contains("␛[31m"), "{picture}");
    stage.keys("tab h");
    assert!(stage.picture((120, 40)).contains("\"span_id\": \"d\""), "left of the first tab is the last");
    stage.keys("esc");
    assert!(stage.picture((120, 40)).contains("How many API calls"));
}

#[test]
fn folding_hides_children() {
    let mut stage = opened();
    stage.keys("h h");
    let picture = stage.picture((120, 40));
    assert!(!picture.contains("retrieve") && picture.contains("▸ chain"), "{picture}");
    stage.keys("l");
    assert!(stage.picture((120, 40)).contains("retrieve"));
}

#[test]
fn a_search_marks_and_goes_to_what_it_finds() {
    let mut stage = opened();
    stage.keys("/").typed("larkboard").keys("enter");
    assert!(stage.picture((120, 40)).contains("1 lines; n and N"));
    stage.keys("/").typed("no such").keys("enter");
    assert!(stage.picture((120, 40)).contains("is not in this text"));
}
