//! What the fitted model sees of a sentence: numbers, each with a name.

use super::alignment::{Alignment, Claim};
use super::claims::Part;
use super::evidence::Evidence;
use super::figures::Judged;
use super::passages::Passages;
use super::{counted, manner, polarity, scope, wording};

/// A sentence with all that was found out about it.
pub(super) struct Seen<'a> {
    /// The whole answer.
    pub(super) answer: &'a str,
    /// The part of it that is judged.
    pub(super) part: &'a Part,
    /// Its number among the parts, from 0, and how many there are.
    pub(super) place: (usize, usize),
    /// The claim.
    pub(super) claim: &'a Claim,
    /// The claim beside the chunks.
    pub(super) with: &'a Alignment,
    /// The question.
    pub(super) question: &'a Claim,
    /// The question beside the chunks.
    pub(super) asked: &'a Alignment,
    /// The chunks.
    pub(super) passages: &'a Passages,
    /// What the claim rests on.
    pub(super) evidence: &'a Evidence,
    /// Its quantities, judged.
    pub(super) figures: &'a [Judged],
}

macro_rules! features {
    ($($name:ident),* $(,)?) => {
        /// The numbers of one sentence; what each means is said where it is set.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        #[allow(missing_docs)]
        pub(super) struct Features { $(pub(super) $name: f32,)* }

        /// The names of the numbers, in the order of the values.
        pub const FEATURES: &[&str] = &[$(stringify!($name),)*];

        impl Features {
            /// The values, in the order of the names.
            pub(super) fn values(&self) -> Vec<f32> {
                vec![$(self.$name,)*]
            }
        }
    };
}

features!(
    // wording
    words,
    clauses_count,
    weight,
    cov1,
    cov2,
    cov_chunk,
    cov_all,
    exact1,
    exact2,
    exact_all,
    cov_question,
    cov_beyond,
    miss_weight,
    miss_most,
    miss_count,
    cosine1,
    cosine_most,
    clause_least,
    clause_mean,
    clause_close_least,
    clause_spread,
    reverse1,
    reverse2,
    margin,
    run_longest,
    bigrams,
    order,
    question_by_best,
    with_question,
    names_missing,
    names_count,
    codes_missing,
    least_word,
    second_least_word,
    gain2,
    // counted
    numbers,
    near,
    far,
    derived,
    asked,
    nowhere,
    unreached,
    conflict,
    margin_least,
    rivals_ahead,
    ordinal_missing,
    number_share,
    one_differs,
    bound_flip,
    // polarity
    negated,
    evidence_negated,
    negation_differs,
    negation_differs_close,
    denial_differs,
    denial_differs_close,
    opposites,
    universal,
    universal_new,
    only_new,
    only_dropped,
    some_dropped,
    duty_new,
    duty_dropped,
    leave_new,
    leave_for_duty,
    advice_dropped,
    condition_evidence,
    condition_claim,
    condition_dropped,
    condition_dropped_weight,
    exception_dropped,
    cause,
    cause_uncovered,
    yes,
    no,
    yes_against,
    no_against,
    stale,
    stale_rival,
    newer_rival,
    link_clause_negated,
    scope_clash,
    scope_worst,
    scope_weight,
    replaced,
    alarm,
    // manner
    asks,
    ends_colon,
    cut_off,
    courtesy,
    about_sources,
    refusal,
    writer,
    reader,
    link,
    hedge,
    first_part,
    last_part,
    parts,
    list_item,
    row,
    heading,
    code,
    foreign,
    spaceless,
    cited,
    numbers_in_text,
    length,
    capital_share,
);

impl Features {
    /// All that speaks against a sentence, added up: each alone is too rare to be learned from.
    fn alarms(&self) -> f32 {
        let flag = |yes: bool| f32::from(u8::from(yes));
        1.5 * flag(self.nowhere > 0.0)
            + flag(self.rivals_ahead > 0.0)
            + flag(self.scope_worst > 0.6)
            + flag(self.opposites > 0.0)
            + flag(self.replaced > 1.5)
            + flag(self.stale_rival > 0.0 || self.newer_rival > 0.0)
            + flag(self.universal_new > 0.0)
            + 0.5 * flag(self.duty_new > 0.0)
            + flag(self.yes_against > 0.0)
            + flag(self.names_missing > 0.0 || self.codes_missing > 0.0)
            + 0.5 * flag(self.far > 0.0)
            + 0.5 * flag(self.one_differs > 0.0)
    }

    /// The numbers of a sentence.
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let mut features = Self::default();
        wording::set(&mut features, seen);
        counted::set(&mut features, seen);
        polarity::set(&mut features, seen);
        scope::set(&mut features, seen);
        manner::set(&mut features, seen);
        features.alarm = features.alarms();
        features
    }
}
