//! Bytes of the terminal as input: keys, pastes, mouse and focus.
//!
//! This is our own reader of terminal input, because an unfinished bracketed paste must not swallow the keyboard and a
//! terminal that is gone must be noticed.

use std::time::{Duration, Instant};

use super::chord::{Chord, Key};

/// Something that came from the terminal or the system.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A key was pressed.
    Key(Chord),
    /// Text was pasted. It is hostile, and never a key.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal's size may have changed.
    Resized,
    /// The terminal has the focus again.
    Focused,
    /// The terminal lost the focus.
    Unfocused,
    /// The system asks the program to end; the number of the signal.
    Terminate(i32),
    /// The system asks the program to go to the background.
    Stop,
    /// The program was continued after it had been stopped by somebody else.
    Continued,
    /// The terminal is gone.
    Gone,
}

/// What the mouse did, and where; columns and rows count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button was pressed.
    Click,
    /// The wheel was turned up.
    WheelUp,
    /// The wheel was turned down.
    WheelDown,
}

/// The most bytes kept of one paste; what is beyond is dropped up to the end of the paste.
pub const PASTE_LIMIT: usize = 8 * 1024 * 1024;
/// How soon a second ctrl-c must follow the first to end a paste that never ends by itself.
const CTRL_C_TWICE: Duration = Duration::from_secs(1);
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";
/// Sequences longer than this are noise.
const SEQUENCE_LIMIT: usize = 64;

/// Turns bytes into [`Input`]; the result does not depend on how the bytes were cut.
#[derive(Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
    paste: Option<Paste>,
}

#[derive(Debug, Default)]
struct Paste {
    bytes: Vec<u8>,
    ctrl_c: Option<Instant>,
}

impl Decoder {
    /// Takes bytes as they came at `now` and adds what they mean to `out`.
    pub fn feed(&mut self, bytes: &[u8], now: Instant, out: &mut Vec<Input>) {
        for &byte in bytes {
            if self.paste.is_some() {
                self.paste_byte(byte, now, out);
            } else {
                self.pending.push(byte);
                self.decode(false, out);
            }
        }
    }

    /// Whether an escape was read whose meaning depends on whether more follows soon.
    pub fn waits(&self) -> bool {
        self.paste.is_none() && !self.pending.is_empty()
    }

    /// Decides about what was read so far: nothing more came.
    pub fn flush(&mut self, out: &mut Vec<Input>) {
        if self.paste.is_none() {
            self.decode(true, out);
        }
    }

