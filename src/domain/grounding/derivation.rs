//! How surely a quantity that no chunk has follows from others: by arithmetic, or a while before or after a date or time.

use super::quantities::Quantity;
use super::units::Kind;

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// The year that a date without one is taken to be in: no leap year.
const SOME_YEAR: f64 = 2_025.0;
/// How improbable a result is by chance where the claim names the calculation.
const NAMED: f32 = 0.9;
/// Most quantities of one passage of which three are added up.
const MOST_ADDED: usize = 8;

/// What a quantity may follow from.
pub(super) struct Givens<'a> {
    /// What was asked or said before.
    pub(super) known: Vec<&'a Quantity>,
    /// What stands in the chunks, with the passage it stands in.
    pub(super) given: Vec<(usize, &'a Quantity)>,
    /// How far a result may be off, as a share: more than rounding where the claim says `about`.
    pub(super) within: f64,
    /// Whether the claim names the calculation: `twice`, `half`, `three times`.
    pub(super) named: bool,
}

impl Givens<'_> {
    /// How surely a quantity follows from these, from 0 (in no way) to 1: the less it can do so by chance, the surer.
    pub(super) fn reach(&self, claim: &Quantity) -> f32 {
        let chance = if self.named { NAMED } else { specificity(claim) };
        chance * self.nearest(claim)
    }

    /// How near to each other those stand that a quantity follows from, from 0 (none do) to 1.
    fn nearest(&self, claim: &Quantity) -> f32 {
        let results = |one: &Quantity, other: &Quantity| self.results(claim, one, other);
        let asked = || {
            self.known.iter().any(|known| {
                self.given.iter().any(|(_, given)| results(known, given)) || self.times_difference(claim, known)
            })
        };
        let said = || {
            self.known.iter().enumerate().any(|(at, one)| self.known[at + 1..].iter().any(|other| results(one, other)))
        };
        let pairs = |alike: bool| {
            self.given.iter().enumerate().any(|(at, (here, one))| {
                self.given[at + 1..].iter().any(|(there, other)| (here == there) == alike && results(one, other))
            })
        };
        if asked() {
            1.0
        } else if said() || pairs(true) || self.three(claim) {
            0.9
        } else if pairs(false) {
            0.55
        } else {
            0.0
        }
    }

    /// Whether two quantities give the claim's.
    fn results(&self, claim: &Quantity, one: &Quantity, other: &Quantity) -> bool {
        match (one.kind, other.kind) {
            (Kind::Clock, Kind::Clock) => {
                let minutes = (one.value - other.value).abs();
                claim.kind == Kind::Seconds
                    && [minutes, 1_440.0 - minutes].iter().any(|gap| self.same(claim.value, gap * 60.0))
            }
            (Kind::Date, Kind::Date) => self.between(claim, one.value, other.value),
            (Kind::Date, Kind::Seconds | Kind::Months) => Self::shifted(claim, one, other),
            (Kind::Seconds | Kind::Months, Kind::Date) => Self::shifted(claim, other, one),
            (Kind::Clock, Kind::Seconds) => self.later(claim, one, other),
            (Kind::Seconds, Kind::Clock) => self.later(claim, other, one),
            _ if countable(claim.kind) && countable(one.kind) && countable(other.kind) => {
                self.arithmetic(claim, one, other)
            }
            _ => false,
        }
    }

    /// A sum, difference, product, quotient or share.
    fn arithmetic(&self, claim: &Quantity, one: &Quantity, other: &Quantity) -> bool {
        let value = claim.value;
        if value.abs() < f64::EPSILON || (self.same(one.value, 1.0) && self.same(other.value, 1.0)) {
            return false;
        }
        let fits = |kind: Kind| kind == claim.kind || claim.kind == Kind::Plain || kind == Kind::Plain;
        let alike = one.kind == other.kind && fits(one.kind) && !one.weak && !other.weak;
        if alike && (self.same(value, one.value + other.value) || self.same(value, (one.value - other.value).abs())) {
            return true;
        }
        let rated = |rate: &Quantity, times: &Quantity| {
            let count = times.value / times.unit();
            times.kind != Kind::Percent
                && fits(rate.kind)
                && count > 0.0
                && (self.same(value, rate.value * count) || self.same(value, rate.value / count))
        };
        if rated(one, other) || rated(other, one) || self.compared(claim, one, other) {
            return true;
        }
        let (share, of) = match (one.kind, other.kind) {
            (Kind::Percent, _) => (one.value, other),
            (_, Kind::Percent) => (other.value, one),
            _ => return false,
        };
        let part = of.value * share / 100.0;
        fits(of.kind) && [part, of.value - part, of.value + part].iter().any(|result| self.same(value, *result))
    }

    /// The ratio of two quantities of a kind, as a number or a share.
    fn compared(&self, claim: &Quantity, one: &Quantity, other: &Quantity) -> bool {
        let (least, most) = (one.value.min(other.value), one.value.max(other.value));
        one.kind == other.kind
            && least > 0.0
            && match claim.kind {
                Kind::Plain => self.same(claim.value, most / least),
                Kind::Percent => [least, most - least].iter().any(|part| self.same(claim.value, 100.0 * part / most)),
                _ => false,
            }
    }

    /// The difference of two rates of a passage, so many times: what one costs more than the other.
    fn times_difference(&self, claim: &Quantity, times: &Quantity) -> bool {
        let count = times.value / times.unit();
        let rates = || self.given.iter().filter(|(_, given)| countable(given.kind) && given.kind != Kind::Percent);
        countable(claim.kind)
            && countable(times.kind)
            && count > 1.0
            && rates().any(|(here, one)| {
                (one.kind == claim.kind || one.kind == Kind::Plain)
                    && rates().any(|(there, other)| {
                        let alike = other.kind == one.kind || other.kind == Kind::Plain;
                        here == there && alike && self.same(claim.value, (one.value - other.value) * count)
                    })
            })
    }

    /// Three quantities of a passage added up.
    fn three(&self, claim: &Quantity) -> bool {
        countable(claim.kind)
            && self.given.iter().enumerate().any(|(at, (passage, first))| {
                let rest: Vec<f64> = self.given[at + 1..]
                    .iter()
                    .filter(|(here, other)| here == passage && other.kind == claim.kind && !other.weak)
                    .map(|(_, other)| other.value)
                    .take(MOST_ADDED)
                    .collect();
                first.kind == claim.kind
                    && !first.weak
                    && rest.iter().enumerate().any(|(place, second)| {
                        rest[place + 1..].iter().any(|third| self.same(claim.value, first.value + second + third))
                    })
            })
    }

    /// The time between two dates.
    fn between(&self, claim: &Quantity, one: f64, other: f64) -> bool {
        let ([year, month, day], [from_year, from_month, from_day]) = (parts(one), parts(other));
        let months = ((year - from_year) * 12.0 + month - from_month).abs();
        match claim.kind {
            Kind::Seconds if day > 0.0 && from_day > 0.0 => {
                let days = (days([year, month, day]) - days([from_year, from_month, from_day])).abs();
                self.same(claim.value, days * DAY) || self.same(claim.value, (days + 1.0) * DAY)
            }
            Kind::Months if month > 0.0 && from_month > 0.0 => self.same(claim.value, months),
            Kind::Months | Kind::Plain => {
                let unit = if claim.kind == Kind::Months { 12.0 } else { 1.0 };
                year > 0.0 && from_year > 0.0 && self.same(claim.value, (year - from_year).abs() * unit)
            }
            _ => false,
        }
    }

    /// A date a while before or after another one.
    fn shifted(claim: &Quantity, from: &Quantity, by: &Quantity) -> bool {
        let (said, date) = (parts(claim.value), parts(from.value));
        if claim.kind != Kind::Date || date[1] <= 0.0 {
            return false;
        }
        let agrees = |reached: [f64; 3]| {
            said.iter().zip(reached).all(|(one, other)| *one <= 0.0 || other <= 0.0 || (one - other).abs() < 0.5)
                && said.iter().zip(reached).any(|(one, other)| *one > 0.0 && other > 0.0)
        };
        let year = |mut reached: [f64; 3]| {
            if date[0] <= 0.0 {
                reached[0] = 0.0;
            }
            reached
        };
        [1.0, -1.0].iter().any(|sign| {
            if by.kind == Kind::Months {
                let month = date[0] * 12.0 + date[1] - 1.0 + sign * by.value;
                agrees(year([(month / 12.0).floor(), month.rem_euclid(12.0).floor() + 1.0, date[2]]))
            } else {
                let moved = days(date) + sign * (by.value / DAY).round();
                date[2] > 0.0
                    && by.value >= DAY
                    && [0.0, 1.0, -1.0].iter().any(|edge| agrees(year(date_of(moved + edge))))
            }
        })
    }

    /// A time of day a while before or after another one.
    fn later(&self, claim: &Quantity, from: &Quantity, by: &Quantity) -> bool {
        let minutes = by.value / 60.0;
        let said = || [Some(claim.value), claim.other].into_iter().flatten();
        claim.kind == Kind::Clock
            && !by.weak
            && [minutes, -minutes]
                .iter()
                .any(|by| said().any(|said| self.same((from.value + by).rem_euclid(1_440.0), said)))
    }

    fn same(&self, one: f64, other: f64) -> bool {
        (one - other).abs() <= self.within * one.abs().max(other.abs()).max(1e-9)
    }
}

