//! Cuts a protobuf export request of any size into its resources, or into some spans of a huge one.

use std::io::{self, BufReader, Read};

use super::wire;
use crate::importers::batch::ImportError;
use crate::importers::pool::{Piece, Pieces};

/// A message up to this size is held whole.
const WHOLE: u64 = 16 * 1024 * 1024;
/// Spans of a larger one are put together into pieces of about this many bytes.
const PIECE: usize = 1024 * 1024;
/// The largest single span.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Tag of field 1 as a message: resource spans, resource, scope.
const FIRST: u64 = 0x0a;
/// Tag of field 2 as a message: scope spans, spans.
const SECOND: u64 = 0x12;

/// Whether a file begins as `ExportTraceServiceRequest` or `ExportLogsServiceRequest` do.
pub fn looks_like_otlp(head: &[u8]) -> bool {
    let inner = |bytes: &[u8]| -> Option<(u64, u64, usize)> {
        let (tag, tag_length) = wire::varint(bytes)?;
        let (length, length_length) = wire::varint(bytes.get(tag_length..)?)?;
        Some((tag, length, tag_length + length_length))
    };
    let Some((FIRST, outer, at)) = inner(head) else { return false };
    if outer == 0 {
        return head.len() == at;
    }
    match head.get(at..).and_then(inner) {
        Some((0x0a | 0x12 | 0x1a, length, used)) => length.saturating_add(used as u64) <= outer,
        _ => false,
    }
}

/// The pieces of a protobuf export request.
pub struct Messages<R: Read> {
    reader: BufReader<R>,
    at: u64,
}

/// What the next tag of a message is.
enum Next {
    End,
    Message { tag: u64, length: u64 },
    Other,
}

type Emit<'a> = &'a mut dyn FnMut(Piece) -> Result<(), ImportError>;

