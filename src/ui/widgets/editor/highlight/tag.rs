//! Template tags: `{{ }}`, `{% %}` and comments, over lines where they go on.

use super::line::{Look, Tokens};
use crate::ui::theme::Role;

/// A tag that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `{{ … }}`.
    Expression,
    /// `{% … %}`.
    Statement,
    /// `{# … #}`.
    Comment,
    /// `{{! … }}`.
    ShortComment,
    /// `{{!-- … --}}`.
    LongComment,
}

/// Helpers of Dotprompt that begin a message or a part of one.
const MARKERS: [&str; 4] = ["role ", "history", "media ", "section "];

impl Tag {
    /// The tag that begins at the start of a text.
    pub fn opening(text: &str) -> Option<Self> {
        Some(match text.as_bytes() {
            [b'{', b'{', b'!', b'-', b'-', ..] => Self::LongComment,
            [b'{', b'{', b'!', ..] => Self::ShortComment,
            [b'{', b'{', ..] => Self::Expression,
            [b'{', b'%', ..] => Self::Statement,
            [b'{', b'#', ..] => Self::Comment,
            _ => return None,
        })
    }

    const fn close(self) -> &'static str {
        match self {
            Self::Expression | Self::ShortComment => "}}",
            Self::Statement => "%}",
            Self::Comment => "#}",
            Self::LongComment => "--}}",
        }
    }

    const fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::ShortComment | Self::LongComment)
    }

    /// Reads the tag from `from` on; `None` where it goes on in the next line, else where it ends.
    pub fn lex(self, line: &str, from: usize, tokens: &mut Tokens) -> Option<usize> {
        let text = &line[from..];
        let close = text.find(self.close()).map(|at| {
            let end = from + at + self.close().len();
            // `{{{raw}}}` has a third bracket.
            if text.starts_with("{{{") && line[end..].starts_with('}') { end + 1 } else { end }
        });
        let end = close.unwrap_or(line.len());
        let inner = text.trim_start_matches(['{', '~', ' ']);
        if self.is_comment() {
            tokens.add(from..end, Look::Role(Role::CodeComment));
        } else if text.starts_with('{') && MARKERS.iter().any(|name| inner.starts_with(name)) {
            tokens.add(from..end, Look::Role(Role::Mark));
        } else {
            inside(line, from, end, tokens);
        }
        close
    }
}

/// The parts of a tag: strings and numbers in their colours, the rest as names.
fn inside(line: &str, from: usize, end: usize, tokens: &mut Tokens) {
    let bytes = line.as_bytes();
    let key = Look::Role(Role::CodeKey);
    let (mut at, mut begin) = (from, from);
    while at < end {
        let before = if at == from { b' ' } else { bytes[at - 1] };
        let (stop, role) = match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let close = memchr::memchr(quote, &bytes[at + 1..end]).map_or(at + 1, |place| at + place + 2);
                (close, Role::CodeString)
            }
            b'0'..=b'9' if !before.is_ascii_alphanumeric() && before != b'_' => {
                let digits = bytes[at..end].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                (at + digits, Role::CodeNumber)
            }
            _ => {
                at += 1;
                continue;
            }
        };
        tokens.add(begin..at, key);
        tokens.add(at..stop, Look::Role(role));
        (at, begin) = (stop, stop);
    }
    tokens.add(begin..end, key);
}
