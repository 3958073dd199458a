//! Trace and span ids in the spellings that files have: hex of any case, `0x` in front, base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Lower-case hex of raw id bytes; `None` where there are none or all are zero.
pub fn from_bytes(bytes: &[u8]) -> Option<String> {
    if bytes.iter().all(|&byte| byte == 0) {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 15)]));
    }
    Some(text)
}

/// The normal form of an id of `bytes` bytes; an id in no known form is kept as it is, an absent or zero one is `None`.
pub fn from_text(text: &str, bytes: usize) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.bytes().all(|digit| digit == b'0') {
        return None;
    }
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Some(digits.to_ascii_lowercase());
    }
    let decoded = if digits.ends_with('=') { STANDARD.decode(digits) } else { STANDARD_NO_PAD.decode(digits) };
    match decoded {
        Ok(raw) if raw.len() == bytes => from_bytes(&raw),
        _ => Some(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_an_id_are_one() {
        let hex = "5dd7e2508c13354a64009684 4ea9f0b2".replace(' ', "");
        assert_eq!(from_text(&hex.to_uppercase(), 16), Some(hex.clone()));
        assert_eq!(from_text(&format!("0x{hex}"), 16), Some(hex.clone()));
        assert_eq!(from_text("XdfiUIwTNUpkAJaETqnwsg==", 16), Some(hex));
        assert_eq!(from_text("mPtQ88PurGM=", 8), Some("98fb50f3c3eeac63".to_owned()));
        assert_eq!(from_text("0000000000000000", 8), None);
        assert_eq!(from_text("", 8), None);
        assert_eq!(from_text("run-7", 8), Some("run-7".to_owned()));
    }
}
