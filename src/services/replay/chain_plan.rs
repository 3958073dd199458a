//! Plans a chain: what each recorded call would be sent, and what all of them can cost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::chain_case::{ChainCase, chain_of};
use super::chunk_edits::{edit_chunks, edit_messages};
use super::plan::PlannedCall;
use super::plan_error::PlanError;
use super::planning::RunlessCase;
use super::rebuild::{Target, rebuild};
use super::service::ReplayService;
use super::tokens::{input_bound, input_estimate};
use crate::domain::cancel::Cancel;
use crate::domain::chain::{ChainWalk, RecordedChain, ServedAnswer, canonical_request};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::message::{Message, Part, Role};
use crate::domain::money::Money;
use crate::domain::price::PriceRow;
use crate::domain::run::{Case, ModelId, RunResult, Variant};
use crate::domain::span::Usage;
use crate::providers::{Prepared, Provider, Request};

/// The chains of a run by the trace and the span of their last call.
pub(super) type Chains = HashMap<(TraceId, SpanId), ChainCase>;

/// What is already there of a chain that is taken up again.
#[derive(Clone, Debug, Default)]
pub(super) struct ChainProgress {
    /// Answered requests, by their number from 0.
    pub(super) steps: BTreeMap<u32, RunResult>,
    /// What the user said that tools answer, by request and call, each from 0.
    pub(super) given: BTreeMap<(u32, u32), ServedAnswer>,
}

/// A chain as it would be sent to one variant.
pub(super) struct PlannedChain {
    recorded: Arc<RecordedChain>,
    templates: Vec<Template>,
    start: Vec<Message>,
    from: usize,
    /// Whether it begins with just what was recorded.
    unchanged: bool,
    /// What it is expected to take.
    pub(super) estimate: ChainEstimate,
}

/// What a chain is expected to take, going as the recorded one went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ChainEstimate {
    pub(super) requests: u64,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    pub(super) cost: Money,
    pub(super) worst: Money,
    /// Whether the length of some recorded answer is not known.
    pub(super) guessed: bool,
}

/// What a recorded call is sent with besides its messages.
struct Template {
    request: Request,
    output_bound: u64,
    /// The canonical text of the recorded request.
    recorded: String,
    /// The length of the recorded answer in tokens.
    output: Option<u64>,
}

/// A request in its provider's form, with the most it can take.
pub(super) struct Sized {
    pub(super) prepared: Prepared,
    pub(super) request_hash: String,
    pub(super) input_bound: u64,
    pub(super) reservation: Money,
}

impl PlannedChain {
    /// The chain at its beginning.
    pub(super) fn walk(&self) -> ChainWalk {
        ChainWalk::begin(Arc::clone(&self.recorded), self.start.clone(), self.from, self.unchanged)
    }

    /// What was recorded.
    pub(super) const fn recorded(&self) -> &Arc<RecordedChain> {
        &self.recorded
    }

    /// The number of the first request, from 1.
    pub(super) const fn first_step(&self) -> u32 {
        self.from as u32 + 1
    }

    /// The next request of a chain, and whether it is the recorded one.
    pub(super) fn next(
        &self,
        service: &ReplayService,
        planned: &PlannedCall,
        walk: &ChainWalk,
    ) -> Result<(PlannedCall, bool), String> {
        let template = self.templates.get(walk.place()).ok_or("the recording has no call at this place")?;
        let request = Request { messages: walk.messages().to_vec(), ..template.request.clone() };
        let sized = service.size(&request, template.output_bound, &planned.provider, &planned.price, &planned.model)?;
        let as_recorded = canonical_body(&sized.prepared) == template.recorded;
        let call = PlannedCall {
            request_hash: sized.request_hash,
            prepared: Arc::new(sized.prepared),
            input_bound: sized.input_bound,
            output_bound: template.output_bound,
            reservation: sized.reservation,
            chain: None,
            ..planned.clone()
        };
        Ok((call, as_recorded))
    }
}

