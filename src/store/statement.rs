//! What the user's SQL may be: one statement that reads.

use super::error::{Result, StoreError};

/// Words that a reading statement begins with.
const READS: [&str; 11] =
    ["SELECT", "WITH", "FROM", "VALUES", "TABLE", "DESCRIBE", "DESC", "SHOW", "SUMMARIZE", "EXPLAIN", "PIVOT"];

/// Checks that a text is one statement that reads; returns it without what follows its last semicolon.
///
/// The connection is read-only as well: this is for a clear message, and keeps settings and secrets as they are.
pub(super) fn one_read(sql: &str) -> Result<&str> {
    let refuse = |text: String| Err(StoreError::Refused(text));
    let mut statements = split(sql).into_iter().filter(|statement| !statement.word.is_empty());
    let Some(first) = statements.next() else {
        return refuse("there is no statement: write SELECT … FROM traces".to_owned());
    };
    if statements.next().is_some() {
        return refuse("one statement at a time: remove what follows the first semicolon".to_owned());
    }
    let word = first.word.to_ascii_uppercase();
    if word != "(" && word != "UNPIVOT" && !READS.contains(&word.as_str()) {
        return refuse(format!("`{word}` is not allowed here: queries only read (SELECT, FROM, DESCRIBE, EXPLAIN, …)"));
    }
    Ok(first.text)
}

struct Statement<'a> {
    text: &'a str,
    /// Its first word, or its first character where that is no letter; empty where nothing but comments is there.
    word: &'a str,
}

/// Splits at semicolons outside of strings, quoted names and comments.
fn split(sql: &str) -> Vec<Statement<'_>> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut word = "";
    let mut at = 0;
    while at < sql.len() {
        let rest = &sql[at..];
        let skipped = blank(rest);
        if skipped > 0 {
            at += skipped;
        } else if rest.starts_with(';') {
            statements.push(Statement { text: &sql[start..at], word });
            at += 1;
            (start, word) = (at, "");
        } else {
            let length = token(rest);
            if word.is_empty() {
                word = &rest[..length];
            }
            at += length;
        }
    }
    statements.push(Statement { text: &sql[start..], word });
    statements
}

/// The length of white space or a comment at the beginning of a text; 0 where there is neither.
fn blank(text: &str) -> usize {
    if let Some(comment) = text.strip_prefix("--") {
        return comment.find('\n').map_or(text.len(), |end| end + 2);
    }
    if text.starts_with("/*") {
        return text.get(2..).and_then(|rest| rest.find("*/")).map_or(text.len(), |end| end + 4);
    }
    text.chars().next().filter(|c| c.is_whitespace()).map_or(0, char::len_utf8)
}

/// The length of the word, string, quoted name or other character at the beginning of a text that is not empty.
fn token(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    match first {
        '\'' | '"' => quoted(text, first),
        '$' => dollar_quoted(text).unwrap_or(1),
        c if c.is_alphabetic() || c == '_' => {
            let length = chars.find(|(_, c)| !c.is_alphanumeric() && *c != '_').map_or(text.len(), |(end, _)| end);
            // In E'…' a backslash hides a quote.
            match &text[..length] {
                "e" | "E" if text[length..].starts_with('\'') => length + escaped(&text[length..]),
                _ => length,
            }
        }
        c => c.len_utf8(),
    }
}

fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

fn escaped(text: &str) -> usize {
    let mut hidden = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let end = text[1..].find('$')? + 2;
    let tag = &text[..end];
    if !tag[1..end - 1].chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    Some(text[end..].find(tag).map_or(text.len(), |found| end + found + tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_statement_passes() {
        for sql in [
            "select 1",
            " -- why\n/* what; */ SELECT ';' , \"a;b\", $$;$$, $x$;$x$, E'\\';' ;  -- end",
            "(select 1) union (select 2)",
            "from traces",
            "explain select 1",
            "values (1)",
        ] {
            assert!(one_read(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for (sql, reason) in [
            ("", "no statement"),
            (" ; -- nothing", "no statement"),
            ("select 1; select 2", "one statement"),
            ("drop table store.spans", "`DROP`"),
            ("SET threads = 1", "`SET`"),
            ("attach ':memory:' as x", "`ATTACH`"),
            ("copy (select 1) to 'x'", "`COPY`"),
            ("'select'", "not allowed"),
        ] {
            let error = one_read(sql).unwrap_err().to_string();
            assert!(error.contains(reason), "{sql}: {error}");
        }
    }
}
