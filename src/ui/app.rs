//! The state of the workbench.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use ratatui::layout::Rect;

use super::chord::Chord;
use super::glyphs::{self, Glyphs};
use super::held::Held;
use super::keymap::Keymap;
use super::msg::{JobNews, RequestId, Toast, WorkspaceInfo};
use super::overlays::Overlay;
use super::screens::{Cx, SCREENS, Screen, ScreenId};
use super::term::MouseMode;
use super::theme::{Depth, Library, Theme};
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// How the workbench is to look and behave.
#[derive(Clone, Debug)]
pub struct Look {
    /// The themes there are.
    pub library: Library,
    /// The theme, at the terminal's depth.
    pub theme: Theme,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// The characters for lines and marks.
    pub glyphs: &'static Glyphs,
    /// Whether the mouse is ours.
    pub mouse: MouseMode,
    /// Whether anything may move by itself.
    pub motion: Motion,
}

/// Whether anything may move by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// A mark may turn while something runs.
    Animated,
    /// Nothing moves (`--no-animation`).
    Still,
}

impl Default for Look {
    fn default() -> Self {
        let library = Library::default();
        let name = super::theme::BUILT_IN[0].0;
        let theme = library.load(name).unwrap_or_else(|_| Theme::plain(name));
        Self {
            library,
            theme,
            depth: Depth::True,
            glyphs: &glyphs::UNICODE,
            mouse: MouseMode::On,
            motion: Motion::Still,
        }
    }
}

/// The state of the workbench. It changes only in [`super::update::update`].
pub struct App {
    /// How it looks.
    pub look: Look,
    /// The keys.
    pub keymap: Keymap,
    /// The present time, set before every update.
    pub now: Timestamp,
    /// What the header says of the workspace.
    pub workspace: WorkspaceInfo,
    /// Money spent since start.
    pub spent: Money,
    /// Jobs that run.
    pub jobs: BTreeMap<RequestId, JobNews>,
    /// The message shown, with its number.
    pub toast: Option<(u64, Toast)>,
    /// Every message of the session.
    pub log: Vec<(Timestamp, Toast)>,
    /// Dialogs and lists above the screen; the last has the focus.
    pub overlays: Vec<Overlay>,
    /// Keys of a sequence begun.
    pub pending: Vec<Chord>,
    /// Keys that wait for what a screen is still reading.
    pub held: Option<Held>,
    /// When ctrl-c was pressed last.
    pub last_cancel: Option<Timestamp>,
    /// Where things were drawn last.
    pub drawn: RefCell<Drawn>,
    screens: Vec<Box<dyn Screen>>,
    stack: Vec<ScreenId>,
    ids: Cell<u64>,
}

/// Where things were drawn last.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// The screen.
    pub screen: Rect,
    /// The titles of screens.
    pub tabs: Vec<(Rect, ScreenId)>,
}

impl App {
    /// A workbench that has read nothing yet.
    pub fn new(look: Look, keymap: Keymap, now: Timestamp) -> Self {
        Self {
            look,
            keymap,
            now,
            workspace: WorkspaceInfo::default(),
            spent: Money::ZERO,
            jobs: BTreeMap::new(),
            toast: None,
            log: Vec::new(),
            overlays: Vec::new(),
            pending: Vec::new(),
            held: None,
            last_cancel: None,
            drawn: RefCell::default(),
            screens: SCREENS.iter().map(|spec| (spec.build)()).collect(),
            stack: vec![ScreenId::Traces],
            ids: Cell::new(0),
        }
    }

    /// The screen shown.
    pub fn current(&self) -> ScreenId {
        self.stack.last().copied().unwrap_or(ScreenId::Traces)
    }

    /// A screen, where it exists.
    pub fn screen(&self, id: ScreenId) -> Option<&dyn Screen> {
        self.screens.iter().find(|screen| screen.spec().id == id).map(AsRef::as_ref)
    }

    /// A screen to be updated, with what its update may use.
    pub fn screen_and_cx(&mut self, id: ScreenId) -> Option<(&mut dyn Screen, Cx<'_>)> {
        let cx = Cx::new(self.now, &self.keymap, &self.ids);
        let screen = self.screens.iter_mut().find(|screen| screen.spec().id == id)?;
        Some((screen.as_mut(), cx))
    }

    /// Shows a screen; going back leads to the one before.
    pub fn push_screen(&mut self, id: ScreenId) {
        self.stack.retain(|known| *known != id);
        self.stack.push(id);
    }

    /// Goes back to the screen before; says whether there was one.
    pub fn pop_screen(&mut self) -> bool {
        self.stack.len() > 1 && self.stack.pop().is_some()
    }

    /// A number for a request of the workbench's own.
    pub fn next_number(&self) -> u64 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }
}