/// Whether sums and products of such quantities mean something.
fn countable(kind: Kind) -> bool {
    !matches!(kind, Kind::Date | Kind::Clock | Kind::Version | Kind::Ordinal)
}

/// How improbable it is that a quantity comes out of some calculation by chance, from 0 to 1: by its figures.
fn specificity(quantity: &Quantity) -> f32 {
    match quantity.kind {
        Kind::Date => match parts(quantity.value) {
            [_, _, day] if day > 0.0 => 0.95,
            _ => 0.5,
        },
        Kind::Clock => 0.8,
        Kind::Version | Kind::Ordinal => 0.0,
        _ => {
            let value = (quantity.value / quantity.unit() * 100.0).round().abs();
            let mut figures = value;
            let mut zeros = 0;
            while figures >= 10.0 && figures % 10.0 < 0.5 {
                figures = (figures / 10.0).floor();
                zeros += 1;
            }
            let broken = if zeros < 2 { 0.2 } else { 0.0 };
            let base = if figures < 10.0 {
                0.35
            } else if figures < 100.0 {
                0.6
            } else {
                0.95
            };
            f32::min(base + broken, 0.95)
        }
    }
}

/// Year, month and day, 0 for what is not said.
fn parts(date: f64) -> [f64; 3] {
    [(date / 10_000.0).trunc(), (date / 100.0).trunc() % 100.0, date % 100.0]
}

