//! Marks of Dotprompt that a template spells out as text, as its functions expand to them elsewhere.

use super::Piece;

const OPEN: &str = "<<<dotprompt:";
const CLOSE: &str = ">>>";

/// The marks in a text: where each begins, what it is, and where it ends.
pub(in crate::domain) fn spelled(text: &str) -> Vec<(usize, Piece, usize)> {
    let mut marks = Vec::new();
    let (mut from, mut close) = (0, 0);
    while let Some(at) = text[from..].find(OPEN).map(|at| from + at) {
        let inner = at + OPEN.len();
        // Found once for all openings before it.
        if close < inner {
            let Some(found) = text[inner..].find(CLOSE) else { break };
            close = inner + found;
        }
        let near = &text[inner..close];
        let near = near.find(OPEN).map_or(near, |_| "");
        match mark(near) {
            Some(piece) => {
                marks.push((at, piece, close + CLOSE.len()));
                from = close + CLOSE.len();
            }
            None => from = inner,
        }
    }
    marks
}

fn mark(text: &str) -> Option<Piece> {
    if text == "history" {
        return Some(Piece::History);
    }
    if let Some(role) = text.strip_prefix("role:") {
        let plain = !role.is_empty() && role.bytes().all(|byte| byte.is_ascii_lowercase());
        return plain.then(|| Piece::Role(role.to_owned()));
    }
    if text.contains('\n') {
        return None;
    }
    let mut words = text.split(' ').skip(1);
    if text.starts_with("media:url") {
        let url = words.next()?.to_owned();
        return Some(Piece::Media { url, kind: words.next().filter(|kind| !kind.is_empty()).map(str::to_owned) });
    }
    text.starts_with("section").then(|| Piece::Section(words.next().unwrap_or_default().to_owned()))
}
