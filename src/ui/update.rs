//! The one place where the workbench changes: a message in, effects out, no input or output.

use std::time::Duration;

use super::action::{Action, Context};
use super::app::App;
use super::chord::{Chord, Key};
use super::effect::{Choose, Confirm, Effect, Pick, PickItem};
use super::effects::Answer;
use super::held;
use super::input::{Input, Mouse, MouseKind};
use super::keymap::Lookup;
use super::msg::{Event, Msg, Progress, Severity, Target, TimerId, TimerOf, Toast};
use super::overlays::{Outcome, Overlay, Owner};
use super::screens::{SCREENS, Screen, ScreenId, Typing};
use super::term::MouseMode;

/// How soon a second ctrl-c must follow the first to quit.
const TWICE: Duration = Duration::from_secs(1);

/// Takes a message; returns what the runtime is to do.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Input(input) => on_input(app, input),
        Msg::Answer { to, id, answer } => {
            if matches!(answer, Answer::Failed(_) | Answer::Stopped) {
                app.jobs.remove(&id);
            }
            let mut effects = tell(app, to, &Event::Answer(id, answer));
            effects.extend(held::resume(app));
            effects
        }
        Msg::Timer { of: TimerOf::Screen(to), timer } => tell(app, to, &Event::Timer(timer)),
        Msg::Timer { of: TimerOf::App, timer } => {
            if app.toast.as_ref().is_some_and(|(number, _)| *number == timer.0) {
                app.toast = None;
            }
            Vec::new()
        }
        Msg::Edited { to, action, outcome } => match outcome {
            Ok(text) => tell(app, to, &Event::Edited(action, text)),
            Err(why) => apply(app, Owner::App, vec![Effect::Toast(Toast::warning(why))]),
        },
        Msg::Job(news) => {
            if news.progress == Progress::Finished {
                app.jobs.remove(&news.id);
            } else {
                app.jobs.insert(news.id, news);
            }
            Vec::new()
        }
        Msg::Workspace(info) => {
            app.workspace = info;
            Vec::new()
        }
        Msg::Spent(amount) => {
            app.spent += amount;
            Vec::new()
        }
        Msg::DataChanged => SCREENS.iter().flat_map(|spec| tell(app, spec.id, &Event::DataChanged)).collect(),
        Msg::Toast(toast) => apply(app, Owner::App, vec![Effect::Toast(toast)]),
        Msg::Panicked(what) => {
            let text = format!("A part of the program failed: {what}. The rest goes on; ctrl-g shows the messages.");
            apply(app, Owner::App, vec![Effect::Toast(Toast::error(text))])
        }
        Msg::Open(target) => apply(app, Owner::App, vec![Effect::Go(target)]),
    }
}

fn on_input(app: &mut App, input: Input) -> Vec<Effect> {
    match input {
        Input::Key(chord) => on_key(app, chord),
        Input::Paste(text) => on_paste(app, text),
        Input::Mouse(mouse) => on_mouse(app, mouse),
        Input::Resized | Input::Continued => vec![Effect::Redraw],
        Input::Focused | Input::Unfocused => Vec::new(),
        Input::Stop => vec![Effect::Suspend],
        Input::Terminate(_) | Input::Gone => vec![Effect::End(input)],
    }
}

/// Tells a screen what happened and does what it wants.
pub fn tell(app: &mut App, to: ScreenId, event: &Event) -> Vec<Effect> {
    let Some((screen, cx)) = app.screen_and_cx(to) else { return Vec::new() };
    let effects = screen.update(event, &cx);
    apply(app, Owner::Screen(to), effects)
}

