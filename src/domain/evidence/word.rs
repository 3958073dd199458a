//! Names within a trailer, written so that no name can be taken for what stands around it.

/// A name as one word: white space, control characters, commas, round brackets and per cent signs become `%XX`.
pub(super) fn encode(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, ',' | '(' | ')' | '%') {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let hex = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half)]);
                word.extend(['%', hex(byte >> 4), hex(byte & 15)]);
            }
        } else {
            word.push(c);
        }
    }
    word
}

/// The name that a word stands for; `None` where it stands for none.
pub(super) fn decode(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok().filter(|name| !name.is_empty())
}
