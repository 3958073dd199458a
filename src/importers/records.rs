//! Cuts JSON text into records: one a line, or values one after another over as many lines as they like.

use std::io::{self, Read};

use super::batch::ImportError;
use super::giant::{self, Text};
use super::pool::{Layout, Piece, Pieces};

/// Lines are handed on in pieces of about this many bytes.
const PIECE: usize = 512 * 1024;
/// A record beyond this is not held whole but cut into its spans.
pub const GIANT: usize = 32 * 1024 * 1024;

/// The records of a JSON file.
pub struct Records<R> {
    reader: R,
    buffer: Vec<u8>,
    line: u64,
    offset: u64,
    ended: bool,
}

impl<R: Read> Records<R> {
    /// Reads from a decompressed stream.
    pub const fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), line: 1, offset: 0, ended: false }
    }

    /// Reads until the buffer holds `size` bytes or the stream ends.
    fn fill(&mut self, size: usize) -> io::Result<()> {
        while !self.ended && self.buffer.len() < size {
            let before = self.buffer.len();
            let wanted = (size - before) as u64;
            self.buffer.reserve(size - before);
            let got = self.reader.by_ref().take(wanted).read_to_end(&mut self.buffer)?;
            self.ended = got == 0;
        }
        Ok(())
    }

    /// Takes the first `length` bytes of the buffer as a piece.
    fn cut(&mut self, length: usize, layout: Layout) -> Piece {
        let rest = self.buffer.split_off(length);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let piece =
            Piece { line: self.line, offset: self.offset, read: bytes.len() as u64, bytes, layout, damage: None };
        self.line += memchr::memchr_iter(b'\n', &piece.bytes).count() as u64;
        self.offset += piece.read;
        piece
    }

    fn lines(&mut self, emit: &mut dyn FnMut(Piece) -> Result<(), ImportError>) -> Result<(), ImportError> {
        let mut size = PIECE;
        loop {
            self.fill(size)?;
            if let Some(end) = memchr::memrchr(b'\n', &self.buffer) {
                let mut piece = self.cut(end + 1, Layout::Lines);
                piece.bytes.pop();
                emit(piece)?;
                size = PIECE;
            } else if self.ended {
                if !self.buffer.is_empty() {
                    emit(self.cut(self.buffer.len(), Layout::Lines))?;
                }
                return Ok(());
            } else if self.buffer.len() >= GIANT {
                self.giant(emit)?;
                size = PIECE;
            } else {
                size = self.buffer.len() * 2;
            }
        }
    }

    fn documents(&mut self, emit: &mut dyn FnMut(Piece) -> Result<(), ImportError>) -> Result<(), ImportError> {
        let mut scan = ValueEnd::default();
        let mut size = PIECE;
        loop {
            self.fill(size)?;
            if let Some(end) = scan.find(&self.buffer) {
                emit(self.cut(end, Layout::One))?;
                scan = ValueEnd::default();
                size = PIECE;
            } else if self.ended {
                if !self.buffer.trim_ascii().is_empty() {
                    emit(self.cut(self.buffer.len(), Layout::One))?;
                }
                return Ok(());
            } else if self.buffer.len() >= GIANT {
                self.giant(emit)?;
                scan = ValueEnd::default();
                size = PIECE;
            } else {
                size = self.buffer.len() * 2;
            }
        }
    }

    fn giant(&mut self, emit: &mut dyn FnMut(Piece) -> Result<(), ImportError>) -> Result<(), ImportError> {
        let held = std::mem::take(&mut self.buffer);
        let mut text = Text::new(held, &mut self.reader, self.line, self.offset);
        let outcome = giant::cut(&mut text, emit);
        (self.buffer, self.line, self.offset) = text.into_rest();
        outcome
    }
}

impl<R: Read> Pieces for Records<R> {
    fn each(mut self, emit: &mut dyn FnMut(Piece) -> Result<(), ImportError>) -> Result<(), ImportError> {
        self.fill(PIECE)?;
        if spans_lines(&self.buffer) { self.documents(emit) } else { self.lines(emit) }
    }
}

/// Whether the first value goes on over several lines, as pretty printers write it.
fn spans_lines(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty());
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    let is_open = serde_json::from_slice::<serde::de::IgnoredAny>(first).is_err_and(|error| error.is_eof());
    // A cut line of a file of lines is followed by the next record.
    let next_is_record = second.starts_with(b"{\"");
    is_open && !next_is_record
}

/// Finds where a JSON value ends, going on where it stopped when more has been read.
#[derive(Default)]
struct ValueEnd {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl ValueEnd {
    /// The end of the value in `text`; an opening bracket at the very beginning of a line ends a value that was cut off.
    fn find(&mut self, text: &[u8]) -> Option<usize> {
        while let Some(&byte) = text.get(self.at) {
            if self.in_string {
                let Some(hit) = text.get(self.at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) else {
                    self.at = text.len();
                    return None;
                };
                self.at += hit;
                if text.get(self.at) == Some(&b'\\') {
                    if self.at + 1 >= text.len() {
                        return None;
                    }
                    self.at += 2;
                    continue;
                }
                self.in_string = false;
                self.at += 1;
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    let restarts =
                        self.depth > 0 && byte == b'{' && self.at > 0 && text.get(self.at - 1) == Some(&b'\n');
                    if restarts {
                        return Some(self.at);
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(self.at + 1);
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let outcome = Records::new(text.as_bytes()).each(&mut |piece| {
            for (line, record) in piece.records() {
                found.push((line, String::from_utf8_lossy(record).trim().to_owned()));
            }
            Ok(())
        });
        assert!(outcome.is_ok());
        found.retain(|(_, record)| !record.is_empty());
        found
    }

    #[test]
    fn lines_are_records_with_their_numbers() {
        let found = records("{\"a\":1}\r\n\r\n{\"b\":\n{\"c\":3}");
        assert_eq!(found, [(1, "{\"a\":1}".into()), (3, "{\"b\":".into()), (4, "{\"c\":3}".into())]);
    }

    #[test]
    fn pretty_printed_values_follow_each_other() {
        let found = records("{\n  \"a\": \"}\\\"{\"\n}\n{\n  \"b\": [\n    2\n  ]\n}\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], (1, "{\n  \"a\": \"}\\\"{\"\n}".into()));
        assert_eq!(found[1].1, "{\n  \"b\": [\n    2\n  ]\n}");
    }

    #[test]
    fn a_cut_pretty_value_does_not_swallow_the_next() {
        let found = records("{\n  \"a\": [\n    1,\n{\n  \"b\": 2\n}\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], (4, "{\n  \"b\": 2\n}".into()));
    }
}
