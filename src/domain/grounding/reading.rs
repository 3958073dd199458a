//! One quantity read from where it starts: digits or words, with the unit, currency, date or time of day around them.

use super::dates::{clock, number};
use super::quantities::Quantity;
use super::stems::hash;
use super::tokens::{Token, TokenKind};
use super::units::{Kind, Numeral, numeral, sign, spaceless_unit};

/// Words that may stand between a number and its unit.
const QUALIFIERS: &[&str] = &[
    "working",
    "business",
    "calendar",
    "full",
    "consecutive",
    "whole",
    "more",
    "further",
    "extra",
    "cubic",
    "square",
    "additional",
];

/// A run of tokens, with the text that they are of.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

impl Cursor<'_> {
    pub(super) fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.text[token.bytes()])
    }

    pub(super) fn numeral(&self, at: usize) -> Option<&'static Numeral> {
        let token = self.tokens.get(at)?;
        matches!(token.kind, TokenKind::Content | TokenKind::Function).then(|| numeral(token.word)).flatten()
    }

    pub(super) fn is(&self, at: usize, words: &[&str]) -> bool {
        let text = self.text(at);
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    }

    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.tokens.get(at)?.kind {
            TokenKind::Mark(c) => Some(c),
            _ => None,
        }
    }

    pub(super) fn is_digits(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Digits)
    }

    /// Whether nothing stands between a token and the one before it.
    fn touches(&self, at: usize) -> bool {
        at > 0 && self.tokens.get(at).is_some_and(|token| self.tokens[at - 1].end == token.start)
    }

    /// The quantity that starts at a token, where one does.
    pub(super) fn quantity(&self, at: usize) -> Option<Quantity> {
        match self.tokens.get(at)?.kind {
            TokenKind::Digits => self.digits(at),
            TokenKind::Content | TokenKind::Function => self.worded(at),
            TokenKind::Mark(_) => None,
        }
    }

    fn digits(&self, at: usize) -> Option<Quantity> {
        let text = self.text(at);
        if let Some((hours, minutes)) = clock(text) {
            return Some(self.clock(at, at + 1, hours, minutes));
        }
        if let Some(date) = self.numeric_date(at) {
            return Some(date);
        }
        if text.bytes().filter(|byte| *byte == b'.').count() > 1 || text.contains(':') {
            return Some(made(f64::from(hash(text) as u32), Kind::Version, at, at + 1));
        }
        let (value, other) = number(text)?;
        if self.touches(at + 1) && self.is(at + 1, &["th", "st", "nd", "rd"]) {
            let of = at + 2 + usize::from(self.is(at + 2, &["of"]));
            return Some(
                self.month(of)
                    .map_or(made(value, Kind::Ordinal, at, at + 2), |month| self.date(month, value, at, of + 1)),
            );
        }
        let dot = usize::from(self.mark(at + 1) == Some('.') && self.month(at + 2).is_some());
        if (1.0..=31.0).contains(&value)
            && let Some(month) = self.month(at + 1 + dot)
        {
            return Some(self.date(month, value, at, at + 2 + dot));
        }
        let mut found = self.measured(value, at, at + 1);
        found.other = other.map(|other| other * found.factor);
        if found.kind == Kind::Plain && (1500.0..2100.0).contains(&value) && text.len() == 4 && !self.counts(at + 1) {
            found.kind = Kind::Date;
            found.value = value * 10_000.0;
        }
        Some(found)
    }

    /// Whether a content word follows that the number may count.
    fn counts(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_content() && !token.capital)
    }

    /// A number with the unit around it.
    fn measured(&self, value: f64, first: usize, mut last: usize) -> Quantity {
        let mut value = value;
        if let Some(times) = self.numeral(last).and_then(|numeral| numeral.times)
            && (self.text(last).len() > 1 || self.touches(last))
        {
            value *= times;
            last += 1;
        }
        if self.is(last, &["and"]) && self.is(last + 1, &["a"]) && self.is(last + 2, &["half"]) {
            value += 0.5;
            last += 3;
        }
        if first > 0
            && let Some((Kind::Money, factor)) = self.mark(first - 1).and_then(sign)
        {
            return of_unit(value, (Kind::Money, factor), first - 1, last);
        }
        // `one in ten`, `one user in ten`, `3 out of 4`.
        let thing = usize::from((value - 1.0).abs() < f64::EPSILON && self.counts(last) && self.unit(last).is_none());
        if self.is(last + thing, &["in", "out"]) {
            let last = last + thing;
            let whole = last + 1 + usize::from(self.is(last + 1, &["of"]));
            let of = self.plain(whole).filter(|of| *of > value && *of >= 2.0 && !(1900.0..2100.0).contains(of));
            if let Some(of) = of.filter(|_| self.unit(whole + 1).is_none()) {
                return made(100.0 * value / of, Kind::Percent, first, whole + 1);
            }
        }
        let gap = usize::from(matches!(self.mark(last), Some('-' | '‑')));
        if let Some((minutes, end)) = self.half_day(last) {
            let hour = if value >= 12.0 { value - 12.0 } else { value };
            return made(hour * 60.0 + minutes, Kind::Clock, first, end);
        }
        if self.is(last, &["uhr"]) {
            return made(value * 60.0, Kind::Clock, first, last + 1);
        }
        if self.is(last, &["o'clock", "o’clock"]) || (self.is(last, &["o"]) && self.is(last + 2, &["clock"])) {
            let end = if self.is(last, &["o"]) { last + 3 } else { last + 1 };
            return Quantity { other: Some(value * 60.0 + 720.0), ..made(value * 60.0, Kind::Clock, first, end) };
        }
        if self.is(last, &["per"]) && self.is(last + 1, &["cent"]) {
            return made(value, Kind::Percent, first, last + 2);
        }
        if let Some(unit) = self.unit(last + gap) {
            let scale = last + gap + 1;
            let fahrenheit = unit.0 == Kind::Degrees && self.is(scale, &["f", "fahrenheit"]);
            let degree = unit.0 == Kind::Degrees && (fahrenheit || self.is(scale, &["c", "celsius"]));
            let value = if fahrenheit { (value - 32.0) / 1.8 } else { value };
            return self.and_half(of_unit(value, unit, first, scale + usize::from(degree)));
        }
        // `working days`: the unit may come after one word that qualifies it.
        let qualified = self.is(last, QUALIFIERS);
        if let Some(unit) = self.unit(last + 1)
            && (qualified
                || (self.counts(last)
                    && self.text(last + 1).len() > 3
                    && matches!(unit.0, Kind::Seconds | Kind::Months)))
        {
            return of_unit(value, unit, first, last + 2);
        }
        let mut plain = made(value, Kind::Plain, first, last);
        plain.weak = (value - 1.0).abs() < f64::EPSILON && !self.is_digits(first);
        plain
    }

    fn unit(&self, at: usize) -> Option<(Kind, f64)> {
        let token = self.tokens.get(at)?;
        if let TokenKind::Mark(c) = token.kind {
            return sign(c);
        }
        if let Some(unit) = spaceless_unit(&self.text[token.start as usize..]) {
            return Some(unit);
        }
        let unit = self.numeral(at)?.unit?;
        // A single letter is a unit only after digits.
        let letter = token.end - token.start == 1 || self.is(at, &["an", "ms", "mo", "sec"]);
        let digits = at.checked_sub(1).filter(|before| self.is_digits(*before));
        // `under-28s` and `the 1990s` are no seconds.
        let plural = self.is(at, &["s"])
            && digits.is_some_and(|before| {
                self.text(before).len() > 3 || before.checked_sub(1).and_then(|at| self.mark(at)) == Some('-')
            });
        ((!letter || digits.is_some()) && !plural).then_some(unit)
    }

    /// `am` or `pm`: what it adds, and the token after it.
    pub(super) fn half_day(&self, at: usize) -> Option<(f64, usize)> {
        let added = |text: &str| match text {
            _ if text.eq_ignore_ascii_case("am") => Some(0.0),
            _ if text.eq_ignore_ascii_case("pm") => Some(720.0),
            _ => None,
        };
        if let Some(minutes) = added(self.text(at)) {
            // `I am` is no time of day.
            return self.is_digits(at.checked_sub(1)?).then_some((minutes, at + 1));
        }
        // `at 10 in the morning`.
        let day = if self.is(at, &["in"]) && self.is(at + 1, &["the"]) { at + 2 } else { at + 1 };
        let named = self.is(at, &["in", "at"]) && self.is(at.wrapping_sub(2), &["at", "until", "from", "by", "till"]);
        if named && self.is(day, &["morning"]) {
            return Some((0.0, day + 1));
        }
        if named && self.is(day, &["afternoon", "evening", "night"]) {
            return Some((720.0, day + 1));
        }
        let dotted = self.is(at, &["a", "p"]) && self.mark(at + 1) == Some('.') && self.is(at + 2, &["m"]);
        dotted.then(|| (if self.is(at, &["p"]) { 720.0 } else { 0.0 }, at + 4))
    }

    fn clock(&self, first: usize, last: usize, hours: f64, minutes: f64) -> Quantity {
        let Some((added, end)) = self.half_day(last) else {
            return made(hours * 60.0 + minutes, Kind::Clock, first, last);
        };
        let hours = if hours >= 12.0 { hours - 12.0 } else { hours };
        made(hours * 60.0 + minutes + added, Kind::Clock, first, end)
    }

    /// Adds the half of `an hour and a half`.
    fn and_half(&self, mut found: Quantity) -> Quantity {
        if self.is(found.last, &["and"]) && self.is(found.last + 1, &["a"]) && self.is(found.last + 2, &["half"]) {
            found.value += 0.5 * found.factor;
            found.last += 3;
        }
        found
    }

    /// The value of a plain number at a token.
    fn plain(&self, at: usize) -> Option<f64> {
        if self.is_digits(at) {
            number(self.text(at)).map(|(value, _)| value)
        } else {
            self.cardinal(at).map(|(value, _)| value)
        }
    }

    /// `twenty-five`, `two hundred`: the value and the token after.
    fn cardinal(&self, at: usize) -> Option<(f64, usize)> {
        let first = self.numeral(at)?;
        let mut value = first.value.or(first.times)?;
        let mut end = at + 1;
        if (20.0..100.0).contains(&value) {
            let next = end + usize::from(self.mark(end) == Some('-'));
            if let Some(ones) = self.numeral(next).and_then(|next| next.value).filter(|ones| *ones < 10.0) {
                value += ones;
                end = next + 1;
            }
        }
        Some((value, end))
    }

    fn worded(&self, at: usize) -> Option<Quantity> {
        // Most words start no quantity: one look into the table tells.
        self.numeral(at)?;
        if let Some(month) = self.month(at) {
            let day = self
                .text(at + 1)
                .parse::<f64>()
                .ok()
                .filter(|day| self.is_digits(at + 1) && (1.0..=31.0).contains(day));
            if let Some(day) = day {
                return Some(self.date(month, day, at, at + 2));
            }
            let sure = self.year(at + 1).is_some()
                || !self.is(at, &["may", "march", "mars"])
                || self.is(at.wrapping_sub(1), &["in", "until", "from", "to", "by", "since", "on", "of", "end"]);
            return sure.then(|| self.date(month, 0.0, at, at + 1));
        }
        if self.is(at, &["noon", "midday"]) {
            return Some(made(720.0, Kind::Clock, at, at + 1));
        }
        if self.is(at, &["midnight"]) {
            return Some(made(0.0, Kind::Clock, at, at + 1));
        }
        if let Some(found) = self.past(at).or_else(|| self.share(at)) {
            return Some(found);
        }
        if let Some((value, end)) = self.cardinal(at) {
            let mut found = self.measured(value, at, end);
            let one = (value - 1.0).abs() < f64::EPSILON && found.kind == Kind::Plain;
            found.weak |= one;
            return Some(found);
        }
        if self.is(at, &["twice", "zweimal"]) {
            return Some(made(2.0, Kind::Plain, at, at + 1));
        }
        if let Some(place) = self.numeral(at).and_then(|numeral| numeral.ordinal) {
            let mut found = made(place, Kind::Ordinal, at, at + 1);
            found.weak = place < 3.0;
            return Some(found);
        }
        if self.is(at, &["second"]) && !self.is_digits(at.wrapping_sub(1)) {
            let mut found = made(2.0, Kind::Ordinal, at, at + 1);
            found.weak = true;
            return Some(found);
        }
        self.single(at)
    }

    /// `half past nine`, `a quarter to ten`.
    fn past(&self, at: usize) -> Option<Quantity> {
        let minutes = match self.text(at).to_ascii_lowercase().as_str() {
            "half" => 30.0,
            "quarter" => 15.0,
            _ => return None,
        };
        let later = self.is(at + 1, &["past", "after"]);
        let hour = self.plain(at + 2).filter(|hour| *hour <= 12.0 && (later || self.is(at + 1, &["to"])))?;
        let from = hour * 60.0 + if later { minutes } else { -minutes };
        Some(match self.half_day(at + 3) {
            Some((added, last)) => made(from + added, Kind::Clock, at, last),
            None => Quantity { other: Some(from + 720.0), ..made(from, Kind::Clock, at, at + 3) },
        })
    }

    /// `half an hour`, `half a dozen`, `three quarters`, `a third`.
    fn share(&self, at: usize) -> Option<Quantity> {
        let (value, end) = if self.is(at, &["half", "halben", "halbe"]) {
            (0.5, at + 1)
        } else if self.is(at, &["quarter"]) {
            (0.25, at + 1)
        } else if self.is(at, &["a"]) && self.is(at + 2, &["of"]) {
            (1.0 / self.numeral(at + 1)?.ordinal?, at + 2)
        } else {
            let (count, end) = self.cardinal(at)?;
            match self.text(end).to_ascii_lowercase().as_str() {
                "quarters" | "quarter" if count < 4.0 => (count / 4.0, end + 1),
                "thirds" => (count / 3.0, end + 1),
                "tenths" => (count / 10.0, end + 1),
                // `one twelfth of`, but `one third party`.
                _ if self.is(end + 1, &["of"]) => match self.numeral(end).and_then(|numeral| numeral.ordinal) {
                    Some(whole) if count < whole => (count / whole, end + 1),
                    _ => return None,
                },
                _ => return None,
            }
        };
        let of = end + usize::from(self.is(end, &["of"]));
        let article = of + usize::from(self.is(of, &["a", "an", "the"]));
        if self.is(article, &["dozen"]) {
            return Some(made(value * 12.0, Kind::Plain, at, article + 1));
        }
        if let Some(unit) = self.unit(article) {
            return Some(of_unit(value, unit, at, article + 1));
        }
        let mut found = made(value * 100.0, Kind::Percent, at, end);
        found.weak = self.is(at, &["quarter"]) && !self.is(at.wrapping_sub(1), &["a", "one", "the"]);
        Some(found)
    }

    /// `an hour`, `each month`, `weekly`: one of a unit.
    fn single(&self, at: usize) -> Option<Quantity> {
        let regular = match self.text(at).to_ascii_lowercase().as_str() {
            "hourly" => Some((Kind::Seconds, 3_600.0)),
            "daily" => Some((Kind::Seconds, 86_400.0)),
            "weekly" => Some((Kind::Seconds, 604_800.0)),
            "monthly" => Some((Kind::Months, 1.0)),
            "quarterly" => Some((Kind::Months, 3.0)),
            "yearly" | "annually" | "annual" => Some((Kind::Months, 12.0)),
            _ => None,
        };
        let (unit, last) = match regular {
            Some(unit) => (unit, at + 1),
            None if self.is(at, &["a", "an", "per", "each", "every", "pro", "par"]) => (self.unit(at + 1)?, at + 2),
            None => return None,
        };
        let mut found = self.and_half(of_unit(1.0, unit, at, last));
        // `within a day` claims a duration, `8 euro a month` a rate.
        let span = [
            "within", "after", "for", "in", "than", "of", "over", "about", "only", "once", "to", "until", "under",
            "lasts", "takes",
        ];
        found.weak = regular.is_some()
            || found.last == last && !(self.is(at, &["a", "an"]) && self.is(at.wrapping_sub(1), &span));
        Some(found)
    }
}

pub(super) fn made(value: f64, kind: Kind, first: usize, last: usize) -> Quantity {
    Quantity { value, other: None, kind, factor: 1.0, first, last, weak: false, currency: None }
}

fn of_unit(value: f64, (kind, factor): (Kind, f64), first: usize, last: usize) -> Quantity {
    Quantity { factor, ..made(value * factor, kind, first, last) }
}