/// Does the effects that change the workbench itself; returns the rest.
fn apply(app: &mut App, owner: Owner, effects: Vec<Effect>) -> Vec<Effect> {
    let mut rest = Vec::new();
    for effect in effects {
        match effect {
            Effect::Go(target) => rest.extend(go(app, target)),
            Effect::Back => {
                if app.pop_screen() {
                    rest.extend(tell(app, app.current(), &Event::Shown));
                } else {
                    let key = app.keymap.hint(Action::Quit, Context::Global).unwrap_or_else(|| "ctrl-c ctrl-c".into());
                    rest.extend(toast(app, Toast::info(format!("nothing to go back to; {key} quits"))));
                }
            }
            Effect::Toast(message) => rest.extend(toast(app, message)),
            Effect::Confirm(confirm) => app.overlays.push(Overlay::confirm(confirm, owner)),
            Effect::Pick(pick) => app.overlays.push(Overlay::pick(pick, owner)),
            Effect::Ask(ask) => app.overlays.push(Overlay::ask(ask, owner)),
            other => rest.push(other),
        }
    }
    rest
}

fn go(app: &mut App, target: Target) -> Vec<Effect> {
    let id = target.screen();
    if app.screen(id).is_none() {
        return toast(app, Toast::warning("that screen is not there"));
    }
    app.push_screen(id);
    let mut effects = tell(app, id, &Event::Shown);
    if !matches!(target, Target::Screen(_)) {
        effects.extend(tell(app, id, &Event::Opened(target)));
    }
    effects
}

/// Goes to a screen, with what belongs to the thing that is open on the present one.
fn go_to_screen(app: &mut App, id: ScreenId) -> Vec<Effect> {
    let leads_to = app.screen(app.current()).and_then(|screen| screen.leads_to(id));
    go(app, leads_to.unwrap_or(Target::Screen(id)))
}

fn toast(app: &mut App, message: Toast) -> Vec<Effect> {
    let number = app.next_number();
    let after = message.lasts();
    app.log.push((app.now, message.clone()));
    app.toast = Some((number, message));
    vec![Effect::Timer { of: TimerOf::App, timer: TimerId(number), after }]
}

/// Takes a key.
pub(super) fn on_key(app: &mut App, chord: Chord) -> Vec<Effect> {
    if chord == Chord::ctrl('c') {
        return cancel(app);
    }
    if let Some(effects) = held::take(app, chord) {
        return effects;
    }
    if is_escape_then_key(app, chord) {
        let mut effects = on_key(app, Chord::plain(Key::Esc));
        effects.extend(on_key(app, Chord { alt: false, ..chord }));
        return effects;
    }
    if !app.overlays.is_empty() {
        return overlay_key(app, chord);
    }
    let id = app.current();
    let Some(screen) = app.screen(id) else { return Vec::new() };
    let (context, typing) = (screen.context(), screen.typing());
    // Letters are never taken from an editor, whatever keys an action that applies here has elsewhere.
    let is_the_editors = typing == Typing::Editor
        && !matches!(chord.key, Key::F(_))
        && !((chord.ctrl || chord.alt) && app.keymap.is_bound_in(context, chord));
    if app.pending.is_empty() && (is_the_editors || (typing != Typing::Editor && is_text(typing, chord))) {
        return tell(app, id, &Event::Key(chord));
    }
    app.pending.push(chord);
    match app.keymap.lookup(context, &app.pending) {
        Lookup::Action(action) if held::hold(app, action) => Vec::new(),
        Lookup::Action(action) => {
            app.pending.clear();
            run(app, action)
        }
        Lookup::Prefix(_) if typing == Typing::Off => Vec::new(),
        Lookup::Prefix(_) | Lookup::Nothing => {
            let alone = app.pending.len() == 1;
            app.pending.clear();
            if typing == Typing::Off || !alone { Vec::new() } else { tell(app, id, &Event::Key(chord)) }
        }
    }
}

