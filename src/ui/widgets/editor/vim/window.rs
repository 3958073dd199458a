//! Commands that scroll, and keys held with ctrl.

use super::machine::Vim;
use super::mode::Pending;
use super::motion::Motion;
use crate::ui::chord::{Chord, Key};
use crate::ui::widgets::editor::bracket::Way;
use crate::ui::widgets::editor::class::Grain;
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;
use crate::ui::widgets::editor::view::Anchor;

impl Vim {
    pub fn scroll_key(&mut self, c: char, chord: Chord, scope: &mut Scope) -> Outcome {
        let anchor = match c {
            't' | '\n' => Anchor::Top,
            'z' | '.' => Anchor::Middle,
            'b' | '-' => Anchor::Bottom,
            _ => return self.refuse(chord),
        };
        scope.view.put(scope.doc.buffer(), scope.doc.cursor(), anchor);
        self.pending = Pending::default();
        Outcome::Moved
    }

    pub fn ctrl_key(&mut self, chord: Chord, scope: &mut Scope) -> Outcome {
        let times = self.pending.times();
        match chord.key {
            Key::Char('r') => {
                self.pending = Pending::default();
                self.repeatable = false;
                Self::redo(times.unwrap_or(1), scope)
            }
            Key::Char('d') => self.half(Way::Forward, scope),
            Key::Char('u') => self.half(Way::Back, scope),
            Key::Char('f') => self.page(Way::Forward, times.unwrap_or(1), scope),
            Key::Char('b') => self.page(Way::Back, times.unwrap_or(1), scope),
            Key::Char(c @ ('e' | 'y')) => {
                let way = if c == 'e' { Way::Forward } else { Way::Back };
                self.scroll(way, times.unwrap_or(1), scope)
            }
            Key::Home => self.go(Motion::FirstLine, scope),
            Key::End => self.go(Motion::LastLine, scope),
            Key::Left => self.go(Motion::WordBack(Grain::Small), scope),
            Key::Right => self.go(Motion::Word(Grain::Small), scope),
            _ => self.refuse(chord),
        }
    }

    fn scroll(&mut self, way: Way, rows: usize, scope: &mut Scope) -> Outcome {
        self.pending = Pending::default();
        let at = scope.view.scroll(scope.doc.buffer(), scope.doc.cursor(), rows.min(10_000), way);
        scope.doc.go(at);
        Outcome::Moved
    }

    pub fn page(&mut self, way: Way, times: usize, scope: &mut Scope) -> Outcome {
        let rows = scope.view.height().saturating_sub(2).max(1);
        self.scroll(way, rows.saturating_mul(times), scope)
    }

    fn half(&mut self, way: Way, scope: &mut Scope) -> Outcome {
        self.pending = Pending::default();
        let rows = (scope.view.height() / 2).max(1);
        let column = scope.view.column(scope.doc.buffer(), scope.doc.cursor());
        let to = scope.view.rows_away(scope.doc.buffer(), scope.doc.cursor(), column, rows, way);
        scope.view.scroll(scope.doc.buffer(), to, rows, way);
        scope.doc.go(to);
        Outcome::Moved
    }
}
