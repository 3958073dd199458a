//! Plain templates: `{{name}}` and nothing else.

use std::ops::Range;

use super::{Nesting, Piece, Token};

/// Whether blanks may stand between the braces and the name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// They may.
    Taken,
    /// With them it is literal text.
    Refused,
}

/// Scans a range of a file.
pub(super) fn scan(text: &str, range: Range<usize>, blanks: Blanks) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = range.start;
    let mut at = range.start;
    while let Some(open) = text[at..range.end].find("{{").map(|found| at + found) {
        let Some(close) = text[open + 2..range.end].find(['}', '{', '\n']).map(|found| open + 2 + found) else { break };
        let written = &text[open + 2..close];
        let name = if blanks == Blanks::Taken { written.trim() } else { written };
        if !is_name(name) || !text[close..range.end].starts_with("}}") {
            at = open + 2;
            continue;
        }
        push(&mut pieces, literal..open, Token::Text);
        push(&mut pieces, open..close + 2, Token::Print(vec![name.to_owned()]));
        at = close + 2;
        literal = at;
    }
    push(&mut pieces, literal..range.end, Token::Text);
    pieces
}

fn push(pieces: &mut Vec<Piece>, range: Range<usize>, token: Token) {
    if !range.is_empty() {
        pieces.push(Piece { range, token, nesting: Nesting::Once });
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}
