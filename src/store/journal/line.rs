//! One line of a journal.

use super::record::JournalRecord;

/// Writes a record as a line.
pub(super) fn encode(record: &JournalRecord) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = b"00000000\t".to_vec();
    let start = line.len();
    serde_json::to_writer(&mut line, record)?;
    let sum = format!("{:08x}", crc32c::crc32c(&line[start..]));
    line[..sum.len()].copy_from_slice(sum.as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// Reads a line without its line feed; the error says what is wrong with it.
pub(super) fn decode(line: &[u8]) -> Result<JournalRecord, String> {
    let (Some(sum), Some(b'\t'), Some(json)) = (line.get(..8), line.get(8), line.get(9..)) else {
        return Err("it has no checksum".to_owned());
    };
    let stated = std::str::from_utf8(sum).ok().and_then(|hex| u32::from_str_radix(hex, 16).ok());
    if stated != Some(crc32c::crc32c(json)) {
        return Err("its checksum is wrong".to_owned());
    }
    serde_json::from_slice(json).map_err(|error| format!("this version cannot read it: {error}"))
}
