//! What the offline scorer reaches, for those who act on its verdicts.

/// How often a verdict is right, measured on labelled sentences of domains that the fit had not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The verdict: its name in the tables.
    pub verdict: &'static str,
    /// How many labelled sentences have it.
    pub sentences: u32,
    /// The share of these that the scorer decides, in whatever way; it is unsure of the others. From 0 to 1.
    pub decided: f64,
    /// The share of those given this verdict that have it. From 0 to 1.
    pub precision: f64,
}

/// The figures by verdict, each domain left out in turn; printed by `tests/by_hand/grounding/fit.py`.
pub const MEASURED: &[Measured] = &[
    Measured { verdict: "supported", sentences: 295, decided: 0.64, precision: 0.88 },
    Measured { verdict: "partial", sentences: 98, decided: 0.18, precision: 1.00 },
    Measured { verdict: "unsupported", sentences: 207, decided: 0.65, precision: 0.82 },
    Measured { verdict: "no_claim", sentences: 55, decided: 0.76, precision: 0.98 },
];

/// The share of all sentences that is decided, the share of these that is right, and the share of sentences with a
/// wrong number, date, unit or negation that is not called supported; from 0 to 1.
pub const MEASURED_IN_ALL: (f64, f64, f64) = (0.58, 0.87, 0.90);

/// The same in one sentence, for help texts.
pub const MEASURED_LINE: &str = "Measured on sentences of domains it was not fitted on, it decides more than half (58 %) \
    and is right in 87 % of these (78 % on sentences made to mislead it); it is unsure of the rest. Of wrong numbers, dates, \
    units and negations 90 % are not called supported. Partial support is hardly ever recognised as such.";
