//! One, two or three panes side by side, as many as the width allows.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table::Focus;
use crate::ui::action::{Action, Context};
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::screens::DrawCx;
use crate::ui::text;
use crate::ui::theme::Role;

/// Columns from which two panes are shown.
pub const TWO_FROM: u16 = 80;
/// Columns from which three panes are shown.
pub const THREE_FROM: u16 = 120;
/// The most panes there can be.
const MOST: usize = 3;

/// Which pane has the focus, and how the width is shared.
#[derive(Clone, Debug)]
pub struct Panes {
    shares: [u16; MOST],
    len: usize,
    focused: usize,
    full: bool,
    /// The action that turns to the next pane, and where its key is looked up.
    turned_by: (Action, Context),
    areas: Cell<[Rect; MOST]>,
}

/// A pane that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pane {
    /// Its number, from 0.
    pub number: usize,
    /// Where its content goes, below its title.
    pub area: Rect,
    /// Whether it has the focus.
    pub focus: Focus,
}

impl Panes {
    /// Panes with their shares of the width; at most three.
    pub fn new(shares: &[u16]) -> Self {
        let mut all = [1; MOST];
        let len = shares.len().clamp(1, MOST);
        for (place, share) in shares.iter().take(MOST).enumerate() {
            all[place] = (*share).max(1);
        }
        Self {
            shares: all,
            len,
            focused: 0,
            full: false,
            turned_by: (Action::NextPane, Context::Global),
            areas: Cell::default(),
        }
    }

    /// The same panes, turned to by another action where tab means something else.
    #[must_use]
    pub const fn turned_by(mut self, action: Action, context: Context) -> Self {
        self.turned_by = (action, context);
        self
    }

    /// The pane with the focus.
    pub const fn focused(&self) -> usize {
        self.focused
    }

    /// Gives the focus to a pane.
    pub fn focus(&mut self, number: usize) {
        self.focused = number.min(self.len - 1);
    }

    /// Takes an action on panes; says whether it was one.
    pub fn act(&mut self, action: Action) -> bool {
        match action {
            Action::NextPane => self.focused = (self.focused + 1) % self.len,
            Action::PrevPane => self.focused = (self.focused + self.len - 1) % self.len,
            Action::Full => self.full = !self.full,
            Action::Wider => self.share(1),
            Action::Narrower => self.share(-1),
            _ => return false,
        }
        true
    }

    fn share(&mut self, by: i16) {
        let share = &mut self.shares[self.focused];
        *share = share.saturating_add_signed(by).clamp(1, 20);
    }

    /// Takes a click: the pane it hits gets the focus. Says which pane the mouse is over.
    pub fn mouse(&mut self, mouse: Mouse) -> Option<usize> {
        let areas = self.areas.get();
        let over = (0..self.len).find(|&number| areas[number].contains((mouse.column, mouse.row).into()))?;
        if mouse.kind == MouseKind::Click {
            self.focused = over;
        }
        Some(over)
    }

    fn shown(&self, width: u16) -> std::ops::Range<usize> {
        let fit = match width {
            _ if self.full => 1,
            THREE_FROM.. => 3,
            TWO_FROM.. => 2,
            _ => 1,
        }
        .min(self.len);
        // The window that holds the focus and starts as far left as it can.
        let start = (self.focused + 1).saturating_sub(fit).min(self.len - fit);
        start..start + fit
    }

    /// Draws titles and the lines between, and says where the panes' contents go.
    pub fn draw(&self, titles: &[&str], area: Rect, buf: &mut Buffer, cx: &DrawCx) -> Vec<Pane> {
        let area = area.intersection(buf.area);
        let shown = self.shown(area.width);
        let mut areas = [Rect::default(); MOST];
        let mut panes = Vec::new();
        let total: u16 = self.shares[shown.clone()].iter().sum();
        let gaps = shown.len() as u16 - 1;
        let room = area.width.saturating_sub(gaps);
        let mut x = area.x;
        for number in shown.clone() {
            let last = number + 1 == shown.end;
            let width = if last {
                area.right().saturating_sub(x)
            } else {
                (u32::from(room) * u32::from(self.shares[number]) / u32::from(total.max(1))) as u16
            };
            let pane = Rect { x, width, ..area };
            areas[number] = pane;
            let focus = Focus::of(number, self.focused);
            self.title(titles, number, shown.len(), text::row(pane, 0), buf, cx);
            let content = Rect { y: pane.y + 1.min(pane.height), height: pane.height.saturating_sub(1), ..pane };
            panes.push(Pane { number, area: content, focus });
            x = x.saturating_add(width);
            if !last {
                for y in area.top()..area.bottom() {
                    text::put(buf, x, y, cx.glyphs.vertical, 1, cx.style(Role::Border));
                }
                x = x.saturating_add(1);
            }
        }
        self.areas.set(areas);
        panes
    }

    fn title(&self, titles: &[&str], number: usize, shown: usize, area: Rect, buf: &mut Buffer, cx: &DrawCx) {
        if area.is_empty() {
            return;
        }
        let focused = number == self.focused;
        let (line, style) = if focused {
            (cx.glyphs.horizontal_focus, cx.style(Role::BorderFocus))
        } else {
            (cx.glyphs.horizontal, cx.style(Role::Border))
        };
        for x in area.left()..area.right() {
            text::put(buf, x, area.y, line, 1, style);
        }
        let name = titles.get(number).copied().unwrap_or_default();
        let mut label = format!(" {name} ");
        if shown == 1 && self.len > 1 {
            let others: Vec<&str> =
                titles.iter().enumerate().filter(|(place, _)| *place != number).map(|(_, title)| *title).collect();
            label = format!(" {name} ({}: {}) ", cx.key(self.turned_by.0, self.turned_by.1), others.join(", "));
        }
        let style = if focused { cx.style(Role::BorderFocus) } else { cx.style(Role::Dim) };
        text::put(buf, area.x + 1.min(area.width), area.y, &label, usize::from(area.width.saturating_sub(2)), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_focused_pane_is_always_shown() {
        for width in [1, 60, 79, 80, 100, 119, 120, 200] {
            let mut panes = Panes::new(&[1, 2, 1]);
            for _ in 0..4 {
                assert!(panes.shown(width).contains(&panes.focused()), "{width}");
                panes.act(Action::NextPane);
            }
        }
        let mut panes = Panes::new(&[1, 1]);
        assert_eq!(panes.shown(120), 0..2);
        panes.act(Action::Full);
        assert_eq!(panes.shown(200), 0..1);
    }
}