fn canonical_body(prepared: &Prepared) -> String {
    canonical_request(&serde_json::from_slice(&prepared.body).unwrap_or(Value::Null))
}

impl ReplayService {
    /// The chains of cases, read from the index; what is not there any more is left out.
    pub(super) fn chains(
        &self,
        cases: &[Result<Arc<Case>, RunlessCase>],
        cancel: &Cancel,
    ) -> Result<Chains, PlanError> {
        let mut traces: Vec<TraceId> = cases.iter().flatten().map(|case| case.trace_id.clone()).collect();
        traces.sort();
        traces.dedup();
        let spans = self.store().spans_of(&traces, cancel)?;
        let of: HashMap<&TraceId, _> = traces.iter().zip(&spans).collect();
        let chain = |case: &Arc<Case>| Some(chain_of(of.get(&case.trace_id)?, &case.span_id)).flatten();
        let found = cases
            .iter()
            .flatten()
            .filter_map(|case| Some(((case.trace_id.clone(), case.span_id.clone()), chain(case)?)));
        Ok(found.collect())
    }

    /// A request in its provider's form with the most it can cost; the reason says why it cannot be sent.
    pub(super) fn size(
        &self,
        request: &Request,
        output_bound: u64,
        provider: &Arc<dyn Provider>,
        price: &PriceRow,
        model: &ModelId,
    ) -> Result<Sized, String> {
        let prepared = provider.prepare(request).map_err(|error| error.to_string())?;
        let free = price.rates.is_free();
        let input_bound = if free { input_estimate(&prepared.body) } else { input_bound(&model.model, &prepared.body) };
        let reservation = price
            .upper_bound(input_bound, output_bound, self.clock().now())
            .ok_or_else(|| PlanError::NoPrice(model.clone()).to_string())?;
        let request_hash = prepared.hash(provider.name(), provider.origin()).to_hex().to_string();
        Ok(Sized { prepared, request_hash, input_bound, reservation })
    }

    /// The chain of a case for a target; the reason says why it cannot be replayed.
    pub(super) fn plan_chain(
        &self,
        chain: &ChainCase,
        from_step: u32,
        target: &Target<'_>,
        provider: &Arc<dyn Provider>,
    ) -> Result<(PlannedChain, Sized, u64), String> {
        let from = from_step.max(1) as usize - 1;
        let count = chain.cases.len();
        if from >= count {
            return Err(format!("its chain has {count} calls: there is no step {from_step} to begin with"));
        }
        let edits = &target.variant.overrides.chunks;
        let last = chain.cases.last().ok_or("its chain has no calls")?;
        let chunks = edit_chunks(&last.chunks, edits)?;
        let mut start = if target.builtin { Vec::new() } else { start_messages(chain, from, target)? };
        let mut recorded = RecordedChain::clone(&chain.recorded);
        if !edits.is_empty() && !target.builtin {
            edit_all(&mut start, &mut recorded, last, target.variant)?;
        }
        let unchanged = target.builtin || (target.variant.prompt.is_none() && edits.is_empty());
        let mut templates = Vec::with_capacity(count);
        for case in &chain.cases {
            let mut template = template(case, target, provider)?;
            template.request.chunks.clone_from(&chunks);
            templates.push(template);
        }
        let first = Request { messages: start.clone(), ..templates[from].request.clone() };
        let sized = self.size(&first, templates[from].output_bound, provider, target.price, target.model)?;
        let estimate = self.estimate(&templates, from, &sized, provider, target)?;
        let output_bound = templates[from].output_bound;
        let planned = PlannedChain { recorded: Arc::new(recorded), templates, start, from, unchanged, estimate };
        Ok((planned, sized, output_bound))
    }

