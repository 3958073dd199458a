//! Whether two quantities agree, and whether one follows from others by a sum, a product or a share.

use super::quantities::Quantity;
use super::units::Kind;

/// Seconds of a mean month.
const MONTH: f64 = 2_629_800.0;

/// Whether an evidence's quantity says what a claim's says; less may be said than the evidence says.
pub(super) fn agree(claim: &Quantity, evidence: &Quantity) -> bool {
    match (claim.kind, evidence.kind) {
        (Kind::Date, Kind::Date) => dates_agree(claim.value, evidence.value),
        (Kind::Seconds, Kind::Months) => near(claim.value, evidence.value * MONTH, 0.03),
        (Kind::Months, Kind::Seconds) => near(claim.value * MONTH, evidence.value, 0.03),
        // `2000` alone may be a year or a number.
        (Kind::Date, Kind::Plain) => same(claim.value / 10_000.0, evidence.value),
        (Kind::Plain, Kind::Date) => same(claim.value, evidence.value / 10_000.0),
        (Kind::Clock, Kind::Clock) => clocks_agree(claim, evidence),
        // `at ten`, `until they are 68`: the unit is understood.
        (Kind::Plain, Kind::Clock) => same(claim.value * 60.0 % 720.0, evidence.value % 720.0) && claim.value <= 24.0,
        (Kind::Plain, Kind::Seconds | Kind::Months | Kind::Bytes | Kind::Grams | Kind::Litres | Kind::Metres) => {
            same(claim.value, evidence.value / evidence.unit())
        }
        (Kind::Money, Kind::Money) => same_value(claim, evidence) && same_currency(claim, evidence),
        (one, other) if one == other => same_value(claim, evidence),
        // A number may stand without its unit: in a table, or where the unit was said before.
        (Kind::Plain, Kind::Money | Kind::Percent | Kind::Degrees | Kind::Other(_))
        | (Kind::Money | Kind::Percent | Kind::Degrees | Kind::Other(_), Kind::Plain) => same_value(claim, evidence),
        _ => false,
    }
}

/// Whether two quantities can take each other's place, so that one contradicts the other where they differ.
pub(super) fn rival(claim: &Quantity, evidence: &Quantity) -> bool {
    let time = |kind| matches!(kind, Kind::Seconds | Kind::Months);
    claim.kind == evidence.kind || (time(claim.kind) && time(evidence.kind))
}

/// Whether a claim's quantity follows from two others: a product, a sum or a difference, or a share.
///
/// `known` was asked or said, `given` stands in the chunks. Small numbers come out of some sum by chance, so two of
/// `given` make one only where a word announces it (`cue`), and small bare numbers need that word always.
pub(super) fn derived(claim: &Quantity, known: &[&Quantity], given: &[&Quantity], cue: bool) -> bool {
    if matches!(claim.kind, Kind::Date | Kind::Clock | Kind::Version | Kind::Ordinal) {
        let all: Vec<&Quantity> = known.iter().chain(given).copied().collect();
        return clock_derived(claim, &all);
    }
    if claim.value.abs() < f64::EPSILON || (claim.kind == Kind::Plain && claim.value <= 12.0 && !cue) {
        return false;
    }
    let pair = |one: &Quantity, other: &Quantity| follows_from(claim, one, other, cue);
    let own = known.iter().enumerate().any(|(place, one)| {
        known[place + 1..].iter().any(|other| pair(one, other)) || given.iter().any(|other| pair(one, other))
    });
    let theirs =
        || cue && given.iter().enumerate().any(|(place, one)| given[place + 1..].iter().any(|other| pair(one, other)));
    let rest = || {
        claim.kind == Kind::Percent
            && given.iter().any(|one| one.kind == Kind::Percent && same(claim.value, 100.0 - one.value))
    };
    own || theirs() || rest()
}

