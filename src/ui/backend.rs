//! The last line of defence before the terminal: no bad cell gets through.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

/// A backend that can mark where a frame begins and ends, so that a terminal shows it at once.
pub trait Surface: Backend {
    /// Before the first cell of a frame.
    fn begin_frame(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    /// After the last cell of a frame.
    fn end_frame(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Surface for TestBackend {}

impl<W: Write> Surface for CrosstermBackend<W> {
    fn begin_frame(&mut self) -> io::Result<()> {
        self.write_all(b"\x1b[?2026h")
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.write_all(b"\x1b[?2026l")?;
        Write::flush(self)
    }
}

/// Passes cells on, with U+FFFD for every symbol that could do something to the terminal.
#[derive(Debug)]
pub struct SafeBackend<B> {
    inner: B,
    replaced: u64,
    cursor: Position,
}

impl<B> SafeBackend<B> {
    /// Wraps a backend.
    pub const fn new(inner: B) -> Self {
        Self { inner, replaced: 0, cursor: Position::ORIGIN }
    }

    /// The backend inside.
    pub const fn inner(&self) -> &B {
        &self.inner
    }

    /// How many cells were replaced: each is a mistake of this program's own.
    pub const fn replaced(&self) -> u64 {
        self.replaced
    }
}

/// Whether a character may be in a cell of the terminal.
pub fn is_fit(c: char) -> bool {
    !matches!(u32::from(c),
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        | 0x200b | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0
        | 0xfff9..=0xfffc | 0xfdd0..=0xfdef | 0xe000..=0xf8ff | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
        | 0xe0000..=0xe001f | 0xe0080..=0xe0fff | 0xf0000..=0x10_ffff)
        && u32::from(c) & 0xfffe != 0xfffe
}

/// Whether terminals disagree about the width of a symbol, so that the cursor must be placed anew after it.
fn is_odd(symbol: &str) -> bool {
    symbol.chars().nth(1).is_some() || symbol.chars().any(|c| u32::from(c) >= 0x1_f000)
}

impl<B: Surface> Backend for SafeBackend<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut bad = Cell::default();
        bad.set_symbol("\u{fffd}");
        let mut run: Vec<(u16, u16, Cell)> = Vec::new();
        for (x, y, cell) in content {
            let symbol = cell.symbol();
            let ascii = symbol.len() == 1 && matches!(symbol.as_bytes(), [0x20..=0x7e]);
            let mut cell = cell.clone();
            let mut odd = false;
            if !ascii {
                odd = is_odd(symbol);
                if !symbol.chars().all(is_fit) {
                    cell.set_symbol(bad.symbol());
                    self.replaced += 1;
                }
            }
            run.push((x, y, cell));
            if odd {
                // A new run starts with an explicit move of the cursor.
                self.inner.draw(run.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
                run.clear();
            }
        }
        self.inner.draw(run.iter().map(|(x, y, cell)| (*x, *y, cell)))
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }

    /// Where the cursor was put last: asking the terminal would read from it beside our own reader.
    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.cursor = position.into();
        self.inner.set_cursor_position(self.cursor)
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush()
    }
}

impl<B: Surface> Surface for SafeBackend<B> {
    fn begin_frame(&mut self) -> Result<(), Self::Error> {
        self.inner.begin_frame()
    }

    fn end_frame(&mut self) -> Result<(), Self::Error> {
        self.inner.end_frame()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_cell_is_replaced_and_counted() {
        let mut backend = SafeBackend::new(TestBackend::new(4, 1));
        let mut cells = vec![Cell::default(); 4];
        for (cell, symbol) in cells.iter_mut().zip(["a", "\u{9b}", "日", "\u{202e}"]) {
            cell.set_symbol(symbol);
        }
        backend.draw([(0, 0, &cells[0]), (1, 0, &cells[1]), (2, 0, &cells[2])].into_iter()).unwrap();
        backend.draw([(1, 0, &cells[3])].into_iter()).unwrap();
        assert_eq!(backend.replaced(), 2);
        assert_eq!(backend.inner().buffer()[(1, 0)].symbol(), "\u{fffd}");
        assert_eq!(backend.inner().buffer()[(2, 0)].symbol(), "日");
    }

    #[test]
    fn the_cursor_is_placed_anew_after_an_odd_cluster() {
        let mut bytes = Vec::new();
        {
            let mut backend = SafeBackend::new(CrosstermBackend::new(&mut bytes));
            let mut cells = vec![Cell::default(); 2];
            cells[0].set_symbol("☁\u{fe0f}");
            cells[1].set_symbol("x");
            backend.draw([(0, 0, &cells[0]), (1, 0, &cells[1])].into_iter()).unwrap();
        }
        assert!(String::from_utf8(bytes).unwrap().contains("\u{1b}[1;2H"));
    }
}