/// Whether a chord with alt is rather the escape key and another right behind it: terminals send the same bytes for both.
///
/// It is where nothing is bound to it, but not in an editor, which escape might leave.
fn is_escape_then_key(app: &App, chord: Chord) -> bool {
    let Some(screen) = app.screen(app.current()) else { return false };
    let typing = if app.overlays.is_empty() { screen.typing() } else { Typing::Line };
    let bound = !matches!(app.keymap.lookup(screen.context(), &[chord]), Lookup::Nothing);
    chord.alt
        && matches!(chord.key, Key::Char(_))
        && app.pending.is_empty()
        && !matches!(typing, Typing::Lines | Typing::Editor)
        && !bound
        && !(typing == Typing::Line && is_text(typing, chord))
}

/// Whether a chord goes to the text being typed, whatever is bound to it.
fn is_text(typing: Typing, chord: Chord) -> bool {
    const EDITING: &str = "abdefhknuwy";
    let edits = match chord.key {
        Key::Char(c) if chord.ctrl => EDITING.contains(c),
        Key::Char(c) if chord.alt => "bdf".contains(c),
        Key::Enter | Key::Up | Key::Down if chord.ctrl || chord.alt => false,
        Key::Char(_) | Key::Enter | Key::Backspace | Key::Delete | Key::Home | Key::End | Key::Left | Key::Right => {
            true
        }
        Key::Up | Key::Down | Key::PageUp | Key::PageDown | Key::Tab => typing == Typing::Lines,
        _ => false,
    };
    typing != Typing::Off && edits
}

/// Ctrl-c: closes or clears first, quits when pressed twice.
fn cancel(app: &mut App) -> Vec<Effect> {
    app.pending.clear();
    app.held = None;
    let twice = app.last_cancel.is_some_and(|last| app.now.since(last) <= TWICE.as_nanos() as i64);
    app.last_cancel = Some(app.now);
    if twice {
        return vec![Effect::Quit];
    }
    if let Some(overlay) = app.overlays.pop() {
        restore_theme(app, &overlay);
        return Vec::new();
    }
    let mut effects = toast(app, Toast::info("ctrl-c again quits"));
    effects.extend(tell(app, app.current(), &Event::Action(Action::Cancel)));
    effects
}

/// Does an action, or says why not.
pub fn run(app: &mut App, action: Action) -> Vec<Effect> {
    if let Some(spec) = SCREENS.iter().find(|spec| spec.go == action) {
        return go_to_screen(app, spec.id);
    }
    let id = app.current();
    match action {
        Action::Help => app.overlays.push(Overlay::help(app)),
        Action::Palette => app.overlays.push(Overlay::palette(app)),
        Action::Menu => app.overlays.push(Overlay::menu(app)),
        Action::Jobs => app.overlays.push(Overlay::jobs(app)),
        Action::Messages => app.overlays.push(Overlay::messages(app)),
        Action::PickTheme => app.overlays.push(Overlay::pick(themes(app), Owner::App)),
        Action::ToggleMouse => {
            let (mode, text) = match app.look.mouse {
                MouseMode::On => (MouseMode::Off, "the mouse is the terminal's: it selects text"),
                MouseMode::Off => (MouseMode::On, "the mouse is on; hold shift to select text"),
            };
            app.look.mouse = mode;
            let mut effects = toast(app, Toast::info(text));
            effects.push(Effect::Mouse(mode));
            return effects;
        }
        Action::Quit => return quit(app),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ => {
            if let Some(why) = app.screen(id).and_then(|screen| screen.disabled(action)) {
                let text = format!("{}: {why}", action.row().title);
                return toast(app, Toast::warning(text));
            }
            return tell(app, id, &Event::Action(action));
        }
    }
    Vec::new()
}

fn quit(app: &mut App) -> Vec<Effect> {
    if app.jobs.is_empty() {
        return vec![Effect::Quit];
    }
    let lines = app.jobs.values().map(|job| job.title.clone()).collect();
    let confirm = Confirm { action: Action::Quit, title: "Quit while this runs?".into(), lines, yes: "quit" };
    app.overlays.push(Overlay::confirm(confirm, Owner::App));
    Vec::new()
}

