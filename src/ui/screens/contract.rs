//! What a screen must do, and what it may know and use.

use std::cell::Cell;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::time::Timestamp;
use crate::ui::action::{Action, Context};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::glyphs::Glyphs;
use crate::ui::keymap::Keymap;
use crate::ui::msg::{Event, RequestId, Target, TimerId, TimerOf};
use crate::ui::theme::{Role, Theme};

/// A part of the workbench that has the whole area between header and footer.
///
/// It changes only in `update`, which does no input or output: everything it wants done it returns as effects. `draw`
/// may remember where things were drawn (in `Cell`s), for paging and the mouse.
pub trait Screen {
    /// Which screen it is.
    fn spec(&self) -> &'static ScreenSpec;

    /// Where keys have their meaning now.
    fn context(&self) -> Context;

    /// Whether keys are text now.
    fn typing(&self) -> Typing {
        Typing::Off
    }

    /// Takes what happened.
    fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect>;

    /// Draws itself into `area`, which may be of any size down to nothing.
    fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx);

    /// Why an action that applies here cannot be used now, in a few words that say what to do; `None` when it can.
    fn disabled(&self, action: Action) -> Option<String> {
        let _ = action;
        None
    }

    /// Whether what an action works on is still being read: its key, and those typed behind it, wait until it is there.
    fn waits(&self, action: Action) -> bool {
        let _ = action;
        false
    }

    /// What another screen shall show when the user goes there from here: what belongs to the thing that is open here.
    fn leads_to(&self, screen: ScreenId) -> Option<Target> {
        let _ = screen;
        None
    }

    /// What the footer says.
    fn status(&self) -> Status {
        Status::default()
    }
}

/// What never changes about a screen.
#[derive(Debug)]
pub struct ScreenSpec {
    /// Its id.
    pub id: ScreenId,
    /// Its title in the line of screens.
    pub title: &'static str,
    /// The action that goes there.
    pub go: Action,
    /// Makes it.
    pub build: fn() -> Box<dyn Screen>,
}

/// The screens there are, in the order of their digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScreenId {
    /// Recorded traces.
    Traces,
    /// Replays.
    Runs,
    /// Prompt files.
    Prompts,
    /// Chunks and grounding.
    Retrieval,
    /// Figures and SQL.
    Telemetry,
}

/// Whether keys are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// Keys are actions.
    Off,
    /// One line is typed: arrows up and down, tab and escape stay actions.
    Line,
    /// An editor takes every key but ctrl-c, those of the function row, and those bound in its own context.
    Editor,
    /// Several lines are typed: only escape and keys with ctrl, alt or of the function row that an editor does not use stay actions.
    Lines,
}

/// What the footer says of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The three to six actions that matter now, in order.
    pub hints: Vec<Action>,
    /// Counts at the right: `352 traces · 17 marked`.
    pub counts: String,
}

/// What an update may know and use.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The present time.
    pub now: Timestamp,
    /// The keys, for texts that name one.
    pub keymap: &'a Keymap,
    ids: &'a Cell<u64>,
}

impl<'a> Cx<'a> {
    /// What an update may use; request ids are counted in `ids`.
    pub const fn new(now: Timestamp, keymap: &'a Keymap, ids: &'a Cell<u64>) -> Self {
        Self { now, keymap, ids }
    }

    /// A number for a new request.
    pub fn next_id(&self) -> RequestId {
        self.ids.set(self.ids.get() + 1);
        RequestId(self.ids.get())
    }

    /// A request with a new number: keep the number, return the effect.
    pub fn request(&self, to: ScreenId, request: Request) -> (RequestId, Effect) {
        let id = self.next_id();
        (id, Effect::Request { id, to, request })
    }

    /// A timer of a screen.
    pub const fn timer(&self, of: ScreenId, timer: TimerId, after: Duration) -> Effect {
        Effect::Timer { of: TimerOf::Screen(of), timer, after }
    }
}

/// What drawing may know.
#[derive(Debug)]
pub struct DrawCx<'a> {
    /// The theme.
    pub theme: &'a Theme,
    /// The keys, for hints.
    pub keymap: &'a Keymap,
    /// The present time.
    pub now: Timestamp,
    /// Which characters may be used for lines and marks.
    pub glyphs: &'static Glyphs,
    /// Where the terminal's cursor is to be shown, for text input.
    pub cursor: &'a Cell<Option<(u16, u16)>>,
    /// Whether an overlay lies above, so that the screen has no focus.
    pub covered: bool,
}

impl DrawCx<'_> {
    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// The key to name in a hint, or the palette's where the action has none.
    pub fn key(&self, action: Action, context: Context) -> String {
        self.keymap.hint(action, context).unwrap_or_else(|| ":".to_owned())
    }
}
