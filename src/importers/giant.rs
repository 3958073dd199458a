//! Cuts one huge OTLP/JSON document into its spans, so that no file needs to fit in memory.
//!
//! Each piece is a small request of its own: the resource and scope read so far around some spans.

use std::io::{self, Read};

use super::batch::ImportError;
use super::pool::{Layout, Piece};

/// Spans are put together into pieces of about this many bytes.
const PIECE: usize = 1024 * 1024;
/// The largest value that is held: a span with all its attributes.
const LARGEST: usize = 256 * 1024 * 1024;
/// Bytes asked of the reader at once.
const CHUNK: u64 = 256 * 1024;

type Emit<'a> = &'a mut dyn FnMut(Piece) -> Result<(), ImportError>;

/// JSON text that is read on as needed.
pub struct Text<'r, R> {
    held: Vec<u8>,
    at: usize,
    reader: &'r mut R,
    line: u64,
    offset: u64,
}

impl<'r, R: Read> Text<'r, R> {
    /// Text that begins with bytes already read, at this line and byte of the file.
    pub const fn new(held: Vec<u8>, reader: &'r mut R, line: u64, offset: u64) -> Self {
        Self { held, at: 0, reader, line, offset }
    }

    /// What was read and not used, with its line and byte.
    pub fn into_rest(mut self) -> (Vec<u8>, u64, u64) {
        (self.held.split_off(self.at), self.line, self.offset)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.held.len() {
            self.held.clear();
            self.at = 0;
            self.reader.by_ref().take(CHUNK).read_to_end(&mut self.held)?;
        }
        Ok(self.held.get(self.at).copied())
    }

    fn advance(&mut self, byte: u8) {
        self.at += 1;
        self.offset += 1;
        self.line += u64::from(byte == b'\n');
    }

    /// The next byte that is no white space, not taken.
    fn token(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.advance(byte);
        }
        Ok(None)
    }

    /// Takes the next byte if it is this one.
    fn take(&mut self, wanted: u8) -> io::Result<bool> {
        let found = self.token()? == Some(wanted);
        if found {
            self.advance(wanted);
        }
        Ok(found)
    }

    /// Takes one whole value; `None` where it is larger than is held.
    fn value(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        self.token()?;
        while let Some(byte) = self.peek()? {
            let ends_scalar = depth == 0 && !in_string && matches!(byte, b',' | b']' | b'}' | b'\n' | b' ' | b'\r');
            if ends_scalar {
                break;
            }
            self.advance(byte);
            if value.len() <= LARGEST {
                value.push(byte);
            }
            if in_string {
                in_string = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 && !in_string && matches!(byte, b'"' | b'}' | b']') {
                break;
            }
        }
        Ok((value.len() <= LARGEST).then_some(value))
    }

    /// Takes `"key":` and gives the key with its quotes.
    fn key(&mut self) -> io::Result<Vec<u8>> {
        let key = self.value()?.unwrap_or_default();
        self.take(b':')?;
        Ok(key)
    }
}

/// Which list of a document is being walked, for the request that is put around its spans.
#[derive(Clone, Copy)]
struct Names {
    resources: &'static str,
    scopes: &'static str,
    items: &'static str,
}

