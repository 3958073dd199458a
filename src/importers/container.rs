//! Opens what a file is wrapped in: gzip, zstd, a byte order mark. Recognised by content, never by suffix.

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

/// Bytes of the decompressed beginning that formats are recognised by.
pub const HEAD: usize = 64 * 1024;
/// Compression inside compression is opened this often.
const LAYERS: usize = 3;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// An opened file.
pub struct Opened<'a> {
    /// Its beginning, for recognising the format; the reader gives it again.
    pub head: Vec<u8>,
    /// The whole content.
    pub reader: Box<dyn Read + Send + 'a>,
}

/// Opens a stream.
pub fn open<'a>(reader: impl Read + Send + 'a) -> io::Result<Opened<'a>> {
    let mut reader: Box<dyn Read + Send + 'a> = Box::new(reader);
    for _ in 0..LAYERS {
        let (start, rest) = peek(reader, 4)?;
        reader = if start.starts_with(GZIP) {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(256 * 1024, rest)))
        } else if start.starts_with(ZSTD) {
            Box::new(zstd::stream::read::Decoder::new(rest)?)
        } else {
            reader = rest;
            break;
        };
    }
    let (start, rest) = peek(reader, BYTE_ORDER_MARK.len())?;
    let mut reader = rest;
    if start == BYTE_ORDER_MARK {
        reader.read_exact(&mut [0; 3])?;
    }
    let (head, reader) = peek(reader, HEAD)?;
    Ok(Opened { head, reader })
}

/// The first bytes, and a reader that still begins with them.
fn peek<'a>(mut reader: Box<dyn Read + Send + 'a>, size: usize) -> io::Result<(Vec<u8>, Box<dyn Read + Send + 'a>)> {
    let mut head = Vec::with_capacity(size);
    let outcome = reader.by_ref().take(size as u64).read_to_end(&mut head);
    // A stream that is cut off still shows what it began with; the error comes again to whoever reads on.
    if head.is_empty() {
        outcome?;
    }
    let whole = Cursor::new(head.clone()).chain(reader);
    Ok((head, Box::new(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn content(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut opened = open(bytes).unwrap();
        let mut all = Vec::new();
        opened.reader.read_to_end(&mut all).unwrap();
        (opened.head, all)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn wrappings_come_off_by_content() {
        let plain = b"{\"a\":1}".to_vec();
        assert_eq!(content(&plain), (plain.clone(), plain.clone()));
        assert_eq!(content(b"\xef\xbb\xbf{\"a\":1}"), (plain.clone(), plain.clone()));
        assert_eq!(content(&zstd::encode_all(&plain[..], 1).unwrap()).1, plain);
        assert_eq!(content(&gzip(&gzip(b"\xef\xbb\xbf{\"a\":1}"))).1, plain);
        assert_eq!(content(b"").1, b"");
    }

    #[test]
    fn all_members_of_a_gzip_file_are_read() {
        let both = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(content(&both).1, b"one\ntwo\n");
    }
}
