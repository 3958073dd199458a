//! The difference of JSON values as lines of plain text.

use crate::domain::diff::{Mark, RowValue, Stretch, StructureRow, stretches};
use crate::domain::untrusted::safe_plain;

/// A row as one safe line: the sign, the key, the value; changed words in `[-old-]{+new+}`.
pub fn row(row: &StructureRow) -> String {
    let value = match &row.value {
        RowValue::Json(json) => json.clone(),
        RowValue::Below => String::new(),
        RowValue::Words(pieces) => stretches(pieces).iter().map(marked).collect(),
    };
    // A patch's viewer colours `!` as changed and knows no `~`.
    let sign = if row.mark == Mark::Edited { "!" } else { row.mark.sign() };
    let text = safe_plain(&format!("{}{value}", row.label()));
    format!("{sign} {}{text}", "  ".repeat(row.depth)).trim_end().to_owned()
}

fn marked(stretch: &Stretch<'_>) -> String {
    match stretch {
        Stretch::Equal(text) => (*text).to_owned(),
        Stretch::Changed("", new, _) => format!("{{+{new}+}}"),
        Stretch::Changed(old, "", _) => format!("[-{old}-]"),
        Stretch::Changed(old, new, _) => format!("[-{old}-]{{+{new}+}}"),
    }
}

/// No more of a text than a report holds, and how many characters were left out.
pub fn beginning(text: &str, most: usize) -> (&str, usize) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], text[end..].chars().count()),
        None => (text, 0),
    }
}
