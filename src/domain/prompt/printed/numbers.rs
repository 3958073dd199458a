//! Floating-point numbers: the same shortest digits in every language, laid out by different rules.

use serde_json::Number;

/// When a number is written with an exponent, and how.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// The smallest decimal exponent that is written without one.
    pub(super) least: i32,
    /// The smallest decimal exponent that is written with one again.
    pub(super) most: i32,
    /// Fewest digits of an exponent.
    pub(super) exponent_digits: usize,
    /// What a whole number ends in.
    pub(super) whole: &'static str,
}

/// A JSON number in a language's layout; whole numbers stand as they are.
pub(super) fn number(number: &Number, layout: Layout) -> String {
    match number.as_f64() {
        Some(real) if number.is_f64() => float(real, layout),
        _ => number.to_string(),
    }
}

fn float(real: f64, layout: Layout) -> String {
    // Rust writes the shortest digits that read back as the same number, as the other languages do.
    let scientific = format!("{real:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    if real == 0.0 {
        return format!("{sign}0{}", layout.whole);
    }
    if exponent < layout.least || exponent >= layout.most {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let (mark, size) = if exponent < 0 { ('-', -exponent) } else { ('+', exponent) };
        return format!("{sign}{first}{point}{rest}e{mark}{size:0>width$}", width = layout.exponent_digits);
    }
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let before = exponent as usize + 1;
    if digits.len() <= before {
        format!("{sign}{digits}{}{}", "0".repeat(before - digits.len()), layout.whole)
    } else {
        format!("{sign}{}.{}", &digits[..before], &digits[before..])
    }
}
