//! A recorded agent, and a model on loopback that plays one.

use std::sync::Arc;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::ids::{SourceId, TraceId};
use hindcast::domain::message::{Message, Part, Role, ToolCall};
use hindcast::domain::run::CallsMode;
use hindcast::domain::span::{Span, SpanKind, Usage};
use hindcast::domain::time::Timestamp;
use hindcast::services::replay::{ReplayOrder, ReplayPlan};
use hindcast::store::{Store, StoreOptions};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::support::{Bench, order};

/// What a model says at once: a text, and tools it asks for.
#[derive(Clone, Debug, Default)]
pub struct Says {
    pub text: Option<&'static str>,
    pub calls: Vec<(&'static str, Value)>,
}

pub fn asks(calls: &[(&'static str, Value)]) -> Says {
    Says { text: None, calls: calls.to_vec() }
}

pub fn answers(text: &'static str) -> Says {
    Says { text: Some(text), calls: Vec::new() }
}

/// The recorded agent: two lookups at once, a search, the answer.
pub fn recorded() -> Vec<Says> {
    vec![
        asks(&[("lookup", json!({"id": "A-1", "deep": {"x": 1, "y": 2}})), ("lookup", json!({"id": "A-2"}))]),
        asks(&[("search", json!({"query": "late orders"}))]),
        answers("Both are late."),
    ]
}

/// What a tool answered in the recording.
pub fn told(name: &str, arguments: &Value) -> String {
    format!("{name} of {} says so", arguments.get("id").or_else(|| arguments.get("query")).unwrap())
}

/// Imports the recorded agent as a trace.
pub fn import(bench: &Bench, trace: &str) {
    import_as(bench, trace, str::to_owned);
}

/// The same with other names of its tools.
pub fn import_as(bench: &Bench, trace: &str, tool: fn(&str) -> String) {
    let mut messages = vec![Message::text(Role::System, "Be brief."), Message::text(Role::User, format!("{trace}?"))];
    let mut spans = Vec::new();
    for (step, says) in recorded().into_iter().enumerate() {
        let id = format!("call{step}");
        let mut span =
            Span::new(trace.into(), id.as_str().into(), Timestamp::from_nanos(step as i64 * 10), SourceId::from("s"));
        span.kind = SpanKind::Llm;
        span.provider = Some("openai".into());
        span.request_model = Some("gpt-4.1".into());
        span.parameters.clone_from(json!({"max_tokens": 100, "temperature": 0}).as_object().unwrap());
        span.tools =
            Some(json!([{"type": "function", "function": {"name": tool("lookup"), "parameters": {"type": "object"}}}]));
        span.input_messages.clone_from(&messages);
        span.usage = Usage { input: Some(10), output: Some(5), ..Usage::default() };
        span.output_text = says.text.map(str::to_owned);
        let calls: Vec<ToolCall> = says
            .calls
            .iter()
            .enumerate()
            .map(|(at, (name, arguments))| ToolCall {
                id: Some(format!("rec{step}{at}")),
                name: tool(name),
                arguments: arguments.clone(),
            })
            .collect();
        let parts: Vec<Part> = match says.text {
            Some(text) => vec![Part::Text { text: text.into() }],
            None => calls.iter().cloned().map(Part::ToolCall).collect(),
        };
        let answer = Message { role: Role::Assistant, name: None, parts };
        span.output_messages = vec![answer.clone()];
        messages.push(answer);
        for call in &calls {
            let result = told(&call.name, &call.arguments).into();
            let part = Part::ToolResult { id: call.id.clone(), result };
            messages.push(Message { role: Role::Tool, name: None, parts: vec![part] });
        }
        spans.push(span);
    }
    let store = Store::new(bench.dir.path(), StoreOptions::default());
    let mut ingest = store.ingest(&Cancel::new()).unwrap();
    ingest.add(spans, Vec::new()).unwrap();
    ingest.finish(&[]).unwrap();
}

/// An order of whole chains.
pub fn chains() -> ReplayOrder {
    let mut chains = order();
    chains.calls = CallsMode::Chain;
    chains
}

/// The plan of chains of imported traces.
pub fn plan(bench: &Bench, order: &ReplayOrder, traces: &[&str]) -> ReplayPlan {
    let traces: Vec<TraceId> = traces.iter().map(|trace| TraceId::from(*trace)).collect();
    let cases = bench.service.cases(&traces, CallsMode::Chain, &Cancel::new()).unwrap();
    bench.plan(order, cases)
}

/// What an agent says to a request, by its number and body.
type SaysWhat = dyn Fn(usize, &Value) -> Says + Send + Sync;

/// A model that says something of its own at each step of a conversation.
pub struct Agent {
    says: Arc<SaysWhat>,
}

impl Agent {
    /// An agent with a script by step, from 0; the last says again what it said.
    pub async fn of(script: Vec<Says>) -> MockServer {
        Self::by(move |step, _| script.get(step).or(script.last()).unwrap().clone()).await
    }

    /// An agent that decides by step and request.
    pub async fn by(says: impl Fn(usize, &Value) -> Says + Send + Sync + 'static) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(Self { says: Arc::new(says) }).mount(&server).await;
        server
    }
}

impl Respond for Agent {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let step = step_of(&body);
        ResponseTemplate::new(200).set_body_raw(streamed(&(self.says)(step, &body), step), "text/event-stream")
    }
}

/// How often the model has spoken in a request.
pub fn step_of(body: &Value) -> usize {
    body["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "assistant").count()
}

/// An answer in the form of a stream, with ten tokens in and four out.
pub fn streamed(says: &Says, step: usize) -> String {
    let text = says.text.map(|text| json!({"content": text}));
    let calls = says.calls.iter().enumerate().map(|(at, (name, arguments))| {
        let function = json!({"name": name, "arguments": arguments.to_string()});
        json!({"tool_calls": [{"index": at, "id": format!("own{step}{at}"), "type": "function", "function": function}]})
    });
    streamed_events(&text.into_iter().chain(calls).collect::<Vec<Value>>())
}

/// A stream of pieces of an answer.
pub fn streamed_events(deltas: &[Value]) -> String {
    let mut body = String::new();
    let mut event = |value: Value| body.extend(["data: ", &value.to_string(), "\n\n"]);
    for delta in deltas {
        event(json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]}));
    }
    let asks = deltas.iter().any(|delta| delta.get("tool_calls").is_some());
    let reason = if asks { "tool_calls" } else { "stop" };
    event(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}));
    event(json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 4}}));
    body.push_str("data: [DONE]\n\n");
    body
}

/// The requests a server got, as JSON.
pub async fn bodies(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}
