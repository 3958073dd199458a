//! Tests of the workbench as a whole.

use super::action::{ACTIONS, Action};
use super::effect::Effect;
use super::effects::Answer;
use super::harness::Stage;
use super::input::{Input, Mouse, MouseKind};
use super::msg::{JobNews, Msg, Progress, RequestId, Target, Toast};
use super::screens::{SCREENS, ScreenId};
use super::term::MouseMode;

#[test]
fn every_screen_survives_every_size_in_its_first_state_and_when_it_fails() {
    for spec in SCREENS {
        let mut stage = Stage::on(spec.id);
        stage.survives_every_size();
        if stage.request().is_some() {
            stage.answer(Answer::Failed("the index is locked by another program\u{1b}[2J".into()));
        }
        stage.survives_every_size();
        for overlay in ["?", ":", "x"] {
            stage.keys(overlay);
            stage.survives_every_size();
            stage.keys("esc");
        }
    }
}

#[test]
fn every_action_is_in_the_help_and_in_the_palette_with_its_key() {
    for keys in ["?", ":"] {
        for row in ACTIONS {
            let mut stage = Stage::on(ScreenId::Traces);
            stage.keys(keys).typed(row.id);
            let picture = stage.picture((120, 40));
            assert!(picture.contains(row.title), "{keys}: {}\n{picture}", row.id);
            if let Some(key) = row.keys.first() {
                assert!(picture.contains(key), "{keys}: {} has no key\n{picture}", row.id);
            }
        }
    }
}

#[test]
fn the_palette_finds_actions_by_key_and_runs_them() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys(":").typed("ctrl-z").keys("enter");
    assert_eq!(stage.last(), Some(&Effect::Suspend));
}

#[test]
fn ctrl_c_closes_first_and_quits_when_pressed_twice() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys(": ctrl-c");
    assert!(stage.app.overlays.is_empty());
    assert!(!stage.effects.contains(&Effect::Quit));
    stage.keys("ctrl-c");
    assert_eq!(stage.last(), Some(&Effect::Quit));
}

#[test]
fn quit_asks_only_while_something_runs() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys("q");
    assert_eq!(stage.effects.last(), Some(&Effect::Quit));
    let mut stage = Stage::on(ScreenId::Traces);
    let job =
        JobNews { id: RequestId(99), title: "run 7f3a".into(), progress: Progress::Counted { done: 12, total: 40 } };
    stage.send(Msg::Job(job)).keys("q");
    assert!(!stage.effects.contains(&Effect::Quit));
    assert!(stage.picture((80, 24)).contains("Quit while this runs?"));
    assert!(stage.picture((80, 24)).contains("run 7f3a"));
    stage.keys("enter");
    assert!(!stage.effects.contains(&Effect::Quit), "the default is cancel");
    stage.keys("q y");
    assert_eq!(stage.last(), Some(&Effect::Quit));
}

#[test]
fn a_toast_is_shown_and_kept_in_the_log() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.send(Msg::Toast(Toast::error("the \u{202e}file is broken")));
    let picture = stage.picture((80, 24));
    assert!(picture.contains("✗ error: the ") && picture.contains("U+202E"), "{picture}");
    let Some(Effect::Timer { of, timer, .. }) = stage.last().cloned() else { panic!("a timer") };
    stage.send(Msg::Timer { of, timer });
    assert!(!stage.picture((80, 24)).contains("error:"));
    stage.keys("ctrl-g");
    assert!(stage.picture((80, 24)).contains("is broken"));
}

#[test]
fn a_panicking_worker_is_told_and_the_workbench_goes_on() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.send(Msg::Panicked("index out of bounds".into()));
    assert!(stage.picture((120, 40)).contains("index out of bounds"));
}

#[test]
fn a_theme_is_previewed_and_taken_back() {
    let mut stage = Stage::on(ScreenId::Traces);
    let before = stage.app.look.theme.clone();
    super::update::run(&mut stage.app, Action::PickTheme);
    stage.typed("gruvbox");
    assert_eq!(stage.app.look.theme.name(), "gruvbox-dark");
    stage.keys("esc");
    assert_eq!(stage.app.look.theme, before);
    super::update::run(&mut stage.app, Action::PickTheme);
    stage.typed("gruvbox").keys("enter");
    assert_eq!(stage.app.look.theme.name(), "gruvbox-dark");
}

#[test]
fn keys_of_a_sequence_show_how_it_goes_on() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys("y");
    let picture = stage.picture((120, 40));
    assert!(picture.contains("y …") && picture.contains("c copy command"), "{picture}");
    stage.keys("z");
    assert!(stage.app.pending.is_empty());
}

#[test]
fn the_mouse_can_be_given_back() {
    let mut stage = Stage::on(ScreenId::Traces);
    let effects = super::update::run(&mut stage.app, Action::ToggleMouse);
    assert!(effects.contains(&Effect::Mouse(MouseMode::Off)));
}

#[test]
fn a_click_on_a_title_goes_to_that_screen() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.picture((120, 40));
    let (area, id) = stage.app.drawn.borrow().tabs.last().copied().unwrap();
    let mouse = Mouse { kind: MouseKind::Click, column: area.x, row: area.y };
    stage.send(Msg::Input(Input::Mouse(mouse)));
    assert_eq!(stage.app.current(), id);
}

#[test]
fn a_small_terminal_says_what_it_needs() {
    assert!(Stage::on(ScreenId::Traces).picture((39, 9)).contains("needs 40×10; this is 39×9"));
}

#[test]
fn going_back_leads_to_the_screen_before() {
    let mut stage = Stage::on(ScreenId::Traces);
    let last = SCREENS.last().unwrap().id;
    stage.send(Msg::Open(Target::Screen(last)));
    assert_eq!(stage.app.current(), last);
    if last != ScreenId::Traces {
        stage.keys("esc");
        assert_eq!(stage.app.current(), ScreenId::Traces);
    }
}

#[test]
fn escape_and_a_key_right_behind_it_are_both_heard() {
    let mut stage = Stage::on(ScreenId::Traces);
    stage.keys("?").keys("alt-5");
    let picture = stage.picture((120, 40));
    assert!(!picture.contains("Help: type"), "{picture}");
    assert_eq!(stage.app.current(), ScreenId::Telemetry, "{picture}");
}
