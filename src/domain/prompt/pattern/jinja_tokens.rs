//! Divides a Jinja template into text, `{{ }}` and `{% %}`, and an expression into its words.

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Text(String),
    /// The inside of `{{ }}`.
    Output(String),
    /// The inside of `{% %}`.
    Tag(String),
}

/// Divides a template; `None` where something is never closed.
pub(super) fn tokens(template: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = template;
    // A `-` at the end of what stood before strips the white space that follows.
    let mut strip = false;
    while let Some(at) = opening(rest) {
        let (before, from) = rest.split_at(at);
        let kind = from.as_bytes()[1];
        let inside = &from[2..];
        let close = match kind {
            b'{' => "}}",
            b'%' => "%}",
            _ => "#}",
        };
        let end = if kind == b'#' { inside.find(close)? } else { closing(inside, close)? };
        let (mut code, after) = (&inside[..end], &inside[end + 2..]);
        let mut text = if strip { before.trim_start() } else { before };
        if let Some(tight) = code.strip_prefix('-') {
            (code, text) = (tight, text.trim_end());
        } else if let Some(loose) = code.strip_prefix('+') {
            code = loose;
        }
        push(&mut tokens, text);
        strip = code.ends_with('-');
        let code = code.trim_end_matches(['-', '+']).trim();
        rest = after;
        match kind {
            b'{' => tokens.push(Token::Output(code.to_owned())),
            b'%' if code == "raw" => {
                let (raw, behind, stripped) = raw_block(rest, strip)?;
                push(&mut tokens, raw);
                (rest, strip) = (behind, stripped);
            }
            b'%' => tokens.push(Token::Tag(code.to_owned())),
            _ => {}
        }
    }
    push(&mut tokens, if strip { rest.trim_start() } else { rest });
    Some(tokens)
}

fn push(tokens: &mut Vec<Token>, text: &str) {
    if text.is_empty() {
        return;
    }
    match tokens.last_mut() {
        Some(Token::Text(before)) => before.push_str(text),
        _ => tokens.push(Token::Text(text.to_owned())),
    }
}

fn opening(text: &str) -> Option<usize> {
    ["{{", "{%", "{#"].into_iter().filter_map(|open| text.find(open)).min()
}

/// Where code ends: not within a quoted text.
fn closing(code: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in code.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if code[at..].starts_with(close) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The text up to `{% endraw %}`, what follows it, and whether white space is stripped there.
fn raw_block(text: &str, strip: bool) -> Option<(&str, &str, bool)> {
    for (at, _) in text.match_indices("{%") {
        let inside = &text[at + 2..];
        let Some(end) = inside.find("%}") else { continue };
        let code = &inside[..end];
        if code.trim_matches(['-', '+', ' ', '\t', '\n', '\r']) == "endraw" {
            let raw = if strip { text[..at].trim_start() } else { &text[..at] };
            let raw = if code.starts_with('-') { raw.trim_end() } else { raw };
            return Some((raw, &inside[end + 2..], code.ends_with('-')));
        }
    }
    None
}

/// A word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Name(String),
    Text(String),
    Number(String),
    Sign(char),
}

/// The words of an expression; `None` where a quoted text is never closed.
pub(super) fn words(code: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut chars = code.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if matches!(c, '"' | '\'') {
            let mut text = String::new();
            loop {
                match chars.next()?.1 {
                    '\\' => text.push(match chars.next()?.1 {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    }),
                    end if end == c => break,
                    other => text.push(other),
                }
            }
            words.push(Word::Text(text));
        } else if c.is_alphanumeric() || c == '_' {
            let mut end = at + c.len_utf8();
            while let Some((next, more)) = chars.next_if(|(_, more)| more.is_alphanumeric() || *more == '_') {
                end = next + more.len_utf8();
            }
            let word = code[at..end].to_owned();
            words.push(if c.is_ascii_digit() { Word::Number(word) } else { Word::Name(word) });
        } else {
            words.push(Word::Sign(c));
        }
    }
    Some(words)
}
