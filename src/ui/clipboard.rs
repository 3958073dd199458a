//! Copying through the terminal (OSC 52), which works over SSH and needs no helper.

use base64::Engine as _;

/// The most bytes copied: terminals drop longer sequences silently.
pub const LIMIT: usize = 75_000;

/// Why a text was not copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are too many for the terminal's clipboard (at most {LIMIT}); `e` opens the text in an editor")]
pub struct TooLong {
    bytes: usize,
}

/// The bytes that put a text on the terminal's clipboard.
pub fn sequence(text: &str) -> Result<String, TooLong> {
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    if encoded.len() > LIMIT {
        return Err(TooLong { bytes: text.len() });
    }
    Ok(format!("\x1b]52;c;{encoded}\x07"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_the_sequence_and_long_text_is_refused() {
        assert_eq!(sequence("a\x07\x1b").unwrap(), "\x1b]52;c;YQcb\x07");
        assert!(sequence(&"x".repeat(LIMIT)).unwrap_err().to_string().contains("75000"));
    }
}