    fn paste_byte(&mut self, byte: u8, now: Instant, out: &mut Vec<Input>) {
        let Some(paste) = &mut self.paste else { return };
        if byte == 0x03 {
            if paste.ctrl_c.is_some_and(|first| now.duration_since(first) <= CTRL_C_TWICE) {
                self.paste = None;
                out.push(Input::Key(Chord::ctrl('c')));
                return;
            }
            paste.ctrl_c = Some(now);
        }
        paste.bytes.push(byte);
        if paste.bytes.ends_with(PASTE_END) {
            let kept = paste.bytes.len() - PASTE_END.len();
            let text = String::from_utf8_lossy(&paste.bytes[..kept.min(PASTE_LIMIT)]).into_owned();
            self.paste = None;
            // Terminals send a carriage return for each line break of what is pasted.
            out.push(Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n")));
        } else if paste.bytes.len() > PASTE_LIMIT + 2 * PASTE_END.len() {
            // Only the tail is needed to see the end marker; the kept part stays untouched.
            paste.bytes.remove(PASTE_LIMIT);
        }
    }

    fn decode(&mut self, nothing_follows: bool, out: &mut Vec<Input>) {
        while !self.pending.is_empty() {
            if self.pending.starts_with(PASTE_START) {
                self.pending.clear();
                self.paste = Some(Paste::default());
                return;
            }
            match parse(&self.pending, nothing_follows) {
                Parsed::More => return,
                Parsed::Input(input, used) => {
                    self.pending.drain(..used);
                    out.push(input);
                }
                Parsed::Noise(used) => {
                    self.pending.drain(..used.max(1).min(self.pending.len()));
                }
            }
        }
    }
}

enum Parsed {
    More,
    Input(Input, usize),
    Noise(usize),
}

fn key(key: Key, used: usize) -> Parsed {
    Parsed::Input(Input::Key(Chord::plain(key)), used)
}

fn parse(bytes: &[u8], nothing_follows: bool) -> Parsed {
    let more_or = |otherwise: Parsed| if nothing_follows { otherwise } else { Parsed::More };
    match bytes {
        [0x1b] => more_or(key(Key::Esc, 1)),
        [0x1b, b'['] => more_or(alt('[', 2)),
        [0x1b, b'[', rest @ ..] => csi(rest, nothing_follows),
        [0x1b, b'O'] => more_or(alt('O', 2)),
        [0x1b, b'O', letter, ..] => letter_key(*letter).map_or(Parsed::Noise(3), |found| key(found, 3)),
        [0x1b, 0x1b, ..] => key(Key::Esc, 1),
        [0x1b, rest @ ..] => match parse(rest, nothing_follows) {
            Parsed::Input(Input::Key(chord), used) => {
                Parsed::Input(Input::Key(Chord { alt: true, ..chord }.normal()), used + 1)
            }
            Parsed::Input(_, used) | Parsed::Noise(used) => Parsed::Noise(used + 1),
            Parsed::More => Parsed::More,
        },
        [b'\r' | b'\n', ..] => key(Key::Enter, 1),
        [b'\t', ..] => key(Key::Tab, 1),
        [0x7f | 0x08, ..] => key(Key::Backspace, 1),
        [0, ..] => Parsed::Input(Input::Key(Chord::ctrl(' ')), 1),
        [byte @ 1..=26, ..] => Parsed::Input(Input::Key(Chord::ctrl(char::from(byte - 1 + b'a'))), 1),
        [byte @ 0x1c..=0x1f, ..] => Parsed::Input(Input::Key(Chord::ctrl(char::from(byte - 0x1c + b'4'))), 1),
        [byte @ 0x20..=0x7e, ..] => key(Key::Char(char::from(*byte)), 1),
        _ => utf8(bytes, nothing_follows),
    }
}

fn alt(c: char, used: usize) -> Parsed {
    Parsed::Input(Input::Key(Chord { alt: true, ..Chord::char(c) }), used)
}

fn utf8(bytes: &[u8], nothing_follows: bool) -> Parsed {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return Parsed::Noise(1),
    };
    if bytes.len() < length {
        return if nothing_follows { Parsed::Noise(bytes.len()) } else { Parsed::More };
    }
    match std::str::from_utf8(&bytes[..length]).ok().and_then(|text| text.chars().next()) {
        Some(c) if !c.is_control() => key(Key::Char(c), length),
        Some(_) => Parsed::Noise(length),
        None => Parsed::Noise(1),
    }
}

fn letter_key(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'P' => Key::F(1),
        b'Q' => Key::F(2),
        b'R' => Key::F(3),
        b'S' => Key::F(4),
        b'Z' => Key::BackTab,
        b'M' => Key::Enter,
        _ => return None,
    })
}

fn number_key(number: u16) -> Option<Key> {
    Some(match number {
        1 | 7 => Key::Home,
        2 => Key::Insert,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11..=15 => Key::F(number as u8 - 10),
        17..=21 => Key::F(number as u8 - 11),
        23 | 24 => Key::F(number as u8 - 12),
        _ => return None,
    })
}

/// Reads what follows `ESC [`.
fn csi(rest: &[u8], nothing_follows: bool) -> Parsed {
    let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return if nothing_follows || rest.len() > SEQUENCE_LIMIT {
            Parsed::Noise(rest.len() + 2)
        } else {
            Parsed::More
        };
    };
    let used = end + 3;
    let (body, last) = (&rest[..end], rest[end]);
    if body.first() == Some(&b'<') {
        return mouse(&body[1..], last).map_or(Parsed::Noise(used), |mouse| Parsed::Input(Input::Mouse(mouse), used));
    }
    let Some(numbers) = numbers(body) else { return Parsed::Noise(used) };
    let found = match last {
        b'I' if body.is_empty() => return Parsed::Input(Input::Focused, used),
        b'O' if body.is_empty() => return Parsed::Input(Input::Unfocused, used),
        b'~' => numbers.first().copied().and_then(number_key),
        letter => letter_key(letter),
    };
    let Some(found) = found else { return Parsed::Noise(used) };
    let held = numbers.get(1).copied().unwrap_or(1).saturating_sub(1);
    let chord = Chord { key: found, shift: held & 1 != 0, alt: held & 2 != 0, ctrl: held & 4 != 0 };
    Parsed::Input(Input::Key(chord.normal()), used)
}