impl<R: Read> Messages<R> {
    /// Reads from a decompressed stream.
    pub fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(256 * 1024, reader), at: 0 }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        match self.reader.read_exact(&mut byte) {
            Ok(()) => {
                self.at += 1;
                Ok(Some(byte[0]))
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn varint(&mut self) -> io::Result<Option<u64>> {
        let mut bytes = Vec::with_capacity(10);
        while let Some(byte) = self.byte()? {
            bytes.push(byte);
            if byte < 0x80 || bytes.len() == 10 {
                break;
            }
        }
        Ok(wire::varint(&bytes).map(|(number, _)| number))
    }

    /// Reads `length` bytes; fewer where the file ends.
    fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader.by_ref().take(length).read_to_end(&mut bytes)?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> io::Result<bool> {
        let skipped = io::copy(&mut self.reader.by_ref().take(length), &mut io::sink())?;
        self.at += skipped;
        Ok(skipped == length)
    }

    fn next(&mut self, end: u64) -> Result<Option<Next>, ImportError> {
        if self.at >= end {
            return Ok(Some(Next::End));
        }
        let start = self.at;
        let Some(tag) = self.varint()? else {
            return Ok((self.at == start).then_some(Next::End));
        };
        let passed = match tag & 7 {
            0 => self.varint()?.is_some(),
            1 => self.skip(8)?,
            2 => match self.varint()? {
                Some(length) => return Ok(Some(Next::Message { tag, length })),
                None => false,
            },
            5 => self.skip(4)?,
            _ => false,
        };
        Ok((passed && tag >> 3 != 0).then_some(Next::Other))
    }

    /// Reads a message whole; a cut one is reported and `None`.
    fn whole(&mut self, length: u64, emit: Emit<'_>) -> Result<Option<Vec<u8>>, ImportError> {
        let start = self.at;
        let bytes = self.bytes(length)?;
        if bytes.len() as u64 == length {
            return Ok(Some(bytes));
        }
        let reason = format!(
            "the protobuf message at byte {start} is cut off at byte {}: it should go on for {} bytes more",
            self.at,
            length - bytes.len() as u64
        );
        emit(Piece { offset: start, read: bytes.len() as u64, damage: Some(reason), ..Piece::default() })?;
        Ok(None)
    }

    fn damaged(&self, emit: Emit<'_>) -> Result<(), ImportError> {
        let reason = format!("the protobuf message is damaged at byte {}", self.at);
        emit(Piece { offset: self.at, damage: Some(reason), ..Piece::default() })
    }

    /// Walks a resource that is too large to be held.
    fn resource(&mut self, end: u64, emit: Emit<'_>) -> Result<(), ImportError> {
        let mut about = Vec::new();
        loop {
            match self.next(end)? {
                Some(Next::End) => return Ok(()),
                Some(Next::Other) => {}
                Some(Next::Message { tag: FIRST, length }) if length <= WHOLE => {
                    let Some(resource) = self.whole(length, emit)? else { return Ok(()) };
                    about = field(FIRST, &resource);
                }
                Some(Next::Message { tag: SECOND, length }) => {
                    let end = self.at.saturating_add(length);
                    self.scope(end, &about, emit)?;
                }
                Some(Next::Message { length, .. }) => {
                    if !self.skip(length)? {
                        return self.damaged(emit);
                    }
                }
                None => return self.damaged(emit),
            }
        }
    }

    fn scope(&mut self, end: u64, resource: &[u8], emit: Emit<'_>) -> Result<(), ImportError> {
        let (mut about, mut items, mut start) = (Vec::new(), Vec::new(), self.at);
        loop {
            let next = self.next(end)?;
            let is_last = !matches!(next, Some(Next::Message { .. } | Next::Other));
            if items.len() >= PIECE || (is_last && !items.is_empty()) {
                let mut inner: Vec<u8> = about.clone();
                inner.append(&mut items);
                let bytes = [resource, &field(SECOND, &inner)].concat();
                emit(Piece { offset: start, read: self.at - start, bytes, ..Piece::default() })?;
                start = self.at;
            }
            match next {
                Some(Next::End) => return Ok(()),
                Some(Next::Other) => {}
                Some(Next::Message { tag, length }) if (tag == FIRST || tag == SECOND) && length <= LARGEST => {
                    let Some(message) = self.whole(length, emit)? else { continue };
                    let target = if tag == FIRST { &mut about } else { &mut items };
                    target.extend_from_slice(&field(tag, &message));
                }
                Some(Next::Message { length, .. }) => {
                    let offset = self.at;
                    if !self.skip(length)? {
                        return self.damaged(emit);
                    }
                    let damage = Some(format!("a span of {length} bytes at byte {offset} is larger than 256 MiB"));
                    emit(Piece { offset, read: length, damage, ..Piece::default() })?;
                }
                None => return self.damaged(emit),
            }
        }
    }
}

impl<R: Read> Pieces for Messages<R> {
    fn each(mut self, emit: Emit<'_>) -> Result<(), ImportError> {
        loop {
            match self.next(u64::MAX)? {
                Some(Next::End) => return Ok(()),
                Some(Next::Other) => {}
                Some(Next::Message { tag: FIRST, length }) if length > WHOLE => {
                    let end = self.at.saturating_add(length);
                    self.resource(end, emit)?;
                }
                Some(Next::Message { tag: FIRST, length }) => {
                    let offset = self.at;
                    let Some(bytes) = self.whole(length, emit)? else { return Ok(()) };
                    emit(Piece { offset, read: length, bytes, ..Piece::default() })?;
                }
                Some(Next::Message { length, .. }) => {
                    if !self.skip(length)? {
                        return self.damaged(emit);
                    }
                }
                None => return self.damaged(emit),
            }
        }
    }
}

/// A field with its tag and length.
fn field(tag: u64, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + 11);
    for mut number in [tag, message.len() as u64] {
        while number >= 0x80 {
            bytes.push((number as u8 & 0x7f) | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    }
    bytes.extend_from_slice(message);
    bytes
}
