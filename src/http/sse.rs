//! Server-sent events, framed on bytes: a piece of the body may end anywhere, inside a character too.
//!
//! After the WHATWG HTML standard, section 9.2: lines end in LF, CR or CRLF, one BOM at the start is dropped, `data`
//! lines of one event join with LF, a line that begins with a colon is a comment.

/// The largest event in bytes.
const EVENT_LIMIT: usize = 1 << 20;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event` field; empty where there is none.
    pub name: String,
    /// The `data` lines, joined.
    pub data: String,
}

/// Why the stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SseError {
    /// An event is larger than a mebibyte.
    #[error("an event of the stream, at byte {0}, is larger than 1 MiB")]
    TooLarge(u64),
    /// An event is not UTF-8.
    #[error("an event of the stream, at byte {0}, is not UTF-8")]
    NotUtf8(u64),
}

/// Turns pieces of a body into events.
#[derive(Debug, Default)]
pub struct Sse {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// The data of the event that has not ended yet.
    data: Vec<u8>,
    name: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    started: bool,
    /// Bytes taken so far, and where the present event began.
    offset: u64,
    event_start: u64,
}

impl Sse {
    /// Takes a piece; gives each event that it completes to `on_event`.
    pub fn feed(&mut self, piece: &[u8], mut on_event: impl FnMut(SseEvent)) -> Result<(), SseError> {
        let mut rest = piece;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                self.offset += 1;
                // The LF of a CRLF belongs to the line before, so an event begins after it.
                if self.line.is_empty() && !self.has_data {
                    self.event_start = self.offset;
                }
                rest = &rest[1..];
                continue;
            }
            let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.offset += rest.len() as u64;
                self.line.extend_from_slice(rest);
                break;
            };
            self.line.extend_from_slice(&rest[..end]);
            self.after_cr = rest[end] == b'\r';
            self.offset += end as u64 + 1;
            rest = &rest[end + 1..];
            self.end_line(&mut on_event)?;
        }
        if self.line.len() + self.data.len() > EVENT_LIMIT { Err(SseError::TooLarge(self.event_start)) } else { Ok(()) }
    }

    /// The body has ended: an event without its empty line counts too.
    pub fn finish(&mut self, mut on_event: impl FnMut(SseEvent)) -> Result<(), SseError> {
        if !self.line.is_empty() {
            self.end_line(&mut on_event)?;
        }
        self.end_event(&mut on_event)
    }

    fn end_line(&mut self, on_event: &mut impl FnMut(SseEvent)) -> Result<(), SseError> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.started, true) && line.starts_with(b"\xEF\xBB\xBF") {
            line.drain(..3);
        }
        if line.is_empty() {
            return self.end_event(on_event);
        }
        let colon = memchr::memchr(b':', &line).unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                if self.data.len() > EVENT_LIMIT {
                    return Err(SseError::TooLarge(self.event_start));
                }
            }
            b"event" => self.name = value.to_vec(),
            _ => {}
        }
        line.clear();
        self.line = line;
        Ok(())
    }

    fn end_event(&mut self, on_event: &mut impl FnMut(SseEvent)) -> Result<(), SseError> {
        let start = std::mem::replace(&mut self.event_start, self.offset);
        let name = std::mem::take(&mut self.name);
        if !std::mem::take(&mut self.has_data) {
            return Ok(());
        }
        let data = String::from_utf8(std::mem::take(&mut self.data)).map_err(|_| SseError::NotUtf8(start))?;
        let name = String::from_utf8(name).map_err(|_| SseError::NotUtf8(start))?;
        on_event(SseEvent { name, data });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let mut sse = Sse::default();
        let mut events = Vec::new();
        for piece in pieces {
            sse.feed(piece, |event| events.push((event.name, event.data))).unwrap();
        }
        sse.finish(|event| events.push((event.name, event.data))).unwrap();
        events
    }

    fn data(texts: &[&str]) -> Vec<(String, String)> {
        texts.iter().map(|text| (String::new(), (*text).to_owned())).collect()
    }

    #[test]
    fn every_line_end_and_field() {
        assert_eq!(read(&[b"\xEF\xBB\xBFdata: a\r\rdata:b\n\ndata:  c\r\n\r\n"]), data(&["a", "b", " c"]));
        assert_eq!(
            read(&[b": ping\n\nevent: x\ndata: 1\ndata: 2\nid: 9\nretry: 5\n\n"]),
            [("x".into(), "1\n2".into())]
        );
        assert_eq!(read(&[b"data\n\n"]), data(&[""]));
        assert_eq!(read(&[b"data: end without an empty line"]), data(&["end without an empty line"]));
        assert_eq!(read(&[b"event: alone\n\ndata: x\n\n"]), data(&["x"]));
    }

    #[test]
    fn limits_and_bad_bytes_name_their_place() {
        let mut sse = Sse::default();
        assert_eq!(sse.feed(b"data: ok\n\ndata: \xFF\n\n", |_| ()), Err(SseError::NotUtf8(10)));
        let mut sse = Sse::default();
        let big = vec![b'x'; EVENT_LIMIT + 1];
        assert_eq!(sse.feed(&big, |_| ()), Err(SseError::TooLarge(0)));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_events(
            lines in prop::collection::vec("(data: ?|event: ?|: ?|x: ?|)[a-zé€😀 ]{0,9}", 0..12),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "\r\r"]), 12),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let text: String = lines.iter().zip(&ends).flat_map(|(line, end)| [line.as_str(), *end]).collect();
            let bytes = text.as_bytes();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(read(&pieces), read(&[bytes]));
            prop_assert_eq!(read(&single), read(&[bytes]));
        }
    }
}
