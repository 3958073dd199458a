//! Asks a model about sentences that the scorer cannot decide: a run like any other, with plan, cap and journal.

use serde_json::{Map, Value, json};

use super::judge_reply;
use super::rubric::{RUBRIC_NAME, Rubric};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Grounding, Verdict};
use crate::domain::run::{Case, ModelChoice, ResultStatus};
use crate::domain::span::PromptRef;
use crate::error::AppError;
use crate::services::replay::{PlanError, ReplayOrder, ReplayPlan, ReplayService};

/// Where the models say they are that answer from recordings alone.
const ON_THIS_MACHINE: &str = "this machine";
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

/// An answer with what the scorer says of it, and then a judge.
#[derive(Clone, Debug)]
pub struct JudgedAnswer {
    /// The case.
    pub case: Case,
    /// The verdicts.
    pub grounding: Grounding,
    /// The sentences that the judge decided, by their places.
    pub judged: Vec<usize>,
    /// The sentences that the judge is asked about, by their places.
    asked: Vec<usize>,
}

impl JudgedAnswer {
    /// An answer of which a judge is asked the sentences of a band.
    pub fn new(case: Case, grounding: Grounding, band: Band) -> Self {
        let asked = grounding
            .sentences
            .iter()
            .enumerate()
            .filter(|(_, sentence)| band == Band::All || sentence.verdict == Verdict::Unsure)
            .map(|(place, _)| place)
            .collect();
        Self { case, grounding, judged: Vec::new(), asked }
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
    answers: &[JudgedAnswer],
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
    let asked: Vec<&JudgedAnswer> = answers.iter().filter(|answer| answer.asked() > 0).collect();
    if let [one] = asked.as_slice() {
        order.filter = format!("id:{}", one.case.trace_id.as_str());
    }
    order.name = Some("grounding judged".to_owned());
    order.prompts = vec![rubric.reference.clone()];
    order.samples = 1;
    let calls = asked.iter().map(|answer| answer.call(rubric)).collect();
    let plan = service.plan(&order, calls, Some(rubric), cancel)?;
    match plan.skipped.first() {
        Some(skipped) if plan.calls.is_empty() => {
            let reason = skipped.error.clone().unwrap_or_default();
            Err(AppError::usage(format!("{} cannot judge: {reason}", skipped.model)))
        }
        _ => Ok(plan),
    }
}

/// Takes over what the judge of a run answered; says why answers are missing, each reason once. Texts are foreign.
pub fn take_judgements(
    service: &ReplayService,
    run: &crate::domain::ids::RunId,
    answers: &mut [JudgedAnswer],
) -> Result<Vec<String>, PlanError> {
    let mut missing: Vec<String> = Vec::new();
    for result in service.journalled(run)?.done {
        let of = |answer: &&mut JudgedAnswer| {
            (&answer.case.trace_id, &answer.case.span_id) == (&result.trace_id, &result.span_id)
        };
        let Some(answer) = answers.iter_mut().find(of) else { continue };
        let reply = result.output_text.as_deref().unwrap_or_default();
        if result.status == ResultStatus::Ok {
            answer.judged = judge_reply::take(&mut answer.grounding, &answer.asked, reply, &result.model);
            let silent = answer.asked.len() - answer.judged.len();
            if silent > 0 {
                missing.push(format!(
                    "{} gave no verdict on {silent} of {} sentences; the scorer's stand",
                    result.model,
                    answer.asked.len()
                ));
            }
        } else {
            let reason = result.error.as_deref().unwrap_or(result.status.as_str());
            missing.push(format!("{} did not judge: {reason}", result.model));
        }
    }
    missing.dedup();
    Ok(missing)
}
