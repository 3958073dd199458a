//! Numbers of a difference as they are printed, so that they can be compared digit by digit.

use std::fmt;

/// A signed decimal number as printed: `+0.041`, `-12.5`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digits(String);

impl Digits {
    /// Numbers that belong together, with as many decimals as the largest needs: none from 100, one from 10, two from 1,
    /// else three, or enough for two digits that are not 0; at most 12.
    pub fn together<const N: usize>(numbers: [f64; N]) -> [Self; N] {
        let largest = numbers.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
        let decimals = if largest >= 100.0 {
            0
        } else if largest >= 10.0 {
            1
        } else if largest >= 1.0 {
            2
        } else {
            // The place of the first digit that is not 0: -2 for 0.07.
            let first = if largest > 0.0 { largest.log10().floor() as i32 } else { 0 };
            (1 - first).clamp(3, 12) as usize
        };
        numbers.map(|number| {
            let text = format!("{number:+.decimals$}");
            // Less than half of the last digit is nothing, whatever its sign.
            let nothing = text.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'.' | b'0'));
            Self(if nothing { text.replace('-', "+") } else { text })
        })
    }

    /// Reads a printed number; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(['+', '-'])?;
        let (whole, fraction) = body.split_once('.').map_or((body, None), |(whole, rest)| (whole, Some(rest)));
        let digits =
            |text: &str| !text.is_empty() && text.len() <= 24 && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(whole) && fraction.is_none_or(digits)).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
