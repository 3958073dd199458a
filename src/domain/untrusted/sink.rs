//! Safe forms for machine-readable output.

use std::fmt::Write as _;

use super::code_point::is_forbidden;
use super::lines::safe_plain_lines;

/// A valid JSON text with everything that could steer a terminal or hide written as `\u` escapes; its content is
/// unchanged. Line breaks and tabs between values stay.
pub fn escape_json(json: &str) -> String {
    if json.bytes().all(|byte| byte.is_ascii() && byte != 0x7F) {
        return json.to_owned();
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if matches!(c, '\n' | '\r' | '\t' | '\u{FFFD}') || !is_forbidden(c) {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// A text as the content of a CSV cell: safe, and with a `'` before what a spreadsheet would take for a formula.
///
/// For text only: a negative number would get one too.
pub fn csv_cell(text: &str) -> String {
    let safe = safe_plain_lines(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{safe}") } else { safe }
}