fn themes(app: &App) -> Pick {
    let items = app.look.library.names().map(|name| PickItem {
        value: name.to_owned(),
        label: name.to_owned(),
        detail: if name == app.look.theme.name() { "now".into() } else { String::new() },
        ..PickItem::default()
    });
    Pick { action: Action::PickTheme, title: "Theme".into(), items: items.collect(), choose: Choose::One }
}

fn overlay_key(app: &mut App, chord: Chord) -> Vec<Effect> {
    let Some(mut overlay) = app.overlays.pop() else { return Vec::new() };
    let outcome = overlay.key(chord);
    after_overlay(app, overlay, outcome)
}

fn after_overlay(app: &mut App, overlay: Overlay, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Stay => {
            preview_theme(app, &overlay);
            app.overlays.push(overlay);
            Vec::new()
        }
        Outcome::Close => {
            restore_theme(app, &overlay);
            Vec::new()
        }
        Outcome::Run(action) => run(app, action),
        Outcome::Theme(name) => set_theme(app, &name),
        Outcome::CancelJob(id) => {
            app.jobs.remove(&id);
            vec![Effect::Cancel(id)]
        }
        Outcome::Copy(text) => vec![Effect::Copy { text, what: "message".into() }],
        Outcome::Tell(Owner::Screen(to), event) => tell(app, to, &event),
        Outcome::Tell(Owner::App, Event::Confirmed(Action::Quit)) => vec![Effect::Quit],
        Outcome::Tell(Owner::App, Event::Picked(Action::PickTheme, names)) => {
            names.first().map(|name| set_theme(app, name)).unwrap_or_default()
        }
        Outcome::Tell(Owner::App, _) => Vec::new(),
    }
}

fn set_theme(app: &mut App, name: &str) -> Vec<Effect> {
    match app.look.library.load(name) {
        Ok(theme) => {
            app.look.theme = theme.at(app.look.depth);
            Vec::new()
        }
        Err(error) => toast(app, Toast { severity: Severity::Error, text: error.to_string() }),
    }
}

/// While themes are chosen from, the one under the cursor is shown.
fn preview_theme(app: &mut App, overlay: &Overlay) {
    if let Some(name) = overlay.theme_under_cursor()
        && let Ok(theme) = app.look.library.load(&name)
    {
        app.look.theme = theme.at(app.look.depth);
    }
}

fn restore_theme(app: &mut App, overlay: &Overlay) {
    if let Some(name) = overlay.theme_before()
        && let Ok(theme) = app.look.library.load(&name)
    {
        app.look.theme = theme.at(app.look.depth);
    }
}

fn on_paste(app: &mut App, text: String) -> Vec<Effect> {
    app.pending.clear();
    app.held = None;
    if let Some(overlay) = app.overlays.last_mut() {
        overlay.paste(&text);
        return Vec::new();
    }
    let id = app.current();
    match app.screen(id).map(Screen::typing) {
        Some(Typing::Line | Typing::Lines | Typing::Editor) => tell(app, id, &Event::Paste(text)),
        _ => toast(app, Toast::info("nothing to paste into here; / opens the filter where there is one")),
    }
}

fn on_mouse(app: &mut App, mouse: Mouse) -> Vec<Effect> {
    app.pending.clear();
    app.held = None;
    if let Some(mut overlay) = app.overlays.pop() {
        let outcome = overlay.mouse(mouse);
        return after_overlay(app, overlay, outcome);
    }
    let place = (mouse.column, mouse.row).into();
    let (tab, inside) = {
        let drawn = app.drawn.borrow();
        (drawn.tabs.iter().find(|(area, _)| area.contains(place)).map(|(_, id)| *id), drawn.screen.contains(place))
    };
    match tab {
        Some(id) if mouse.kind == MouseKind::Click => go_to_screen(app, id),
        _ if inside => tell(app, app.current(), &Event::Mouse(mouse)),
        _ => Vec::new(),
    }
}
