//! Exact amounts of money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits after the decimal point that [`Money`] holds: pico-dollars.
pub const MONEY_SCALE: u8 = 12;

const PICO: i128 = 1_000_000_000_000;

/// An amount of US dollars, exact to a pico-dollar (10^-12), so that sums of token prices lose nothing.
///
/// It stands as `DECIMAL(38,12)` in SQL and as a JSON number in reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// No money at all; not the same as an unknown cost.
    pub const ZERO: Self = Self(0);

    /// An amount from its pico-dollars.
    pub const fn from_pico(pico: i128) -> Self {
        Self(pico)
    }

    /// The amount in pico-dollars.
    pub const fn pico(self) -> i128 {
        self.0
    }

    /// Reads a floating-point amount of dollars as recorders write it, rounded to a pico-dollar.
    ///
    /// Returns `None` for NaN, infinities and amounts beyond a trillion dollars.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        if !dollars.is_finite() || dollars.abs() > 1e12 {
            return None;
        }
        // The shortest decimal form is what the recorder meant; multiplying the binary value would add noise.
        format!("{dollars}").parse().ok()
    }

    /// The nearest floating-point number of dollars, for charts and reports only.
    pub fn as_dollars(self) -> f64 {
        self.0 as f64 / PICO as f64
    }

    /// The amount times a count, saturating.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(i128::from(count)))
    }

    /// The difference, but never less than zero.
    #[must_use]
    pub fn minus_or_zero(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Writes the shortest exact decimal number of dollars, without a currency sign: `0.0184`, `2`.
///
/// A precision (`{:.4}`) rounds half away from zero to that many digits.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().map_or(usize::from(MONEY_SCALE), |p| p.min(usize::from(MONEY_SCALE)));
        let unit = 10_i128.pow(u32::from(MONEY_SCALE) - digits as u32);
        let rounded = (self.0.abs() + unit / 2) / unit;
        let scale = 10_i128.pow(digits as u32);
        let sign = if self.0 < 0 && rounded != 0 { "-" } else { "" };
        let mut text = format!("{sign}{}", rounded / scale);
        if digits > 0 {
            let mut fraction = format!("{:0digits$}", rounded % scale);
            if f.precision().is_none() {
                fraction.truncate(fraction.trim_end_matches('0').len());
            }
            if !fraction.is_empty() {
                text.push('.');
                text.push_str(&fraction);
            }
        }
        f.write_str(&text)
    }
}

/// Why a text is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount of dollars such as 0.25")]
pub struct NotMoney(String);

impl FromStr for Money {
    type Err = NotMoney;

    /// Reads `1`, `1.25`, `$1.25`, `-0.5` and `1e-7`; digits beyond a pico-dollar are rounded.
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let wrong = || NotMoney(text.chars().take(40).collect());
        let body = text.trim();
        let (negative, body) = body.strip_prefix('-').map_or((false, body), |rest| (true, rest));
        let body = body.strip_prefix('$').unwrap_or(body);
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty())
            || !all_digits(whole)
            || !all_digits(fraction)
            || whole.len() + fraction.len() > 60
            || !(-60..=24).contains(&exponent)
        {
            return Err(wrong());
        }
        // digits * 10^shift pico-dollars
        let digits = format!("{whole}{fraction}");
        let shift = exponent - fraction.len() as i32 + i32::from(MONEY_SCALE);
        let pico = if shift >= 0 {
            let value: i128 = digits.parse().map_err(|_| wrong())?;
            value.checked_mul(10_i128.checked_pow(shift as u32).ok_or_else(wrong)?).ok_or_else(wrong)?
        } else {
            let cut = shift.unsigned_abs() as usize;
            let padded = format!("{digits:0>width$}", width = cut + 1);
            let (kept, dropped) = padded.split_at(padded.len() - cut);
            let value: i128 = kept.parse().map_err(|_| wrong())?;
            value + i128::from(dropped.as_bytes().first().is_some_and(|&b| b >= b'5'))
        };
        Ok(Self(if negative { -pico } else { pico }))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_dollars())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dollars = f64::deserialize(deserializer)?;
        Self::from_dollars(dollars).ok_or_else(|| serde::de::Error::custom("not an amount of dollars"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_recorders_write() {
        for (text, pico) in [
            ("0", 0),
            ("1", PICO),
            ("$0.0184", 18_400_000_000),
            ("1e-7", 100_000),
            ("7.5e-8", 75_000),
            ("-0.5", -PICO / 2),
            (".25", PICO / 4),
            ("0.0000000000005", 1),
        ] {
            assert_eq!(text.parse::<Money>(), Ok(Money::from_pico(pico)), "{text}");
        }
        for wrong in ["", ".", "1.2.3", "abc", "NaN", "1e99", "--1"] {
            assert!(wrong.parse::<Money>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shows_fixed_and_exact_forms() {
        let amount: Money = "0.018449".parse().unwrap();
        assert_eq!(format!("{amount}"), "0.018449");
        assert_eq!(format!("{amount:.4}"), "0.0184");
        assert_eq!(format!("{:.2}", "-0.005".parse::<Money>().unwrap()), "-0.01");
        assert_eq!(format!("{:.0}", "1.5".parse::<Money>().unwrap()), "2");
    }

    #[test]
    fn binary_floats_do_not_add_noise() {
        assert_eq!(Money::from_dollars(0.1).unwrap() + Money::from_dollars(0.2).unwrap(), "0.3".parse().unwrap());
        assert_eq!(Money::from_dollars(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn display_and_parse_round_trip(pico in -10_i128.pow(24)..10_i128.pow(24)) {
            let amount = Money::from_pico(pico);
            prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
        }
    }
}
