//! JSON that nests deeper than the reader goes: the attribute that does is kept as the text it was written as.

/// Depth at which JSON text is no longer read but kept; the JSON reader itself stops at 128.
const LIMIT: usize = 120;

/// Rewrites a record so that every attribute value which nests too deep becomes a string of its own JSON.
///
/// `None` where something else than an attribute value is too deep.
pub fn flatten(record: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(record.len() + record.len() / 8);
    let mut copied = 0;
    let mut depth = 0_usize;
    let mut deepest = 0_usize;
    let mut value: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(&byte) = record.get(at) {
        match byte {
            b'"' => at = end_of_string(record, at)?,
            b'{' | b'[' => {
                depth += 1;
                if value.is_none() {
                    if byte == b'{' && follows_value_key(record, at) {
                        value = Some((at, depth));
                        deepest = depth;
                    } else if depth > LIMIT {
                        return None;
                    }
                }
                deepest = deepest.max(depth);
            }
            b'}' | b']' => {
                if let Some((start, opened)) = value
                    && depth == opened
                {
                    value = None;
                    if deepest > LIMIT {
                        out.extend_from_slice(record.get(copied..start)?);
                        let text = String::from_utf8_lossy(record.get(start..=at)?);
                        out.extend_from_slice(b"{\"stringValue\":");
                        serde_json::to_writer(&mut out, &*text).ok()?;
                        out.push(b'}');
                        copied = at + 1;
                    }
                }
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
        at += 1;
    }
    out.extend_from_slice(record.get(copied..)?);
    (copied > 0).then_some(out)
}

/// The position of the quote that ends the string which begins at `start`.
fn end_of_string(record: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', record.get(at..)?)?;
        if record.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn follows_value_key(record: &[u8], at: usize) -> bool {
    let before = record.get(..at).unwrap_or_default().trim_ascii_end();
    before.strip_suffix(b":").is_some_and(|before| before.trim_ascii_end().ends_with(b"\"value\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_deep_value_becomes_text() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        let record = format!(
            "{{\"attributes\":[{{\"key\":\"a\",\"value\":{{\"x\":{deep}}}}},{{\"key\":\"b\",\"value\":{{\"intValue\":1}}}}]}}"
        );
        let flat = flatten(record.as_bytes()).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&flat).unwrap();
        assert_eq!(json["attributes"][0]["value"]["stringValue"], format!("{{\"x\":{deep}}}"));
        assert_eq!(json["attributes"][1]["value"]["intValue"], 1);
        assert_eq!(flatten("[".repeat(300).as_bytes()), None);
    }
}