/// Whether a quantity is the sum, difference, product, quotient or share of two others.
fn follows_from(claim: &Quantity, one: &Quantity, other: &Quantity, cue: bool) -> bool {
    if same(one.value, 1.0) && same(other.value, 1.0) {
        return false;
    }
    let fits = |kind: Kind| kind == claim.kind || claim.kind == Kind::Plain;
    let alike = one.kind == other.kind && fits(one.kind);
    let (sum, difference) = (one.value + other.value, (one.value - other.value).abs());
    if alike && !one.weak && !other.weak && (same(claim.value, sum) || same(claim.value, difference)) {
        return true;
    }
    // A rate times a count or a measure in its own unit: `8 euro a month` for 6 months, 650 euro for each of 80 m².
    for (rate, times) in [(one, other), (other, one)] {
        if times.kind == Kind::Percent || !fits(rate.kind) {
            continue;
        }
        let times = times.value / times.unit();
        if same(claim.value, rate.value * times) || (cue && times > 0.0 && same(claim.value, rate.value / times)) {
            return true;
        }
    }
    if cue && one.kind == other.kind && one.value > 0.0 && other.value > 0.0 {
        let ratio = one.value.max(other.value) / one.value.min(other.value);
        let share = 100.0 * one.value.min(other.value) / one.value.max(other.value);
        if (claim.kind == Kind::Plain && same(claim.value, ratio))
            || (claim.kind == Kind::Percent && same(claim.value, share))
        {
            return true;
        }
    }
    let (share, of) = match (one.kind, other.kind) {
        (Kind::Percent, _) => (one.value, other),
        (_, Kind::Percent) => (other.value, one),
        _ => return false,
    };
    let part = of.value * share / 100.0;
    fits(of.kind) && [part, of.value - part, of.value + part].iter().any(|value| same(claim.value, *value))
}

/// Whether a time of day is another one earlier or later by a duration.
fn clock_derived(claim: &Quantity, from: &[&Quantity]) -> bool {
    let times = || from.iter().filter(|one| one.kind == Kind::Clock);
    claim.kind == Kind::Clock
        && from.iter().filter(|one| one.kind == Kind::Seconds && !one.weak).any(|duration| {
            let minutes = duration.value / 60.0;
            times().any(|time| {
                same((time.value + minutes) % 1440.0, claim.value)
                    || same((time.value - minutes + 1440.0) % 1440.0, claim.value)
            })
        })
}

fn same_value(claim: &Quantity, evidence: &Quantity) -> bool {
    let alternatives = |quantity: &Quantity| [Some(quantity.value), quantity.other];
    alternatives(claim)
        .into_iter()
        .flatten()
        .any(|one| alternatives(evidence).into_iter().flatten().any(|other| same(one, other)))
}

/// Whether two times of day agree; one in words may be before or after noon.
fn clocks_agree(one: &Quantity, other: &Quantity) -> bool {
    let times = |quantity: &Quantity| [Some(quantity.value), quantity.other];
    times(one).into_iter().flatten().any(|one| {
        times(other).into_iter().flatten().any(|other| same(one.rem_euclid(1440.0), other.rem_euclid(1440.0)))
    })
}

/// Whether nothing says that two amounts are of different currencies.
fn same_currency(one: &Quantity, other: &Quantity) -> bool {
    one.currency.is_none() || other.currency.is_none() || one.currency == other.currency
}

/// Equal but for rounding.
fn same(one: f64, other: f64) -> bool {
    near(one, other, 1e-6)
}

fn near(one: f64, other: f64, within: f64) -> bool {
    (one - other).abs() <= within * one.abs().max(other.abs()).max(1e-9)
}

/// What both dates say is equal, and they have a month or a year in common.
fn dates_agree(claim: f64, evidence: f64) -> bool {
    let parts = |date: f64| [(date / 10_000.0).trunc(), (date / 100.0).trunc() % 100.0, date % 100.0];
    let mut common = false;
    for (one, other) in parts(claim).into_iter().zip(parts(evidence)) {
        if one > 0.0 && other > 0.0 {
            if (one - other).abs() > 0.1 {
                return false;
            }
            common = true;
        }
    }
    common
}
