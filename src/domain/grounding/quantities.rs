//! Quantities in a text: numbers with their units, money, shares, dates, durations, times of day, versions.

use super::reading::Cursor;
use super::tokens::{Token, TokenKind};
use super::units::{Kind, currency};

/// A quantity of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantity {
    /// Its value in the base unit of its kind.
    pub(super) value: f64,
    /// Another value that the digits may mean (`1.200`).
    pub(super) other: Option<f64>,
    /// What it counts or measures.
    pub(super) kind: Kind,
    /// What one of its unit is in the base unit.
    pub(super) factor: f64,
    /// Its first token.
    pub(super) first: usize,
    /// The token after its last.
    pub(super) last: usize,
    /// Whether it is said so much in passing that no claim hangs on it: `one`, `an hour`, `monthly`.
    pub(super) weak: bool,
    /// The currency of money, where it says which.
    pub(super) currency: Option<u8>,
}

impl Quantity {
    /// What one of its unit is in the base unit of its kind.
    pub(super) fn unit(&self) -> f64 {
        self.factor
    }

    /// Its number, in the unit of another quantity.
    pub(super) fn in_unit_of(&self, other: &Self) -> Self {
        Self {
            value: self.value * other.factor,
            other: None,
            kind: other.kind,
            factor: other.factor,
            currency: other.currency,
            ..*self
        }
    }
}

/// The quantities of a run of tokens; `first` and `last` count in that run.
pub(super) fn quantities(text: &str, tokens: &[Token], out: &mut Vec<Quantity>) {
    let start = out.len();
    let cursor = Cursor { text, tokens };
    let mut at = 0;
    while at < tokens.len() {
        match cursor.quantity(at) {
            Some(mut found) => {
                if found.kind == Kind::Money {
                    found.currency = (found.first..found.last).find_map(|at| currency(cursor.text(at)));
                }
                at = found.last.max(at + 1);
                out.push(found);
            }
            None => at += 1,
        }
    }
    join(&mut out[start..], tokens);
    let mut kept = start;
    for place in start..out.len() {
        if out[place].first < out[place].last {
            out.swap(kept, place);
            kept += 1;
        }
    }
    out.truncate(kept);
}

