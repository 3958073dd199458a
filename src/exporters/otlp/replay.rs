//! The traces of a replay: one for each case, a span for each call, a link to what was recorded.

use serde_json::{Map, Value};

use super::genai::{self, Content};
use super::span::{Attributes, OtlpLink, OtlpSpan, OtlpStatus, SpanRole};
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::message::{Message, Role};
use crate::domain::run::{ResultStatus, Run, RunResult};
use crate::domain::time::Timestamp;

/// One call of a replay.
#[derive(Clone, Debug)]
pub struct ReplayedCall<'a> {
    /// The answer, or why there is none.
    pub result: &'a RunResult,
    /// The provider's name in the conventions, such as `aws.bedrock`.
    pub provider: &'a str,
    /// The messages that were sent.
    pub messages: &'a [Message],
    /// Definitions of the tools that were offered.
    pub tools: &'a [Value],
    /// The parameters that were sent, by their names in chat completions; `output_type` is the form of the answer.
    pub parameters: &'a Map<String, Value>,
    /// When the answer was complete.
    pub finished_at: Timestamp,
}

/// A case with all its calls.
#[derive(Clone, Debug)]
pub struct ReplayedCase<'a> {
    /// The run.
    pub run: &'a Run,
    /// The recorded trace.
    pub trace_id: &'a TraceId,
    /// The recorded call.
    pub span_id: &'a SpanId,
    /// Its calls, at least one.
    pub calls: Vec<ReplayedCall<'a>>,
}

/// The spans of a case: the root, and a child for each call. Ids come from run, case and result, so that a second export is
/// the same trace.
pub fn case_spans(case: &ReplayedCase<'_>, content: Content) -> Vec<OtlpSpan> {
    let run = case.run.run_id.as_str();
    let seed = [run, case.trace_id.as_str(), case.span_id.as_str()].join("\n");
    let trace_id: [u8; 16] = id(&seed);
    let root_id: [u8; 8] = id(&format!("root\n{seed}"));
    let mut spans: Vec<OtlpSpan> = case.calls.iter().map(|call| call_span(case, call, content)).collect();
    for span in &mut spans {
        span.trace_id = trace_id;
        span.parent_id = Some(root_id);
    }
    let mut attributes = Attributes::default();
    attributes.text("gen_ai.operation.name", "invoke_workflow");
    attributes.text("gen_ai.workflow.name", "hindcast replay");
    if let Some(question) =
        case.calls.first().and_then(|call| question(call.messages)).filter(|_| content.is_included())
    {
        attributes.text("gen_ai.input.messages", genai::input_messages(std::slice::from_ref(question)));
    }
    shared(&mut attributes, case);
    let root = OtlpSpan {
        trace_id,
        span_id: root_id,
        parent_id: None,
        name: "hindcast replay".to_owned(),
        role: SpanRole::Internal,
        start_ns: spans.iter().map(|span| span.start_ns).min().unwrap_or(0),
        end_ns: spans.iter().map(|span| span.end_ns).max().unwrap_or(0),
        attributes,
        links: recorded(case).into_iter().collect(),
        status: OtlpStatus::Unset,
    };
    spans.insert(0, root);
    spans
}

impl Content {
    const fn is_included(self) -> bool {
        matches!(self, Self::Included)
    }
}

/// What every span of a case says of the replay.
fn shared(attributes: &mut Attributes, case: &ReplayedCase<'_>) {
    attributes.text("hindcast.run.id", case.run.run_id.as_str());
    attributes.text("hindcast.case.trace_id", case.trace_id.as_str());
    attributes.text("hindcast.case.span_id", case.span_id.as_str());
}

fn call_span(case: &ReplayedCase<'_>, call: &ReplayedCall<'_>, content: Content) -> OtlpSpan {
    let result = call.result;
    let model = result.model.split_once('/').map_or(result.model.as_str(), |(_, model)| model);
    let mut attributes = Attributes::default();
    attributes.text("gen_ai.operation.name", "chat");
    attributes.text("gen_ai.provider.name", call.provider);
    attributes.text("gen_ai.request.model", model);
    genai::parameters(&mut attributes, call.parameters);
    genai::outcome(&mut attributes, result);
    if let Some((name, version)) = result.prompt.as_deref().and_then(|prompt| prompt.rsplit_once('@')) {
        attributes.text("gen_ai.prompt.name", name);
        attributes.text("gen_ai.prompt.version", version);
    }
    shared(&mut attributes, case);
    attributes.text("hindcast.result.id", result.result_id.as_str());
    attributes.text("hindcast.variant", result.variant.as_str());
    attributes.count("hindcast.sample", Some(result.sample.into()));
    attributes.count("hindcast.attempts", Some(result.attempts.into()));
    attributes.flag("hindcast.from_cache", result.from_cache);
    attributes.text("hindcast.cost.source", result.cost_source.as_str());
    if content.is_included() {
        contents(&mut attributes, call);
    }
    let end = call.finished_at.nanos().max(0).cast_unsigned();
    let took = result.latency_ms.filter(|ms| ms.is_finite() && *ms > 0.0).map_or(0, |ms| (ms * 1e6) as u64);
    OtlpSpan {
        trace_id: [0; 16],
        span_id: id(result.result_id.as_str()),
        parent_id: None,
        name: format!("chat {model}"),
        role: SpanRole::Client,
        start_ns: end.saturating_sub(took),
        end_ns: end,
        attributes,
        links: Vec::new(),
        status: status(result, content),
    }
}

fn contents(attributes: &mut Attributes, call: &ReplayedCall<'_>) {
    if !call.messages.is_empty() {
        attributes.text("gen_ai.input.messages", genai::input_messages(call.messages));
    }
    if let Some(answer) = genai::output_messages(call.result) {
        attributes.text("gen_ai.output.messages", answer);
    }
    if !call.tools.is_empty() {
        attributes.text("gen_ai.tool.definitions", Value::from(call.tools).to_string());
    }
}

/// Without content only our own words of a failure go out: what follows them is the provider's, who may repeat the prompt.
fn status(result: &RunResult, content: Content) -> OtlpStatus {
    if result.status == ResultStatus::Ok {
        return OtlpStatus::Ok;
    }
    let said = result.error.as_deref().unwrap_or_default();
    let said = if content.is_included() { said } else { said.split(": ").next().unwrap_or_default() };
    OtlpStatus::Error(said.to_owned())
}

fn question(messages: &[Message]) -> Option<&Message> {
    messages.iter().rev().find(|message| message.role == Role::User)
}

/// The link to the recorded call, where its ids are those of OpenTelemetry.
fn recorded(case: &ReplayedCase<'_>) -> Option<OtlpLink> {
    let mut attributes = Attributes::default();
    attributes.text("hindcast.link", "recorded call");
    Some(OtlpLink { trace_id: parsed(case.trace_id.as_str())?, span_id: parsed(case.span_id.as_str())?, attributes })
}

/// An id of N bytes written as hex.
fn parsed<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// An id of N bytes that always comes out the same for a text.
fn id<const N: usize>(text: &str) -> [u8; N] {
    let hash = blake3::hash(text.as_bytes());
    let mut id = [0; N];
    id.copy_from_slice(&hash.as_bytes()[..N]);
    id
}
