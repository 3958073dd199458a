//! A question for one line of text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay::{Outcome, Owner, frame, middle};
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::Ask;
use crate::ui::msg::Event;
use crate::ui::screens::DrawCx;
use crate::ui::text;
use crate::ui::theme::Role;
use crate::ui::widgets::line_input::{Active, LineInput};

/// The question and what was typed so far.
#[derive(Clone, Debug)]
pub struct AskBox {
    ask: Ask,
    input: LineInput,
}

impl AskBox {
    /// The question with its first text.
    pub fn new(ask: Ask) -> Self {
        Self { input: LineInput::new(ask.text.clone()), ask }
    }

    /// Takes a key.
    pub fn key(&mut self, chord: Chord, owner: Owner) -> Outcome {
        match chord.key {
            Key::Enter => Outcome::Tell(owner, Event::Entered(self.ask.action, self.input.text().to_owned())),
            Key::Esc => Outcome::Close,
            _ => {
                self.input.key(chord);
                Outcome::Stay
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, pasted: &str) {
        self.input.insert(pasted);
    }

    /// Draws itself into the middle of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        let inside = frame(&self.ask.title, middle(area, 72, 5), buf, cx);
        self.input.draw(text::row(inside, 0), buf, cx, Active::Yes);
        let hint = format!("{}   enter keeps   esc cancels", self.ask.hint);
        let last = text::row(inside, inside.height.saturating_sub(1).min(2));
        if inside.height > 1 {
            text::put(buf, last.x, last.y, &hint, usize::from(last.width), cx.style(Role::Dim));
        }
    }
}