/// Days since the first of March of the year 0 (proleptic Gregorian calendar).
fn days([year, month, day]: [f64; 3]) -> f64 {
    let year = if year > 0.0 { year } else { SOME_YEAR };
    let (year, month) = if month > 2.0 { (year, month - 3.0) } else { (year - 1.0, month + 9.0) };
    let leaps = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    365.0 * year + leaps + ((153.0 * month + 2.0) / 5.0).floor() + day - 1.0
}

/// The date of a number of days since the first of March of the year 0.
fn date_of(days_since: f64) -> [f64; 3] {
    let mut year = (days_since / 365.2425).floor();
    // The estimate is off by one at most, at the turn of a year.
    if days([year + 1.0, 3.0, 1.0]) <= days_since {
        year += 1.0;
    } else if days([year, 3.0, 1.0]) > days_since {
        year -= 1.0;
    }
    let rest = days_since - days([year, 3.0, 1.0]);
    let month = ((5.0 * rest + 2.0) / 153.0).floor();
    let day = rest - ((153.0 * month + 2.0) / 5.0).floor() + 1.0;
    if month < 10.0 { [year, month + 3.0, day] } else { [year + 1.0, month - 9.0, day] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for date in
            [[2025.0, 10.0, 15.0], [2024.0, 2.0, 29.0], [1999.0, 12.0, 31.0], [2000.0, 3.0, 1.0], [1900.0, 1.0, 1.0]]
        {
            assert_eq!(date_of(days(date)).map(|part| part as i32), date.map(|part| part as i32));
        }
        assert!((days([2025.0, 11.0, 14.0]) - days([2025.0, 10.0, 15.0]) - 30.0).abs() < 0.5);
    }
}
