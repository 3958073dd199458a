//! How far a baseline moves by itself, so that nobody takes its noise for a difference.

use super::judge::RECORDED;
use super::model::{ComparedAnswer, ComparedCase, Comparison, ScoreSteadiness, Scored, Steadiness};
use crate::domain::diff::{Said, differs};
use crate::domain::ids::VariantId;
use crate::domain::run::{ResultStatus, Run};
use crate::domain::run_design::VariantRole;
use crate::domain::statistics::Scale;

/// The steadiness of every baseline that was asked beside the candidates. Cases count once, however many answers they have.
pub(super) fn steadiness(comparison: &Comparison, run: &Run) -> Vec<Steadiness> {
    let baselines = run.variants.iter().filter(|variant| variant.role == VariantRole::Baseline);
    baselines.map(|variant| of(comparison, &variant.id)).collect()
}

fn of(comparison: &Comparison, variant: &VariantId) -> Steadiness {
    let answered: Vec<(&ComparedCase, Vec<&ComparedAnswer>)> = comparison
        .cases
        .iter()
        .map(|case| (case, own(case, variant)))
        .filter(|(_, answers)| !answers.is_empty())
        .collect();
    let repeated: Vec<&Vec<&ComparedAnswer>> =
        answered.iter().map(|(_, answers)| answers).filter(|answers| answers.len() > 1).collect();
    // What an answer is compared with is the recorded one only where that was asked for.
    let recorded = comparison.baseline.as_str() == RECORDED;
    let changed: Vec<f64> = answered
        .iter()
        .filter(|_| recorded)
        .filter_map(|(_, answers)| share(answers.iter().filter_map(|answer| answer.changed)))
        .collect();
    Steadiness {
        variant: variant.clone(),
        repeated: repeated.len() as u64,
        unlike_itself: repeated.iter().filter(|answers| !are_alike(answers)).count() as u64,
        compared: changed.len() as u64,
        unlike_recorded: mean(&changed),
        scores: comparison.evaluators.iter().map(|scored| of_scores(scored, &answered)).collect(),
    }
}

fn own<'c>(case: &'c ComparedCase, variant: &VariantId) -> Vec<&'c ComparedAnswer> {
    let fine = |answer: &&ComparedAnswer| answer.result.variant == *variant && answer.result.status == ResultStatus::Ok;
    case.answers.iter().filter(fine).collect()
}

fn are_alike(answers: &[&ComparedAnswer]) -> bool {
    let Some((first, others)) = answers.split_first() else { return true };
    others.iter().all(|other| !differs(said_by(first), said_by(other)))
}

fn said_by(answer: &ComparedAnswer) -> Said<'_> {
    Said { text: answer.result.output_text.as_deref(), calls: &answer.result.tool_calls }
}

fn of_scores(scored: &Scored, answered: &[(&ComparedCase, Vec<&ComparedAnswer>)]) -> ScoreSteadiness {
    let name = scored.name.as_str();
    let by_case: Vec<(Option<f64>, Vec<f64>)> = answered
        .iter()
        .map(|(case, answers)| {
            let own = answers.iter().filter_map(|answer| answer.scores.get(name)).map(|score| score.value.as_number());
            (case.recorded_scores.get(name).map(|score| score.value.as_number()), own.collect())
        })
        .collect();
    let repeated: Vec<&Vec<f64>> = by_case.iter().map(|(_, own)| own).filter(|own| own.len() > 1).collect();
    match scored.kind.scale {
        Scale::YesNo => {
            let flips: Vec<f64> = repeated.iter().map(|own| f64::from(u8::from(differ(own)))).collect();
            let from_recorded: Vec<f64> = by_case
                .iter()
                .filter_map(|(recorded, own)| {
                    let recorded = (*recorded)?;
                    share(own.iter().map(|score| differ(&[*score, recorded])))
                })
                .collect();
            ScoreSteadiness {
                evaluator: scored.name.clone(),
                flips: mean(&flips),
                flips_from_recorded: mean(&from_recorded),
                spread: None,
            }
        }
        Scale::Number => ScoreSteadiness {
            evaluator: scored.name.clone(),
            flips: None,
            flips_from_recorded: None,
            spread: spread(&repeated),
        },
    }
}

fn differ(scores: &[f64]) -> bool {
    scores.windows(2).any(|pair| pair[0].total_cmp(&pair[1]).is_ne())
}

/// The pooled standard deviation: the root of the squares about each case's mean over all degrees of freedom.
fn spread(cases: &[&Vec<f64>]) -> Option<f64> {
    let mut squares = 0.0;
    let mut degrees = 0;
    for scores in cases {
        let middle = mean(scores)?;
        squares += scores.iter().map(|score| (score - middle).powi(2)).sum::<f64>();
        degrees += scores.len() - 1;
    }
    (degrees > 0).then(|| (squares / degrees as f64).sqrt())
}

fn share(flags: impl Iterator<Item = bool>) -> Option<f64> {
    mean(&flags.map(|flag| f64::from(u8::from(flag))).collect::<Vec<_>>())
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