fn numbers(body: &[u8]) -> Option<Vec<u16>> {
    if body.is_empty() {
        return Some(Vec::new());
    }
    std::str::from_utf8(body).ok()?.split(';').map(|number| number.parse().ok()).collect()
}

fn mouse(body: &[u8], last: u8) -> Option<Mouse> {
    let numbers = numbers(body)?;
    let [button, column, row] = numbers[..] else { return None };
    let kind = match (button & !0b1_1100, last) {
        (0, b'M') => MouseKind::Click,
        (64, b'M') => MouseKind::WheelUp,
        (65, b'M') => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, column: column.checked_sub(1)?, row: row.checked_sub(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inputs(pieces: &[&[u8]]) -> Vec<Input> {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.feed(piece, Instant::now(), &mut out);
        }
        decoder.flush(&mut out);
        out
    }

    fn keys(text: &str) -> Vec<Input> {
        text.split(' ').map(|chord| Input::Key(Chord::parse(chord).unwrap())).collect()
    }

    #[test]
    fn keys_of_common_terminals() {
        for (bytes, chords) in [
            (&b"\x1b[A\x1bOB\x1b[5~\x1b[1;5C"[..], "up down pageup ctrl-right"),
            (b"\x1b[Z\t\r\x7f\x03\x1a", "shift-tab tab enter backspace ctrl-c ctrl-z"),
            (b"\x1bOP\x1b[15~\x1b[24~\x1b[3~", "f1 f5 f12 delete"),
            (b"\x1bx\x1bG", "alt-x alt-G"),
            ("é日G".as_bytes(), "é 日 G"),
            (b"\x1b", "esc"),
        ] {
            assert_eq!(inputs(&[bytes]), keys(chords), "{chords}");
        }
    }

    #[test]
    fn mouse_and_focus() {
        let click = Input::Mouse(Mouse { kind: MouseKind::Click, column: 4, row: 9 });
        let wheel = Input::Mouse(Mouse { kind: MouseKind::WheelDown, column: 0, row: 0 });
        assert_eq!(
            inputs(&[b"\x1b[<0;5;10M\x1b[<0;5;10m\x1b[<65;1;1M\x1b[<0;0;0M\x1b[I\x1b[O"]),
            [click, wheel, Input::Focused, Input::Unfocused]
        );
    }

    #[test]
    fn a_paste_is_text_and_never_keys() {
        assert_eq!(
            inputs(&[b"\x1b[20", b"0~q\r\x1b[A\x03", b"\x1b[201~q"]),
            [Input::Paste("q\n\x1b[A\x03".into()), Input::Key(Chord::char('q'))]
        );
    }

    #[test]
    fn a_paste_without_end_is_ended_by_ctrl_c_twice() {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        let start = Instant::now();
        decoder.feed(b"\x1b[200~lost", start, &mut out);
        decoder.feed(b"\x03", start, &mut out);
        decoder.feed(b"\x03", start + Duration::from_secs(2), &mut out);
        assert_eq!(out, [], "two seconds apart are two characters of the paste");
        decoder.feed(b"\x03q", start + Duration::from_millis(2_500), &mut out);
        assert_eq!(out, keys("ctrl-c q"));
    }

    #[test]
    fn a_paste_beyond_the_limit_is_cut_and_its_rest_is_no_input() {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        let now = Instant::now();
        decoder.feed(PASTE_START, now, &mut out);
        decoder.feed(&vec![b'x'; PASTE_LIMIT + 5_000], now, &mut out);
        decoder.feed(PASTE_END, now, &mut out);
        let [Input::Paste(text)] = &out[..] else { panic!("one paste: {}", out.len()) };
        assert_eq!(text.len(), PASTE_LIMIT);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_mean_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(inputs(&[&bytes]), inputs(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}
