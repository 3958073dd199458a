//! A question with yes and no.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay::{Outcome, Owner, frame, middle};
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::Confirm;
use crate::ui::msg::Event;
use crate::ui::screens::DrawCx;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// The question and which button has the focus; `cancel` has it first.
#[derive(Clone, Debug)]
pub struct ConfirmBox {
    confirm: Confirm,
    yes: bool,
}

impl ConfirmBox {
    /// The question with the focus on `cancel`.
    pub const fn new(confirm: Confirm) -> Self {
        Self { confirm, yes: false }
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord, owner: Owner) -> Outcome {
        let said_yes = || Outcome::Tell(owner, Event::Confirmed(self.confirm.action));
        match chord.key {
            Key::Char('y') => return said_yes(),
            Key::Enter if self.yes => return said_yes(),
            Key::Enter | Key::Esc | Key::Char('n' | 'q') => return Outcome::Close,
            Key::Left | Key::Right | Key::Tab | Key::BackTab | Key::Char('h' | 'l') => self.yes = !self.yes,
            _ => {}
        }
        Outcome::Stay
    }

    /// Draws itself into the middle of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        let width = area.width.min(64);
        let room = usize::from(width.saturating_sub(4)).max(1);
        let mut rows = vec![Vec::new()];
        for line in &self.confirm.lines {
            rows.extend(text::wrap(&text::foreign(line, Role::Text), room));
        }
        let inside = frame(&self.confirm.title, middle(area, width, rows.len() as u16 + 4), buf, cx);
        let last = inside.bottom().saturating_sub(1);
        for (row, y) in rows.iter().zip(inside.top()..last) {
            text::put_pieces(buf, (inside.x, y), row, room, cx.theme);
        }
        let chosen = |is: bool| if is { Role::Selection } else { Role::Text };
        let buttons = [
            Piece::own(" cancel (n) ", chosen(!self.yes)),
            Piece::own("  ", Role::Text),
            Piece::own(format!(" {} (y) ", self.confirm.yes), chosen(self.yes)),
        ];
        text::put_pieces(buf, (inside.x, last), &buttons, usize::from(inside.width), cx.theme);
    }
}
