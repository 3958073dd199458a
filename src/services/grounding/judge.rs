//! Asks a model about sentences that the scorer cannot decide: a run like any other, with plan, cap and journal.

use serde_json::{Map, Value, json};

use super::rubric::{RUBRIC_NAME, Rubric};
use super::{answered, judge_reply};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Grounding, Judged, Ruling, Verdict};
use crate::domain::ids::RunId;
use crate::domain::run::{Case, ModelChoice, ResultStatus, RunResult};
use crate::domain::run_design::VariantRole;
use crate::domain::span::PromptRef;
use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::services::replay::{PlanError, ReplayOrder, ReplayPlan, ReplayService};
use crate::store::{Journal, JournalRecord, Store};

/// Where the models say they are that answer from recordings alone.
const ON_THIS_MACHINE: &str = "this machine";
/// What the journals are called that rulings stand in; the process id keeps two writers apart.
const JOURNAL: &str = "rulings";
/// Output tokens that a judge may use before its verdicts.
const HEAD_TOKENS: usize = 300;
/// Output tokens that a judge may use for one sentence.
const SENTENCE_TOKENS: usize = 100;

/// Which sentences a judge is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Band {
    /// Those that the scorer is unsure of.
    #[default]
    Doubtful,
    /// Every one.
    All,
}

/// An answer of which a judge is asked sentences.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The case.
    pub case: Case,
    /// What the scorer says, and judges so far.
    pub grounding: Grounding,
    /// The sentences that the judge is asked about, by their places.
    asked: Vec<usize>,
}

impl Asking {
    /// An answer of which a judge is asked the sentences of a band; those that a judge was asked about before are among them,
    /// so that the same question is found in the cache.
    pub fn new(case: Case, grounding: Grounding, band: Band) -> Self {
        let asked = grounding
            .sentences
            .iter()
            .enumerate()
            .filter(|(_, sentence)| band == Band::All || sentence.verdict == Verdict::Unsure)
            .map(|(place, _)| place)
            .collect();
        Self { case, grounding, asked }
    }

    /// How many sentences the judge is asked about.
    pub const fn asked(&self) -> usize {
        self.asked.len()
    }

    /// The call to the judge: one for all sentences of the answer.
    fn call(&self, rubric: &Rubric) -> Case {
        let mut parameters = Map::new();
        parameters.insert("temperature".to_owned(), json!(0));
        parameters.insert("max_tokens".to_owned(), json!(HEAD_TOKENS + SENTENCE_TOKENS * self.asked.len()));
        parameters.extend(rubric.parameters().clone());
        let of = &self.case;
        Case {
            provider: of.provider.clone(),
            model: of.model.clone(),
            parameters,
            prompt: PromptRef {
                name: Some(RUBRIC_NAME.to_owned()),
                version: Some(rubric.reference.version.clone()),
                template: None,
                variables: Some(self.variables()),
            },
            question: of.question.clone(),
            ..Case::unknown(of.trace_id.clone(), of.span_id.clone())
        }
    }

    fn variables(&self) -> Map<String, Value> {
        let source = |chunk: &crate::domain::chunk::Chunk| {
            let document = chunk.document_id.as_deref().unwrap_or("no id");
            format!("[{}] {document}\n{}", chunk.rank, chunk.content.as_deref().unwrap_or_default())
        };
        let sources: Vec<String> = self.case.chunks.iter().map(source).collect();
        let sentence = |place: &usize| {
            let text = &self.grounding.sentences.get(*place)?.text;
            Some(format!("{}. {}", place + 1, text.split_whitespace().collect::<Vec<_>>().join(" ")))
        };
        let sentences: Vec<String> = self.asked.iter().filter_map(sentence).collect();
        [
            ("question", self.case.question.clone()),
            ("sources", sources.join("\n\n")),
            ("answer", self.case.answer.clone().unwrap_or_default()),
            ("sentences", sentences.join("\n")),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), Value::from(text)))
        .collect()
    }
}

