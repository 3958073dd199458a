//! How a run is designed and what it has found out, in lines of text.

use super::figures::counted;
use crate::domain::run_design::{Decided, VariantRole};
use crate::services::compare::Steadiness;
use crate::services::replay::ReplayPlan;

/// What is to be said of a plan's baseline and of its end.
pub fn design_notes(plan: &ReplayPlan) -> Vec<String> {
    let mut notes = Vec::new();
    let asked = plan.run.variants.iter().any(|variant| variant.role == VariantRole::Baseline);
    if plan.unsteady > 0 && !asked && plan.journal.is_none() {
        let were = counted(plan.unsteady, "case was", "cases were");
        notes.push(format!(
            "{were} recorded at a temperature that is not 0 or not known: --baseline asks the recorded model again, and says \
             how far it differs from itself"
        ));
    }
    if let Some(rule) = &plan.run.until {
        notes.push(format!("stops as soon as it is clear by {}, in an order by chance", rule.evaluator()));
    }
    if plan.saved > 0 {
        notes.push(format!("{} not needed any more", counted(plan.saved, "answer is", "answers are")));
    }
    notes
}

/// What a run that may stop early has found out.
pub fn decided_lines(decided: &Decided) -> Vec<String> {
    let mut lines = Vec::new();
    if decided.saved_requests > 0 {
        lines.push(format!(
            "clear by {} after {} of {}: {} saved",
            decided.evaluator,
            decided.cases,
            counted(decided.planned_cases, "case", "cases"),
            counted(decided.saved_requests, "request", "requests"),
        ));
    }
    for question in &decided.questions {
        lines.push(format!(
            "{} against {} by {}: {} ({}{})",
            question.variant.as_str(),
            question.baseline.as_str(),
            decided.evaluator,
            question.verdict.as_str(),
            counted(question.cases, "case", "cases"),
            if question.early { ", clear before the end" } else { "" },
        ));
    }
    lines
}

/// How far a baseline moves by itself.
pub fn steadiness_lines(steadiness: &Steadiness) -> Vec<String> {
    let name = steadiness.variant.as_str();
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut lines = Vec::new();
    if steadiness.repeated > 0 {
        lines.push(format!(
            "{name}: answers of one case differ among themselves in {} of {}",
            steadiness.unlike_itself,
            counted(steadiness.repeated, "case", "cases"),
        ));
    } else {
        lines.push(format!("{name}: one answer a case; --samples 2 and more says how far it differs from itself"));
    }
    if let Some(share) = steadiness.unlike_recorded {
        let cases = counted(steadiness.compared, "case", "cases");
        lines.push(format!("{name}: {} of the answers differ from the recorded one ({cases})", percent(share)));
    }
    for score in &steadiness.scores {
        let mut parts = Vec::new();
        parts.extend(score.flips.map(|share| format!("flips within {} of the cases", percent(share))));
        parts.extend(score.flips_from_recorded.map(|share| format!("{} flipped since the recording", percent(share))));
        parts.extend(
            score.spread.map(|spread| format!("spread within a case {}", super::figures::real(rounded(spread)))),
        );
        if !parts.is_empty() {
            lines.push(format!("  {}: {}", score.evaluator, parts.join(", ")));
        }
    }
    lines
}

/// Three digits that count.
fn rounded(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run_design::Question;
    use crate::domain::statistics::Verdict;
    use crate::services::compare::ScoreSteadiness;

    #[test]
    fn what_was_decided_is_told_with_what_it_saved() {
        let question = Question {
            variant: "A".into(),
            baseline: "baseline".into(),
            cases: 34,
            verdict: Verdict::NoDifference,
            early: true,
        };
        let decided = Decided {
            evaluator: "similarity".into(),
            cases: 34,
            planned_cases: 100,
            saved_requests: 132,
            questions: vec![question],
        };
        assert_eq!(
            decided_lines(&decided),
            [
                "clear by similarity after 34 of 100 cases: 132 requests saved",
                "A against baseline by similarity: no difference shown (34 cases, clear before the end)",
            ]
        );
    }

    #[test]
    fn a_baseline_that_moves_is_told_so() {
        let score = |evaluator: &str, flips, spread| ScoreSteadiness {
            evaluator: evaluator.into(),
            flips,
            flips_from_recorded: flips,
            spread,
        };
        let steadiness = Steadiness {
            variant: "baseline".into(),
            repeated: 20,
            unlike_itself: 3,
            compared: 20,
            unlike_recorded: Some(0.55),
            scores: vec![score("refusal", Some(0.1), None), score("similarity", None, Some(0.123_456))],
        };
        assert_eq!(
            steadiness_lines(&steadiness),
            [
                "baseline: answers of one case differ among themselves in 3 of 20 cases",
                "baseline: 55 % of the answers differ from the recorded one (20 cases)",
                "  refusal: flips within 10 % of the cases, 10 % flipped since the recording",
                "  similarity: spread within a case 0.123",
            ]
        );
    }
}
