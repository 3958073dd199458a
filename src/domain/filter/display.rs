//! A tree as text in its normal form: reading it gives the same tree.

use std::fmt;

use super::ast::{Compare, Condition, Expr, Field, Filter, Number, Pattern, Test};
use crate::domain::time::Timestamp;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::And(parts) => join(f, parts, " "),
            Self::Or(parts) => join(f, parts, " or "),
            Self::Not(inner) => {
                f.write_str("-")?;
                operand(f, inner)
            }
            Self::Text(text) => write_text(f, text),
            Self::Is(condition) => condition.fmt(f),
            Self::Has(has) => write!(f, "has:{}", has.as_str()),
            Self::Span(inner) => write!(f, "span({inner})"),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expr], separator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        operand(f, part)?;
    }
    Ok(())
}

fn operand(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    if matches!(expr, Expr::And(_) | Expr::Or(_)) { write!(f, "({expr})") } else { fmt::Display::fmt(expr, f) }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Field::Time, Test::Compare { op: op @ (Compare::Ge | Compare::Le), value }) = (&self.field, &self.test)
        {
            let word = if *op == Compare::Ge { "since" } else { "until" };
            return write!(f, "{word}:{value}");
        }
        self.field.fmt(f)?;
        match &self.test {
            Test::Equals(Pattern::Glob(glob)) => write!(f, ":{glob}"),
            Test::Equals(Pattern::Literal(text)) => {
                f.write_str(":")?;
                if is_bare_value(text) && !matches!(self.field, Field::Score(_)) {
                    f.write_str(text)
                } else {
                    write_quoted(f, text)
                }
            }
            Test::Compare { op, value } => write!(f, "{}{value}", op.as_str()),
            Test::Range { low, high } if low == high && !matches!(self.field, Field::Attr(_)) => write!(f, ":{low}"),
            Test::Range { low, high } => write!(f, ":{low}..{high}"),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Score(key) | Self::Attr(key) => {
                if !key.is_empty()
                    && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
                {
                    f.write_str(key)
                } else {
                    write_quoted(f, key)
                }
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usd(amount) => {
                let digits = amount.to_string();
                match digits.strip_prefix('-') {
                    Some(digits) => write!(f, "-${digits}"),
                    None => write!(f, "${digits}"),
                }
            }
            Self::Millis(number) => write!(f, "{number}ms"),
            Self::Plain(number) => write!(f, "{number}"),
            Self::At(time) => write_time(f, *time),
        }
    }
}

/// RFC 3339 in UTC with as many digits as the point needs.
fn write_time(f: &mut fmt::Formatter<'_>, time: Timestamp) -> fmt::Result {
    match jiff::Timestamp::from_nanosecond(i128::from(time.nanos())) {
        Ok(time) => write!(f, "{time}"),
        Err(_) => f.write_str(&time.to_rfc3339()),
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let keyword = ["and", "or", "not"].iter().any(|word| word.eq_ignore_ascii_case(text));
    let plain = text.starts_with(char::is_alphanumeric)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '\'' | '.' | ','));
    if plain && !keyword { f.write_str(text) } else { write_quoted(f, text) }
}

fn is_bare_value(text: &str) -> bool {
    !text.is_empty()
        && !text.contains("..")
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '#' | '+' | '~'))
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
