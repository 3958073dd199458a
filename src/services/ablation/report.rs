//! The result of an ablation, as the command line prints it and the workbench shows it.

use serde::Serialize;

use super::items::{Item, Items};
use super::plan::AblationPlan;
use super::verdict_words::{moved_words, verdict_words};
use crate::domain::ablation::{Ablated, Cause, ItemEffect, PartKind, Tested};
use crate::domain::ids::{RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run_design::AblationSubject;

/// One chunk or part of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedItem {
    /// The chunk's rank, or the part's place, from 1.
    pub rank: u32,
    /// The chunk's document, where recorded. Untrusted text.
    pub document_id: Option<String>,
    /// What a part is; `None` for a chunk.
    pub kind: Option<PartKind>,
    /// Its first words. Untrusted text.
    pub label: String,
    /// How far the answer moves without it, from 0 to 1; 0 for what a group cleared.
    pub effect: f64,
    /// The lower end of the effect's 95 % interval; `None` where it was not left out on its own.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether the answer depends on it.
    pub responsible: bool,
    /// How it was tested; `None` where it does not stand in the messages.
    pub tested: Option<Tested>,
    /// The typical answer without it. Untrusted text.
    pub output_text: Option<String>,
    /// Whether the answer is another without it: it is responsible, or its interval does not reach 0.
    pub changed: bool,
    /// The words that the answer lost and gained without it, in one line. Untrusted text.
    pub moved: String,
}

/// The result of an ablation.
#[derive(Clone, Debug, PartialEq)]
pub struct AblationReport {
    /// The run that holds its answers.
    pub run_id: RunId,
    /// The trace.
    pub trace_id: TraceId,
    /// The model, `provider/model` or `recorded`.
    pub model: String,
    /// Answers to each test.
    pub samples: u32,
    /// What was left out.
    pub subject: AblationSubject,
    /// The sentence that was looked for, from 1, with its text. Untrusted text.
    pub sentence: Option<(u32, String)>,
    /// What was left out, those that are responsible first, then by effect.
    pub items: Vec<ReportedItem>,
    /// The typical answer with everything there. Untrusted text.
    pub baseline: Option<String>,
    /// The typical answer without any item. Untrusted text.
    pub none: Option<String>,
    /// How far the answer moves without any item, with its 95 % interval.
    pub without_all: [f64; 3],
    /// How far the baseline's answers agree with each other, from 0 to 1.
    pub agreement: f64,
    /// The verdict's name; `None` while the ablation goes or where it was stopped.
    pub verdict: Option<&'static str>,
    /// The verdict in one sentence.
    pub words: String,
    /// Ranks of what is responsible, as `and` and `or`: `1 and (2 or 5)`.
    pub responsible: Option<String>,
    /// Answers that it took, those from the cache included.
    pub requests: u64,
    /// What they cost.
    pub cost: Option<Money>,
}

impl AblationReport {
    /// A report of what came out, or of how far things are.
    pub(super) fn of(plan: &AblationPlan, told: &Ablated, finished: Finished, requests: u64) -> Self {
        let items = &plan.items;
        let absent = items.absent.iter().map(absent);
        let run = &plan.first.run;
        let done = finished == Finished::Yes;
        let rank = |item: usize| items.tested.get(item).map_or_else(String::new, |item| item.rank.to_string());
        Self {
            run_id: run.run_id.clone(),
            trace_id: plan.case.trace_id.clone(),
            model: run.variants.first().map_or_else(String::new, |variant| variant.model.to_string()),
            samples: run.samples,
            subject: plan.design.subject,
            sentence: plan.design.sentence.zip(plan.sentence.clone()),
            items: told.items.iter().filter_map(|effect| reported(items, effect)).chain(absent).collect(),
            baseline: told.baseline.clone(),
            none: told.none.clone(),
            without_all: [told.without_all.value, told.without_all.low, told.without_all.high],
            agreement: told.agreement,
            verdict: done.then(|| told.finding.verdict.as_str()),
            words: if done {
                verdict_words(told, plan.design.subject, run.samples, &rank)
            } else {
                "stopped before it was clear what the answer depends on".to_owned()
            },
            responsible: told.finding.cause.as_ref().map(|cause: &Cause| cause.in_words(&rank)),
            requests,
            cost: None,
        }
    }
}

/// Whether an ablation came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Finished {
    Yes,
    No,
}

fn reported(items: &Items, effect: &ItemEffect) -> Option<ReportedItem> {
    let item = items.tested.get(effect.item)?;
    let measured = effect.output_text.is_some();
    Some(ReportedItem {
        effect: effect.effect.value,
        low: measured.then_some(effect.effect.low),
        high: measured.then_some(effect.effect.high),
        responsible: effect.responsible,
        tested: Some(effect.tested),
        output_text: effect.output_text.clone(),
        changed: effect.responsible || (measured && effect.effect.low > 0.0),
        moved: moved_words(&effect.moved),
        ..absent(item)
    })
}

/// What does not stand in the messages: nothing that can be left out there.
fn absent(item: &Item) -> ReportedItem {
    ReportedItem {
        rank: item.rank,
        document_id: item.document_id.clone(),
        kind: item.kind,
        label: item.label.clone(),
        effect: 0.0,
        low: None,
        high: None,
        responsible: false,
        tested: None,
        output_text: None,
        changed: false,
        moved: String::new(),
    }
}
