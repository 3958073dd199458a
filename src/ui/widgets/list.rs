//! A cursor in a list: moving, paging, clicking, and what is seen of it.

use std::cell::Cell;

use ratatui::layout::Rect;

use crate::ui::action::Action;
use crate::ui::input::{Mouse, MouseKind};

/// Where the cursor of a list is and which rows are seen.
#[derive(Clone, Debug, Default)]
pub struct ListState {
    /// The row under the cursor, from 0.
    pub selected: usize,
    offset: Cell<usize>,
    body: Cell<Rect>,
    /// Rows of the terminal that a row of the list takes, less one.
    more: u16,
}

/// What a click or key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The cursor is on another row.
    Yes,
    /// It was there before.
    No,
    /// It has nothing to do with the list.
    Elsewhere,
}

/// Rows of a page before anything was drawn.
const FIRST_PAGE: usize = 20;

impl ListState {
    /// A list whose rows take so many rows of the terminal each.
    pub fn tall(rows: u16) -> Self {
        Self { more: rows.saturating_sub(1), ..Self::default() }
    }

    fn rows(&self, body: Rect) -> usize {
        usize::from(body.height / (self.more + 1))
    }

    /// Takes an action of movement in a list of `len` rows.
    pub fn act(&mut self, action: Action, len: usize) -> Moved {
        let last = len.saturating_sub(1);
        let page = self.page();
        let next = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected.saturating_add(1),
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => self.selected.saturating_add(page),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return Moved::Elsewhere,
        };
        self.select(next.min(last))
    }

    /// Puts the cursor on a row.
    pub fn select(&mut self, row: usize) -> Moved {
        let moved = if row == self.selected { Moved::No } else { Moved::Yes };
        self.selected = row;
        moved
    }

    /// Takes the mouse: a click selects, a second click on the same row says `No`; the wheel moves by three.
    pub fn mouse(&mut self, mouse: Mouse, len: usize) -> Moved {
        let body = self.body.get();
        if !body.contains((mouse.column, mouse.row).into()) {
            return Moved::Elsewhere;
        }
        let last = len.saturating_sub(1);
        match mouse.kind {
            MouseKind::Click => {
                let row = self.offset.get() + usize::from((mouse.row - body.y) / (self.more + 1));
                if row > last || len == 0 { Moved::Elsewhere } else { self.select(row) }
            }
            MouseKind::WheelUp => {
                self.select(self.selected.saturating_sub(3));
                Moved::Yes
            }
            MouseKind::WheelDown => {
                self.select((self.selected + 3).min(last));
                Moved::Yes
            }
        }
    }

    /// Rows of a page.
    pub fn page(&self) -> usize {
        match self.rows(self.body.get()) {
            0 => FIRST_PAGE,
            height => height.saturating_sub(1).max(1),
        }
    }

    /// The rows to draw into `body`, scrolled so that the cursor is seen; remembers where they are.
    pub fn visible(&self, body: Rect, len: usize) -> std::ops::Range<usize> {
        self.body.set(body);
        let height = self.rows(body);
        let selected = self.selected.min(len.saturating_sub(1));
        let mut offset = self.offset.get().min(len.saturating_sub(height));
        if selected < offset {
            offset = selected;
        } else if height > 0 && selected >= offset + height {
            offset = selected + 1 - height;
        }
        self.offset.set(offset);
        offset..(offset + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list_and_is_seen() {
        let mut list = ListState::default();
        assert_eq!(list.visible(Rect::new(0, 2, 10, 5), 100), 0..5);
        list.act(Action::Bottom, 100);
        assert_eq!(list.visible(Rect::new(0, 2, 10, 5), 100), 95..100);
        assert_eq!(list.act(Action::Down, 100), Moved::No);
        list.act(Action::PageUp, 100);
        assert_eq!(list.selected, 95);
        assert_eq!(list.act(Action::Up, 0), Moved::Yes);
        assert_eq!(list.selected, 0);
        assert_eq!(list.act(Action::Open, 5), Moved::Elsewhere);
    }

    #[test]
    fn rows_may_be_tall() {
        let mut list = ListState::tall(2);
        assert_eq!(list.visible(Rect::new(0, 2, 10, 5), 9), 0..2);
        let click = Mouse { kind: MouseKind::Click, column: 3, row: 5 };
        assert_eq!((list.mouse(click, 9), list.selected), (Moved::Yes, 1));
    }

    #[test]
    fn a_click_selects_the_row_it_hits() {
        let mut list = ListState::default();
        list.visible(Rect::new(0, 2, 10, 5), 4);
        let click = |row| Mouse { kind: MouseKind::Click, column: 3, row };
        assert_eq!(list.mouse(click(4), 4), Moved::Yes);
        assert_eq!((list.selected, list.mouse(click(4), 4)), (2, Moved::No));
        assert_eq!(list.mouse(click(6), 4), Moved::Elsewhere, "below the last row");
        assert_eq!(list.mouse(click(1), 4), Moved::Elsewhere, "above the first");
    }
}
