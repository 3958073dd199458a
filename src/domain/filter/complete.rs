//! Completion of the word under the cursor.

use super::ast::Has;
use super::field::FIELDS;
use crate::domain::cause::Cause;
use crate::domain::span::{SpanKind, SpanStatus};

/// Words that may stand for the one that ends at the cursor, best first; each replaces that whole word.
///
/// The cursor counts code points from 0. The word begins after white space, an opening parenthesis or a leading `-`.
pub fn complete(text: &str, cursor: usize) -> Vec<String> {
    let before: String = text.chars().take(cursor).collect();
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let word = word.trim_start_matches('-').to_lowercase();
    match word.split_once([':', '=']) {
        Some((field, value)) => values(field.trim_end_matches('!'))
            .into_iter()
            .filter(|known| known.starts_with(value) && *known != value)
            .map(|known| format!("{}{known}", &word[..word.len() - value.len()]))
            .collect(),
        None => FIELDS
            .iter()
            .map(|field| if field.name.ends_with('.') { field.name.to_owned() } else { format!("{}:", field.name) })
            .chain(["span(", "not", "or"].map(str::to_owned))
            .filter(|known| known.starts_with(&word) && *known != word)
            .collect(),
    }
}

fn values(field: &str) -> Vec<&'static str> {
    match field {
        "cause" => Cause::ALL.map(Cause::as_str).to_vec(),
        "kind" => SpanKind::ALL.map(SpanKind::as_str).to_vec(),
        "status" => [SpanStatus::Ok, SpanStatus::Error, SpanStatus::Unset].map(SpanStatus::as_str).to_vec(),
        "has" => Has::ALL.map(Has::as_str).to_vec(),
        "since" => vec!["1h", "24h", "7d", "30d"],
        _ => Vec::new(),
    }
}