const SPANS: Names = Names { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" };
const LOGS: Names = Names { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" };

/// Cuts the document that begins here.
pub fn cut<R: Read>(text: &mut Text<'_, R>, emit: Emit<'_>) -> Result<(), ImportError> {
    if !text.take(b'{')? {
        let (line, offset) = (text.line, text.offset);
        text.value()?;
        text.take(b',')?;
        return emit(damage(line, offset, text.offset, "a record is too large and is no OTLP body"));
    }
    members(text, emit, &mut |text, emit, key| match key {
        b"\"resourceSpans\"" | b"\"resource_spans\"" => {
            elements(text, emit, &mut |text, emit| resource(text, emit, SPANS))
        }
        b"\"resourceLogs\"" | b"\"resource_logs\"" => {
            elements(text, emit, &mut |text, emit| resource(text, emit, LOGS))
        }
        _ => Ok(text.value().map(drop)?),
    })
}

fn resource<R: Read>(text: &mut Text<'_, R>, emit: Emit<'_>, names: Names) -> Result<(), ImportError> {
    let mut about = b"{}".to_vec();
    if !text.take(b'{')? {
        return Ok(text.value().map(drop)?);
    }
    members(text, emit, &mut |text, emit, key| match key {
        b"\"resource\"" => {
            about = text.value()?.unwrap_or_else(|| b"{}".to_vec());
            Ok(())
        }
        b"\"scopeSpans\"" | b"\"scope_spans\"" | b"\"scopeLogs\"" | b"\"scope_logs\"" => {
            elements(text, emit, &mut |text, emit| scope(text, emit, names, &about))
        }
        _ => Ok(text.value().map(drop)?),
    })
}

fn scope<R: Read>(text: &mut Text<'_, R>, emit: Emit<'_>, names: Names, resource: &[u8]) -> Result<(), ImportError> {
    let mut about = b"{}".to_vec();
    if !text.take(b'{')? {
        return Ok(text.value().map(drop)?);
    }
    members(text, emit, &mut |text, emit, key| match key {
        b"\"scope\"" => {
            about = text.value()?.unwrap_or_else(|| b"{}".to_vec());
            Ok(())
        }
        b"\"spans\"" | b"\"logRecords\"" | b"\"log_records\"" => items(text, emit, names, resource, &about),
        _ => Ok(text.value().map(drop)?),
    })
}

fn items<R: Read>(
    text: &mut Text<'_, R>,
    emit: Emit<'_>,
    names: Names,
    resource: &[u8],
    scope: &[u8],
) -> Result<(), ImportError> {
    let mut gathered: Vec<u8> = Vec::new();
    let (mut line, mut offset) = (text.line, text.offset);
    let around = |gathered: &mut Vec<u8>, line: u64, offset: u64, end: u64| {
        let mut bytes = Vec::with_capacity(gathered.len() + resource.len() + scope.len() + 96);
        bytes.extend_from_slice(format!("{{\"{}\":[{{\"resource\":", names.resources).as_bytes());
        bytes.extend_from_slice(resource);
        bytes.extend_from_slice(format!(",\"{}\":[{{\"scope\":", names.scopes).as_bytes());
        bytes.extend_from_slice(scope);
        bytes.extend_from_slice(format!(",\"{}\":[", names.items).as_bytes());
        bytes.append(gathered);
        bytes.extend_from_slice(b"]}]}]}");
        Piece { line, offset, read: end.saturating_sub(offset), bytes, layout: Layout::One, damage: None }
    };
    elements(text, emit, &mut |text, emit| {
        let (item_line, item_offset) = (text.line, text.offset);
        match text.value()? {
            Some(item) => {
                if !gathered.is_empty() {
                    gathered.push(b',');
                }
                gathered.extend_from_slice(&item);
            }
            None => emit(damage(item_line, item_offset, text.offset, "a span is larger than 256 MiB"))?,
        }
        if gathered.len() >= PIECE {
            emit(around(&mut gathered, line, offset, text.offset))?;
            (line, offset) = (text.line, text.offset);
        }
        Ok(())
    })?;
    if gathered.is_empty() { Ok(()) } else { emit(around(&mut gathered, line, offset, text.offset)) }
}

fn damage(line: u64, offset: u64, end: u64, reason: &str) -> Piece {
    Piece { line, offset, read: end.saturating_sub(offset), damage: Some(reason.to_owned()), ..Piece::default() }
}

type OnMember<'a, R> = &'a mut dyn FnMut(&mut Text<'_, R>, Emit<'_>, &[u8]) -> Result<(), ImportError>;
type OnElement<'a, R> = &'a mut dyn FnMut(&mut Text<'_, R>, Emit<'_>) -> Result<(), ImportError>;

/// Walks the members of an object whose opening bracket has been taken.
fn members<R: Read>(text: &mut Text<'_, R>, emit: Emit<'_>, on: OnMember<'_, R>) -> Result<(), ImportError> {
    loop {
        match text.token()? {
            Some(b'}') => {
                text.advance(b'}');
                return Ok(());
            }
            Some(b'"') => {
                let key = text.key()?;
                on(text, emit, &key)?;
                text.take(b',')?;
            }
            Some(other) => {
                let (line, offset) = (text.line, text.offset);
                text.advance(other);
                emit(damage(line, offset, offset + 1, "invalid JSON: a name was expected here"))?;
                return skip_rest(text);
            }
            None => {
                return emit(damage(text.line, text.offset, text.offset, "the JSON is cut off at the end of the file"));
            }
        }
    }
}

/// Walks the elements of a list.
fn elements<R: Read>(text: &mut Text<'_, R>, emit: Emit<'_>, on: OnElement<'_, R>) -> Result<(), ImportError> {
    if !text.take(b'[')? {
        return Ok(text.value().map(drop)?);
    }
    loop {
        match text.token()? {
            Some(b']') => {
                text.advance(b']');
                return Ok(());
            }
            Some(b'}' | b':') => {
                let (line, offset) = (text.line, text.offset);
                emit(damage(line, offset, offset, "invalid JSON: a list is not closed"))?;
                return skip_rest(text);
            }
            Some(_) => {
                on(text, emit)?;
                text.take(b',')?;
            }
            None => return Ok(()),
        }
    }
}

/// After damage nothing in the document can be trusted; the next line begins afresh.
fn skip_rest<R: Read>(text: &mut Text<'_, R>) -> Result<(), ImportError> {
    while let Some(byte) = text.peek()? {
        text.advance(byte);
        if byte == b'\n' {
            break;
        }
    }
    Ok(())
}
