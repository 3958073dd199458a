//! Dates and times of day in a run of tokens, and the values of digits.

use super::quantities::Quantity;
use super::reading::{Cursor, made};
use super::units::Kind;

impl Cursor<'_> {
    pub(super) fn month(&self, at: usize) -> Option<f64> {
        let token = self.tokens.get(at)?;
        let month = self.numeral(at)?.month?;
        // `may` and `march` are months only where a capital says so.
        let sure = token.capital || !self.is(at, &["may", "march", "mars", "mai", "sep", "dec", "mar", "jan"]);
        sure.then(|| f64::from(month))
    }

    /// The date with this month and day, and the year that may follow.
    pub(super) fn date(&self, month: f64, day: f64, first: usize, last: usize) -> Quantity {
        let comma = usize::from(self.mark(last) == Some(','));
        let year = self.year(last + comma);
        let end = if year.is_some() { last + comma + 1 } else { last };
        made(year.unwrap_or(0.0) * 10_000.0 + month * 100.0 + day, Kind::Date, first, end)
    }

    pub(super) fn year(&self, at: usize) -> Option<f64> {
        if !self.is_digits(at) || self.text(at).len() != 4 {
            return None;
        }
        self.text(at).parse().ok().filter(|year| (1500.0..2200.0).contains(year))
    }

    /// `2026-03-01`, `1.3.2026`, `01/03/2026`.
    pub(super) fn numeric_date(&self, at: usize) -> Option<Quantity> {
        if let Some(year) = self.year(at)
            && self.mark(at + 1) == Some('-')
            && self.mark(at + 3) == Some('-')
        {
            let month: f64 = self.text(at + 2).parse().ok().filter(|month| (1.0..=12.0).contains(month))?;
            let day: f64 = self.text(at + 4).parse().ok().filter(|day| (1.0..=31.0).contains(day))?;
            return Some(made(year * 10_000.0 + month * 100.0 + day, Kind::Date, at, at + 5));
        }
        let parts: Vec<&str> = self.text(at).split('.').collect();
        let (parts, last) = match parts.len() {
            3 => (parts, at + 1),
            1 if self.mark(at + 1) == Some('/') && self.mark(at + 3) == Some('/') => {
                (vec![self.text(at), self.text(at + 2), self.text(at + 4)], at + 5)
            }
            _ => return None,
        };
        let [day, month, year] = parts.as_slice() else { return None };
        if year.len() != 4 {
            return None;
        }
        let (day, month, year): (f64, f64, f64) = (day.parse().ok()?, month.parse().ok()?, year.parse().ok()?);
        let dated = (1.0..=31.0).contains(&day) && (1.0..=12.0).contains(&month);
        dated.then(|| made(year * 10_000.0 + month * 100.0 + day, Kind::Date, at, last))
    }
}

/// Hours and minutes of `9:30`.
pub(super) fn clock(text: &str) -> Option<(f64, f64)> {
    let (hours, minutes) = text.split_once(':')?;
    if minutes.len() != 2 || hours.len() > 2 {
        return None;
    }
    let (hours, minutes): (f64, f64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24.0 && minutes < 60.0).then_some((hours, minutes))
}

/// The value of digits with a point or commas, and another one that they may mean.
pub(super) fn number(text: &str) -> Option<(f64, Option<f64>)> {
    let plain: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let grouped = |separator: char| {
        let mut parts = plain.split(separator);
        parts.next().is_some_and(|first| (1..=3).contains(&first.len())) && {
            let mut rest = parts.peekable();
            rest.peek().is_some() && rest.all(|part| part.len() == 3)
        }
    };
    if plain.contains(',') && plain.contains('.') {
        return plain.replace(',', "").parse().ok().map(|value| (value, None));
    }
    if plain.contains(',') {
        let joined = plain.replace(',', "");
        if grouped(',') {
            return joined.parse().ok().map(|value| (value, None));
        }
        return plain.replacen(',', ".", 1).replace(',', "").parse().ok().map(|value| (value, None));
    }
    let value = plain.parse().ok()?;
    let other = if grouped('.') { plain.replace('.', "").parse().ok() } else { None };
    Some((value, other))
}
