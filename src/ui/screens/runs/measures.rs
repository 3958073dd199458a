//! What the answers of a run come to by every evaluator, against a baseline.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::ids::{RunId, SpanId, TraceId, VariantId};
use crate::domain::run::RunResult;
use crate::evaluators::{Score, Value};
use crate::services::compare::{Baseline, Comparison, Difference};
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::runs::{RunCase, RunRow, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::{Cx, Newest, ScreenId};

/// How much of the screen the measures have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// Below the matrix, where there is room for both.
    #[default]
    Below,
    /// All of it.
    All,
    /// None.
    None,
}

/// The measures of a run.
#[derive(Debug, Default)]
pub struct Measures {
    /// What was measured.
    pub comparison: Option<Arc<Comparison>>,
    /// Why it was not.
    pub problem: Option<String>,
    /// What variants are compared with; `None` leaves it to each variant: the one it shares most with.
    pub baseline: Option<VariantId>,
    /// How much of the screen they have.
    pub room: Room,
    moved: HashMap<(TraceId, SpanId), f64>,
    waiting: Newest,
}

impl Measures {
    /// Asks for them.
    pub fn ask(&mut self, run: &RunId, cx: &Cx) -> Vec<Effect> {
        let baseline = self.baseline.as_ref().map_or(Baseline::Recorded, |id| Baseline::Variant(id.clone()));
        let request = RunsRequest::Measure { run: run.clone(), baseline };
        self.waiting.ask(ScreenId::Runs, Request::Runs(request), cx)
    }

    /// Takes an answer; says whether it was theirs.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        if !self.waiting.take(id) {
            return false;
        }
        match answer {
            Answer::Runs(RunsAnswer::Measured(comparison)) => {
                let moved = comparison
                    .cases
                    .iter()
                    .filter_map(|case| Some(((case.trace_id.clone(), case.span_id.clone()), case.moved?)));
                self.moved = moved.collect();
                self.comparison = Some(Arc::clone(comparison));
                self.problem = None;
            }
            Answer::Failed(why) => self.problem = Some(why.clone()),
            _ => {}
        }
        true
    }

    /// Gives them more room, all of it, or none.
    pub const fn turn(&mut self) {
        self.room = match self.room {
            Room::Below => Room::All,
            Room::All => Room::None,
            Room::None => Room::Below,
        };
    }

    /// What a variant's answers differ by, one an evaluator.
    pub fn of(&self, variant: &VariantId) -> Vec<&Difference> {
        let Some(comparison) = &self.comparison else { return Vec::new() };
        let mut found: Vec<&Difference> = Vec::new();
        for evaluator in &comparison.evaluators {
            let mut all = comparison
                .differences
                .iter()
                .filter(|difference| difference.variant == *variant && difference.evaluator == evaluator.name);
            // Against the chosen baseline, else against the first it is compared with.
            let chosen = match &self.baseline {
                Some(baseline) => all.clone().find(|difference| difference.baseline == *baseline),
                None => None,
            };
            found.extend(chosen.or_else(|| all.next()));
        }
        found
    }

    /// How far a case's answers moved, from 0 to 1.
    pub fn moved(&self, case: &RunCase) -> Option<f64> {
        self.moved.get(&(case.trace_id.clone(), case.span_id.clone())).copied()
    }

    /// What the evaluators say of an answer: their names and figures; cost and latency are shown elsewhere.
    pub fn scores_of(&self, result: &RunResult) -> Vec<(String, String)> {
        let Some(comparison) = &self.comparison else { return Vec::new() };
        let case =
            comparison.cases.iter().find(|case| case.trace_id == result.trace_id && case.span_id == result.span_id);
        let answer =
            case.and_then(|case| case.answers.iter().find(|answer| answer.result.result_id == result.result_id));
        let Some(answer) = answer else { return Vec::new() };
        let shown = comparison.evaluators.iter().filter(|scored| !matches!(scored.name.as_str(), "cost" | "latency"));
        shown.filter_map(|scored| Some((scored.name.clone(), score(answer.scores.get(&scored.name)?)))).collect()
    }

    /// Lets the user choose what variants are compared with.
    pub fn baselines(row: &RunRow) -> Effect {
        let mut items =
            vec![PickItem { value: "recorded".into(), label: "the recorded answers".into(), ..PickItem::default() }];
        items.extend(row.run.variants.iter().map(|variant| PickItem {
            value: variant.id.as_str().to_owned(),
            label: format!("{} {}", variant.id.as_str(), super::list::variant_name(variant)),
            ..PickItem::default()
        }));
        Effect::Pick(Pick { action: Action::Baseline, title: "Compare with".into(), items, choose: Choose::One })
    }

    /// Takes what variants are to be compared with.
    pub fn choose(&mut self, name: &str, run: &RunId, cx: &Cx) -> Vec<Effect> {
        self.baseline = (name != "recorded").then(|| VariantId::from(name));
        let mut effects = self.ask(run, cx);
        effects.push(Effect::Toast(Toast::info(match &self.baseline {
            Some(id) => format!("compared with variant {}", id.as_str()),
            None => "compared with the recorded answers".to_owned(),
        })));
        effects
    }
}

/// A score in the fewest letters that say it.
fn score(score: &Score) -> String {
    match score.value {
        Value::YesNo(true) => "yes".to_owned(),
        Value::YesNo(false) => "no".to_owned(),
        Value::Number(number) => super::measures_view::figure(Some(number)),
    }
}
