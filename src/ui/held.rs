//! Keys typed ahead: they wait for what a screen is still reading, instead of meaning something else.

use super::action::Action;
use super::app::App;
use super::chord::{Chord, Key};
use super::effect::Effect;
use super::msg::Toast;
use super::screens::ScreenId;
use super::update;
use crate::domain::time::Timestamp;

/// How long keys wait, in nanoseconds: what was typed longer ago is not what the user has in mind.
const LONGEST: i64 = 10_000_000_000;
/// Most keys that wait.
const MOST: usize = 32;

/// Keys that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the first of them asks for.
    pub action: Action,
    /// The keys in their order.
    pub keys: Vec<Chord>,
    /// The screen they were typed on.
    screen: ScreenId,
    /// Since when they wait.
    since: Timestamp,
}

/// Holds the keys of an action back where the screen is still reading what it acts on.
pub fn hold(app: &mut App, action: Action) -> bool {
    let screen = app.current();
    let waits = app.screen(screen).is_some_and(|screen| screen.waits(action));
    if waits {
        let keys = std::mem::take(&mut app.pending);
        app.held = Some(Held { action, keys, screen, since: app.now });
    }
    waits
}

/// Takes a key behind those that wait; escape forgets them. `None` where none waits.
pub fn take(app: &mut App, chord: Chord) -> Option<Vec<Effect>> {
    let current = app.current();
    let held = app.held.as_mut()?;
    if chord == Chord::plain(Key::Esc) {
        app.held = None;
    } else if app.now.since(held.since) > LONGEST || held.screen != current {
        app.held = None;
        return None;
    } else if held.keys.len() < MOST {
        held.keys.push(chord);
    }
    Some(Vec::new())
}

/// Does what waits, once what it waits for is there.
///
/// A question that comes up ends it: nobody answers what they have not seen.
pub fn resume(app: &mut App) -> Vec<Effect> {
    let Some(held) = app.held.take() else { return Vec::new() };
    if app.current() != held.screen || !app.overlays.is_empty() {
        return Vec::new();
    }
    if app.screen(held.screen).is_some_and(|screen| screen.waits(held.action)) {
        app.held = Some(held);
        return Vec::new();
    }
    if app.now.since(held.since) > LONGEST {
        let text = format!("{}: that was a while ago; press it again", held.action.row().title);
        return update::update(app, super::msg::Msg::Toast(Toast::info(text)));
    }
    let mut effects = Vec::new();
    let mut keys = held.keys.into_iter();
    while let Some(chord) = keys.next() {
        effects.extend(update::on_key(app, chord));
        if let Some(held) = &mut app.held {
            held.keys.extend(keys);
            break;
        }
        if !app.overlays.is_empty() {
            break;
        }
    }
    effects
}
