//! Clauses: the pieces of a sentence that can be true apart from each other.

use std::ops::Range;

use super::lexicon::sense;
use super::tokens::{Token, TokenKind};

/// Cuts a run of tokens into clauses, as ranges of token numbers counted from `first`: at marks (`,` `;` `:` `|` and
/// the like) and before joining words (`and`, `but`, `if`), where both sides have something to say.
pub(super) fn clauses(tokens: &[Token], first: usize, out: &mut Vec<Range<usize>>) {
    let begun = out.len();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let cut = match token.kind {
            TokenKind::Mark(c) => {
                matches!(c, ',' | ';' | ':' | '|' | '(' | ')' | '—' | '–' | '、' | '，' | '。' | '.' | '!' | '?' | '\n')
            }
            _ => token.has(sense::JOINT) && at > start,
        };
        if cut && says_something(&tokens[start..at]) && says_something(&tokens[at..]) {
            out.push(first + start..first + at);
            start = at;
        }
    }
    if start < tokens.len() {
        out.push(first + start..first + tokens.len());
    }
    merge_short(tokens, first, begun, out);
}

/// At least a content word or a number.
fn says_something(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token.kind, TokenKind::Content | TokenKind::Digits))
}

/// Joins a clause of one content word and no number to the one before it.
fn merge_short(tokens: &[Token], first: usize, begun: usize, out: &mut Vec<Range<usize>>) {
    let mut at = begun + 1;
    while at < out.len() {
        let part = &tokens[out[at].start - first..out[at].end - first];
        let heavy = part.iter().filter(|token| matches!(token.kind, TokenKind::Content | TokenKind::Digits)).count();
        let table = part.first().is_some_and(|token| token.kind == TokenKind::Mark('|'));
        if heavy < 2 && !table && !part.iter().any(|token| token.kind == TokenKind::Digits) {
            out[at - 1].end = out[at].end;
            out.remove(at);
        } else {
            at += 1;
        }
    }
}