/// Plans to ask a judge about answers, one request for each that has something to ask; sends nothing. `order` says which
/// model, and within which limits. A judge of this machine that only reads recordings is refused.
pub fn plan_judge(
    service: &ReplayService,
    rubric: &Rubric,
    mut order: ReplayOrder,
    answers: &[Asking],
    cancel: &Cancel,
) -> Result<ReplayPlan, AppError> {
    for model in &order.models {
        if let ModelChoice::Model(model) = model
            && service.providers().get(&model.provider).map_err(PlanError::from)?.origin() == ON_THIS_MACHINE
        {
            return Err(AppError::usage(format!("{model} cannot judge: it only gives back what was recorded"))
                .hint("hindcast models lists the models there are"));
        }
    }
    let asked: Vec<&Asking> = answers.iter().filter(|answer| answer.asked() > 0).collect();
    if let [one] = asked.as_slice() {
        order.filter = format!("id:{}", one.case.trace_id.as_str());
    }
    order.name = Some("grounding judged".to_owned());
    order.prompts = vec![rubric.reference.clone()];
    order.samples = 1;
    let calls = asked.iter().map(|answer| answer.call(rubric)).collect();
    let mut plan = service.plan(&order, calls, Some(rubric), cancel)?;
    plan.run.variants.iter_mut().for_each(|variant| variant.role = VariantRole::Judge);
    match plan.skipped.first() {
        Some(skipped) if plan.calls.is_empty() => {
            let reason = skipped.error.clone().unwrap_or_default();
            Err(AppError::usage(format!("{} cannot judge: {reason}", skipped.model)))
        }
        _ => Ok(plan),
    }
}

/// What a judge answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// What it says that was not known yet, to be kept.
    pub rulings: Vec<Ruling>,
    /// Sentences of which it told a verdict.
    pub told: u64,
    /// Why verdicts are missing, each reason once. Untrusted texts.
    pub missing: Vec<String>,
}

/// Takes over what the judge of a run answered; `at` is when.
pub fn take_rulings(
    service: &ReplayService,
    run: &RunId,
    answers: &mut [Asking],
    at: Timestamp,
) -> Result<Taken, PlanError> {
    let mut taken = Taken::default();
    for result in service.journalled(run)?.done {
        let of =
            |answer: &&mut Asking| (&answer.case.trace_id, &answer.case.span_id) == (&result.trace_id, &result.span_id);
        if let Some(answer) = answers.iter_mut().find(of) {
            take_one(result, answer, at, &mut taken);
        }
    }
    taken.missing.dedup();
    Ok(taken)
}

fn take_one(result: RunResult, answer: &mut Asking, at: Timestamp, taken: &mut Taken) {
    if result.status != ResultStatus::Ok {
        let reason = result.error.as_deref().unwrap_or(result.status.as_str());
        taken.missing.push(format!("{} did not judge: {reason}", result.model));
        return;
    }
    let reply = result.output_text.as_deref().unwrap_or_default();
    let sentences = judge_reply::rulings(&answer.grounding, &answer.asked, reply);
    taken.told += sentences.len() as u64;
    let silent = answer.asked.len() - sentences.len();
    if silent > 0 {
        let all = answer.asked.len();
        let model = &result.model;
        taken.missing.push(format!("{model} gave no verdict on {silent} of {all} sentences; the scorer's stand"));
    }
    let ruling = Ruling {
        trace_id: result.trace_id,
        span_id: result.span_id,
        judged: Judged::of(&answered(&answer.case)),
        judge: result.model,
        run_id: result.run_id,
        at,
        sentences,
    };
    let before = answer.grounding.clone();
    ruling.apply(&mut answer.grounding);
    // What was said before and comes from the cache is known.
    if answer.grounding != before {
        taken.rulings.push(ruling);
    }
}

/// Keeps what judges said: on disk in the journal when this returns, and in the index.
pub fn keep(store: &Store, rulings: &[Ruling]) -> Result<(), AppError> {
    if rulings.is_empty() {
        return Ok(());
    }
    let journal = Journal::open(store.state_dir(), &format!("{JOURNAL}-{}", std::process::id()))?;
    let records: Vec<JournalRecord> =
        rulings.iter().map(|ruling| JournalRecord::Ruling { ruling: ruling.clone() }).collect();
    journal.append_all(&records)?;
    Ok(store.put_rulings(rulings)?)
}

/// Whether the last question to a judge about an answer was sent and never heard of again, so that it may have been billed:
/// the program was killed in between.
pub fn was_lost(service: &ReplayService, store: &Store, case: &Case, cancel: &Cancel) -> Result<bool, AppError> {
    let asked = (case.trace_id.clone(), case.span_id.clone());
    let is_of = |run: &&crate::store::RunRow| {
        run.run.variants.iter().any(|variant| variant.role == VariantRole::Judge)
            && run.run.choice.spans.contains(&asked)
            && !Journal::is_at_work(store.state_dir(), &run.run.run_id)
    };
    let runs = store.runs(cancel)?;
    let Some(last) = runs.iter().find(is_of) else { return Ok(false) };
    let journalled = service.journalled_if_there(&last.run.run_id)?;
    let is_it = |result: &RunResult| (&result.trace_id, &result.span_id) == (&asked.0, &asked.1);
    Ok(journalled.is_some_and(|journalled| journalled.unknown.iter().any(is_it)))
}