/// Gives the first number of a range the unit of the second, and adds up `2 hours and 20 minutes`.
fn join(found: &mut [Quantity], tokens: &[Token]) {
    for place in 1..found.len() {
        let (before, after) = found.split_at_mut(place);
        let (Some(one), Some(two)) = (before.last_mut(), after.first_mut()) else { continue };
        let between = &tokens[one.last.min(two.first)..two.first];
        let joined = between.len() <= 1
            && between.iter().all(|token| {
                token.kind == TokenKind::Function || matches!(token.kind, TokenKind::Mark('-' | '–' | '—' | '/' | '−'))
            });
        if !joined || one.weak {
            continue;
        }
        if one.kind == Kind::Plain && two.kind == Kind::Clock && between.len() == 1 && one.value <= 12.0 {
            one.kind = Kind::Clock;
            one.value = one.value * 60.0
                + if two.value >= 720.0 && one.value * 60.0 + 720.0 <= two.value { 720.0 } else { 0.0 };
            continue;
        }
        let measure = !matches!(two.kind, Kind::Plain | Kind::Date | Kind::Clock | Kind::Version | Kind::Ordinal);
        if one.kind == Kind::Plain && measure && between.len() == 1 {
            one.kind = two.kind;
            one.factor = two.factor;
            one.value *= two.factor;
            one.currency = two.currency;
        } else if one.kind == two.kind && matches!(two.kind, Kind::Seconds | Kind::Months) && two.factor < one.factor {
            two.value += one.value;
            two.first = one.first;
            two.factor = one.factor;
            // An empty run: taken into the next one.
            one.last = one.first;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::Reader;
    use super::*;
    use crate::domain::lexical::Rarity;

    fn read(text: &str) -> Vec<(f64, Kind)> {
        let rarity = Rarity::default();
        let (mut tokens, mut found) = (Vec::new(), Vec::new());
        Reader::new(&rarity).read(text, 0..text.len(), &[], &mut tokens);
        quantities(text, &tokens, &mut found);
        found
            .iter()
            .filter(|found| !found.weak)
            .map(|found| ((found.value * 1000.0).round() / 1000.0, found.kind))
            .collect()
    }

    #[test]
    fn numbers_are_read_with_their_units() {
        let day = 86_400.0;
        for (text, value, kind) in [
            ("within 14 days", 14.0 * day, Kind::Seconds),
            ("two weeks", 14.0 * day, Kind::Seconds),
            ("half an hour", 1_800.0, Kind::Seconds),
            ("a quarter of an hour later", 900.0, Kind::Seconds),
            ("an hour and a half", 5_400.0, Kind::Seconds),
            ("1.5 hours", 5_400.0, Kind::Seconds),
            ("2 hours and 20 minutes", 8_400.0, Kind::Seconds),
            ("four working days", 4.0 * day, Kind::Seconds),
            ("within a day", day, Kind::Seconds),
            ("two years", 24.0, Kind::Months),
            ("half a dozen eggs", 6.0, Kind::Plain),
            ("twenty-five users", 25.0, Kind::Plain),
            ("two hundred users", 200.0, Kind::Plain),
            ("$1.2k", 1_200.0, Kind::Money),
            ("1,200 dollars", 1_200.0, Kind::Money),
            ("0,39 Euro", 0.39, Kind::Money),
            ("€52,000.50", 52_000.5, Kind::Money),
            ("25 %", 25.0, Kind::Percent),
            ("a quarter of it", 25.0, Kind::Percent),
            ("three quarters", 75.0, Kind::Percent),
            ("one user in ten", 10.0, Kind::Percent),
            ("1 in 100", 1.0, Kind::Percent),
            ("one twelfth of 2", 8.333, Kind::Percent),
            ("22:00", 1_320.0, Kind::Clock),
            ("10 p.m.", 1_320.0, Kind::Clock),
            ("9:30 am", 570.0, Kind::Clock),
            ("half past nine", 570.0, Kind::Clock),
            ("noon", 720.0, Kind::Clock),
            ("15 May 2026", 20_260_515.0, Kind::Date),
            ("May 15, 2026", 20_260_515.0, Kind::Date),
            ("2026-05-15", 20_260_515.0, Kind::Date),
            ("the 3rd of March", 303.0, Kind::Date),
            ("in August 2026", 20_260_800.0, Kind::Date),
            ("3 cubic metres", 3.0, Kind::Metres),
            ("20 mm", 0.02, Kind::Metres),
            ("two centimetres", 0.02, Kind::Metres),
            ("1 GB", 1e9, Kind::Bytes),
            ("250 °C", 250.0, Kind::Degrees),
            ("86 °F", 30.0, Kind::Degrees),
            ("50 degrees Fahrenheit", 10.0, Kind::Degrees),
            ("in 1847", 18_470_000.0, Kind::Date),
            ("14日間", 14.0 * day, Kind::Seconds),
            ("zwei Wochen", 14.0 * day, Kind::Seconds),
        ] {
            assert_eq!(read(text).first(), Some(&(value, kind)), "{text}: {:?}", read(text));
        }
        assert_eq!(read("20 to 108 mm").len(), 2);
        assert_eq!(read("between 1 and 3 pm"), [(780.0, Kind::Clock), (900.0, Kind::Clock)]);
        for text in ["the whole workspace", "one of them", "at first", "I am here", "under-28s may", "8 links for you"]
        {
            assert!(read(text).iter().all(|(_, kind)| *kind == Kind::Plain), "{text}: {:?}", read(text));
        }
        assert!(read("Admins can forbid public links for the whole workspace.").is_empty());
    }
}