    fn estimate(
        &self,
        templates: &[Template],
        from: usize,
        first: &Sized,
        provider: &Arc<dyn Provider>,
        target: &Target<'_>,
    ) -> Result<ChainEstimate, String> {
        let now = self.clock().now();
        let mut all = ChainEstimate::default();
        // Every answer is sent again with the requests after it.
        let mut grown = 0_u64;
        for (place, template) in templates.iter().enumerate().skip(from) {
            let (body, bound) = if place == from {
                (input_estimate(&first.prepared.body), first.input_bound)
            } else {
                let sized =
                    self.size(&template.request, template.output_bound, provider, target.price, target.model)?;
                (input_estimate(&sized.prepared.body), sized.input_bound)
            };
            let most_input = bound.saturating_add(grown);
            let worst = target
                .price
                .upper_bound(most_input, template.output_bound, now)
                .ok_or_else(|| PlanError::NoPrice(target.model.clone()).to_string())?;
            let output = template.output.map_or(template.output_bound, |output| output.min(template.output_bound));
            let usage = Usage { input: Some(body.min(bound)), output: Some(output), ..Usage::default() };
            all.guessed |= template.output.is_none();
            all.requests += 1;
            all.input_tokens += body.min(bound);
            all.output_tokens += output;
            all.cost += target.price.cost(&usage, now).unwrap_or(worst).min(worst);
            all.worst += worst;
            grown = grown.saturating_add(template.output_bound);
        }
        Ok(all)
    }
}

/// What a recorded call is sent with to a target.
fn template(case: &Arc<Case>, target: &Target<'_>, provider: &Arc<dyn Provider>) -> Result<Template, String> {
    let mut plain = target.variant.clone();
    plain.prompt = None;
    plain.overrides.chunks.clear();
    let rebuilt = rebuild(case, &Target { variant: &plain, ..*target })?;
    let mut as_recorded = rebuilt.request.clone();
    as_recorded.set.clear();
    let prepared = provider.prepare(&as_recorded).map_err(|error| error.to_string())?;
    Ok(Template {
        recorded: canonical_body(&prepared),
        request: rebuilt.request,
        output_bound: rebuilt.output_bound,
        output: case.usage.output,
    })
}

/// What the first request is sent: the recorded messages, with the prompt version of the variant in the place of what the
/// chain began with.
fn start_messages(chain: &ChainCase, from: usize, target: &Target<'_>) -> Result<Vec<Message>, String> {
    let (Some(opening), Some(first)) = (chain.cases.first(), chain.cases.get(from)) else {
        return Err("its chain has no calls".to_owned());
    };
    let mut plain = target.variant.clone();
    plain.overrides.chunks.clear();
    let rendered = rebuild(opening, &Target { variant: &plain, ..*target })?.request.messages;
    if from == 0 {
        return Ok(rendered);
    }
    if target.variant.prompt.is_none() {
        return Ok(first.messages.clone());
    }
    if !first.messages.starts_with(&opening.messages) {
        return Err(format!(
            "call {} of its chain does not begin with the messages of the first, so the prompt cannot be put in their place",
            from + 1
        ));
    }
    Ok([rendered.as_slice(), &first.messages[opening.messages.len()..]].concat())
}

/// Edits chunks where they stand: in the first request, or in what tools answer later.
fn edit_all(
    start: &mut Vec<Message>,
    recorded: &mut RecordedChain,
    last: &Case,
    variant: &Variant,
) -> Result<(), String> {
    let answers = recorded.answers.iter().map(|answer| {
        let part = Part::ToolResult { id: None, result: answer.result.clone() };
        Message { role: Role::Tool, name: None, parts: vec![part] }
    });
    let mut all: Vec<Message> = start.iter().cloned().chain(answers).collect();
    edit_messages(&mut all, &last.chunks, &variant.overrides.chunks)?;
    let results = all.split_off(start.len());
    *start = all;
    for (answer, message) in recorded.answers.iter_mut().zip(results) {
        if let Some(Part::ToolResult { result, .. }) = message.parts.into_iter().next() {
            answer.result = result;
        }
    }
    Ok(())
}
