//! Keeps the call that gave a trace its answer as a golden case.

use serde_json::{Map, Value};

use super::file;
use super::relevant::relevant;
use crate::domain::cancel::Cancel;
use crate::domain::golden::{GoldenCase, GoldenChunk, Kept, NewGolden};
use crate::domain::grounding::{GroundedSentence, Verdict};
use crate::domain::ids::TraceId;
use crate::domain::run::{CallsMode, Case};
use crate::error::{AppError, ErrorKind};
use crate::services::{Services, grounding};
use crate::store::TraceDetail;

/// What is wanted of a case that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldenWish {
    /// The trace.
    pub trace_id: TraceId,
    /// What a right answer says; `None` leaves what the file says, else takes what is offered.
    pub facts: Option<Vec<String>>,
    /// What to remember; `None` leaves what the file says.
    pub note: Option<String>,
}

/// Where the expected facts of a kept case are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactsFrom {
    /// The user said them.
    Said,
    /// They stood in the file.
    File,
    /// They are the sentences of the recorded answer that its chunks support.
    Answer,
}

/// A case that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptGolden {
    /// What that did to the file.
    pub kept: Kept,
    /// The case.
    pub case: GoldenCase,
    /// Where its facts are from.
    pub facts: FactsFrom,
}

/// What can be expected of a case before it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldenOffer {
    /// The trace.
    pub trace_id: TraceId,
    /// What the file expects of it, else the sentences of the recorded answer that its chunks support.
    pub facts: Vec<String>,
    /// Which of the two.
    pub from: FactsFrom,
}

/// What could be expected of the call that gave a trace its answer.
pub fn offer(services: &Services, trace_id: &TraceId, cancel: &Cancel) -> Result<GoldenOffer, AppError> {
    let (case, _) = recorded(services, trace_id, cancel)?;
    let file = file::read(services.workspace()?)?;
    let known = file.cases().into_iter().find(|known| known.is_of(&case.trace_id, &case.span_id));
    let (facts, from) = match known.filter(|known| !known.expected_facts.is_empty()) {
        Some(known) => (known.expected_facts.clone(), FactsFrom::File),
        None => (supported(services, &case, cancel)?, FactsFrom::Answer),
    };
    Ok(GoldenOffer { trace_id: case.trace_id, facts, from })
}

/// Keeps the call that gave a trace its answer in the workspace's file; on disk when this returns.
pub fn keep(services: &Services, wish: GoldenWish, cancel: &Cancel) -> Result<KeptGolden, AppError> {
    let (case, detail) = recorded(services, &wish.trace_id, cancel)?;
    let (facts, from) = match wish.facts {
        Some(facts) => (Some(facts), FactsFrom::Said),
        None => match offer(services, &case.trace_id, cancel)? {
            GoldenOffer { from: FactsFrom::File, .. } => (None, FactsFrom::File),
            offer => (Some(offer.facts), offer.from),
        },
    };
    let new = NewGolden {
        question: case.question.clone(),
        trace_id: case.trace_id.clone(),
        span_id: case.span_id.clone(),
        chunks: case.chunks.iter().map(GoldenChunk::from).collect(),
        expected_facts: facts,
        relevant: relevant(&detail.scores),
        variables: variables(services, &case, cancel),
        note: wish.note,
        now: services.clock().now(),
    };
    if new.question.trim().is_empty() {
        let trace = case.trace_id.as_str();
        return Err(AppError::usage(format!("trace {trace} has no recorded question, so there is no case to keep")));
    }
    let (kept, case) = file::keep(services.workspace()?, new)?;
    tracing::info!(trace_id = wish.trace_id.as_str(), id = case.id.as_str(), "kept a golden case");
    Ok(KeptGolden { kept, case, facts: from })
}

/// The call that gave a trace its answer, and the trace.
fn recorded(services: &Services, trace_id: &TraceId, cancel: &Cancel) -> Result<(Case, TraceDetail), AppError> {
    let detail = services.store()?.trace(trace_id, cancel)?;
    let case = crate::services::replay::cases_of(&detail.spans, CallsMode::Answer).into_iter().next();
    let case = case.ok_or_else(|| {
        let message = format!("trace {} has no model call, so there is no case to keep", trace_id.as_str());
        AppError::new(ErrorKind::CheckFailed, message)
    })?;
    Ok((case, detail))
}

/// The sentences of the recorded answer that its chunks support, without their citations.
fn supported(services: &Services, case: &Case, cancel: &Cancel) -> Result<Vec<String>, AppError> {
    let grounded = grounding::of_recorded(services.store()?, &*services.scorer(cancel)?, case, cancel)?;
    let supported = grounded.sentences.iter().filter(|sentence| sentence.standing() == Verdict::Supported);
    Ok(supported.map(without_citations).filter(|fact| !fact.is_empty()).collect())
}

fn without_citations(sentence: &GroundedSentence) -> String {
    let bare =
        sentence.citations.iter().fold(sentence.text.clone(), |text, citation| text.replace(&citation.marker, ""));
    let bare = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    // A marker before the full stop leaves a space there.
    [" .", " ,", " ;", " !", " ?"].iter().fold(bare, |text, gap| text.replace(gap, gap.trim_start()))
}

/// The variables that a prompt made the call of: the recorded ones, else those of the version that surely made it, so that
/// the case can be asked again when its recording is gone.
fn variables(services: &Services, case: &Case, cancel: &Cancel) -> Option<Map<String, Value>> {
    if let Some(recorded) = case.prompt.variables.clone().filter(|recorded| !recorded.is_empty()) {
        return Some(recorded);
    }
    let matches = services.prompts().ok()?.match_case_until(case, cancel).ok()?.matches;
    let made = matches.into_iter().next().filter(|made| made.proven)?;
    Some(made.variables).filter(|variables| !variables.is_empty())
}
