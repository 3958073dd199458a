//! Real recordings: their requests are rebuilt as they were sent, and their agents are replayed without a divergence.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hindcast::domain::cancel::Cancel;
use hindcast::domain::chain::canonical_request;
use hindcast::domain::ids::{RunId, TraceId};
use hindcast::domain::message::{Message, Part, ToolCall};
use hindcast::domain::price::{PriceBook, PriceOverride};
use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::run::{CallsMode, Case, ModelChoice, ResultStatus};
use hindcast::domain::span::Span;
use hindcast::domain::time::SystemClock;
use hindcast::providers::{Environment, Providers};
use hindcast::services::replay::{CachePolicy, ReplayOrder, ReplayService, cases_of};
use hindcast::store::{Store, StoreOptions};
use serde_json::{Map, Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::chain_support::streamed_events;
use super::support::{Bench, KEY, results};
use crate::import::reading::{Read, fixtures};

/// Recorded parameters that are none of the request: names the recorder gives to what stands elsewhere, and what says how
/// the answer came.
const NOT_SENT: [&str; 7] = [
    "model_name",
    "model",
    "stream",
    // What LlamaIndex knows of the model.
    "context_window",
    "is_chat_model",
    "is_function_calling_model",
    "num_output",
];
/// Sent where a recording has no output limit of its own.
const OWN_LIMIT: u64 = 1_024;

fn traces(folder: &Path) -> BTreeMap<TraceId, Vec<Span>> {
    let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
    for span in Read::folder(folder).spans().into_values() {
        traces.entry(span.trace_id.clone()).or_default().push(span);
    }
    traces
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir() && path.file_name().is_some_and(|name| name != "mutated"))
        .collect();
    folders.sort();
    folders
}

/// A service whose provider `openai` is at an address, and whose models cost nothing.
fn service(dir: &Path, base_url: &str) -> ReplayService {
    let settings = ProviderSettings {
        base_url: Some(base_url.to_owned()),
        key: Some(KeySource::Env("P_KEY".into())),
        ..ProviderSettings::new("openai", ProviderKind::OpenAi)
    };
    let providers = Providers::new(vec![settings], Environment::of([("P_KEY", KEY)]));
    let price = |book: PriceBook, model: &str| book.with_price(model, PriceOverride::default());
    let models = ["smollm2-135m-instruct", "gemma3-270m", "no-such-model"].map(|model| format!("openai/{model}"));
    let prices = models.iter().fold(PriceBook::compiled_in(), |book, model| price(book, model));
    let number = std::sync::atomic::AtomicU64::new(0);
    ReplayService::new(providers, prices, Store::new(dir, StoreOptions::default()), Arc::new(SystemClock)).with_chance(
        hindcast::http::RetryPolicy::default(),
        || 0.5,
        move || RunId::from(format!("run{}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed))),
    )
}

fn as_recorded(calls: CallsMode) -> ReplayOrder {
    let mut order = ReplayOrder::new(vec![ModelChoice::Recorded]);
    order.calls = calls;
    order.cache = CachePolicy::Ignore;
    order.default_max_output = OWN_LIMIT;
    order
}

/// The recorded request: messages, parameters and tools as they stand on the span.
fn recorded_request(case: &Case) -> Value {
    let mut body = case.parameters.clone();
    for name in &NOT_SENT {
        body.remove(*name);
    }
    body.insert("messages".into(), case.messages.iter().flat_map(recorded_message).collect());
    if let Some(tools) = &case.tools {
        body.insert("tools".into(), tools.clone());
    }
    Value::Object(body)
}

/// A recorded message in the form of chat completions; tool results are messages of their own there.
fn recorded_message(message: &Message) -> Vec<Value> {
    let (mut texts, mut calls, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for part in &message.parts {
        match part {
            Part::Text { text } => texts.push(json!({"type": "text", "text": text})),
            Part::ToolCall(ToolCall { id, name, arguments }) => {
                calls.push(json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}));
            }
            Part::ToolResult { id, result } => {
                let text = result.as_str().map_or_else(|| result.to_string(), str::to_owned);
                all.push(json!({"role": "tool", "tool_call_id": id, "content": text}));
            }
            Part::Other { value } => texts.push(value.clone()),
            Part::Reasoning { .. } => {}
        }
    }
    if all.is_empty() || !texts.is_empty() || !calls.is_empty() {
        let mut own = Map::new();
        own.insert("role".into(), message.role.as_str().into());
        own.insert("content".into(), texts.into());
        if let Some(name) = &message.name {
            own.insert("name".into(), name.as_str().into());
        }
        own.insert("tool_calls".into(), calls.into());
        all.push(Value::Object(own));
    }
    all
}

/// What was found over the recordings of a folder.
#[derive(Debug, Default)]
struct Found {
    same: usize,
    skipped: BTreeMap<String, usize>,
    different: Vec<String>,
}

fn identity(folder: &Path, found: &mut Found) {
    let dir = tempfile::tempdir().unwrap();
    let service = service(dir.path(), "http://127.0.0.1:9/v1");
    for spans in traces(folder).into_values() {
        let cases = cases_of(&spans, CallsMode::All);
        if cases.is_empty() {
            continue;
        }
        let plan = service.plan(&as_recorded(CallsMode::All), cases, None, &Cancel::new()).unwrap();
        for skipped in &plan.skipped {
            *found.skipped.entry(skipped.error.clone().unwrap()).or_default() += 1;
        }
        for call in &plan.calls {
            let recorded = recorded_request(&call.case);
            let mut rebuilt: Value = serde_json::from_slice(&call.prepared.body).unwrap();
            if recorded.get("max_tokens").or_else(|| recorded.get("max_completion_tokens")).is_none() {
                // Every request has a limit, so that its cost has one.
                let limit = call.case.parameters.get("num_output").cloned().unwrap_or(OWN_LIMIT.into());
                assert_eq!(rebuilt.as_object_mut().unwrap().remove("max_tokens"), Some(limit));
            }
            let (recorded, rebuilt) = (canonical_request(&recorded), canonical_request(&rebuilt));
            if recorded == rebuilt {
                found.same += 1;
            } else {
                let id = call.case.trace_id.as_str();
                found.different.push(format!("{} {id}\n  {recorded}\n  {rebuilt}", folder.display()));
            }
        }
    }
}

#[test]
fn requests_are_rebuilt_as_they_were_recorded() {
    let mut found = Found::default();
    for folder in &folders(&fixtures()) {
        identity(folder, &mut found);
    }
    assert_eq!(found.different, Vec::<String>::new(), "{} are the same", found.same);
    assert!(found.same > 150, "{found:?}");
    // What is not rebuilt says why.
    let reasons: Vec<&String> = found.skipped.keys().collect();
    assert!(reasons.iter().all(|reason| reason.contains("recording") || reason.contains("price")), "{reasons:?}");
}

/// Set `HINDCAST_RECORDED` to a folder of recordings to rebuild all of their requests.
#[test]
fn requests_of_a_folder_given_by_the_environment_are_rebuilt() {
    let Some(root) = std::env::var_os("HINDCAST_RECORDED") else {
        let _ = writeln!(std::io::stderr(), "skipped: HINDCAST_RECORDED is not set");
        return;
    };
    let mut found = Found::default();
    for folder in &folders(Path::new(&root)) {
        identity(folder, &mut found);
    }
    let _ = writeln!(std::io::stderr(), "{} requests are the same; not replayed: {:?}", found.same, found.skipped);
    assert_eq!(found.different, Vec::<String>::new());
}

/// Answers a request as the recorded model answered it; what was never asked is not found.
#[derive(Clone, Default)]
struct AsRecorded {
    answers: Arc<Mutex<HashMap<String, Message>>>,
}

impl Respond for AsRecorded {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let known = self.answers.lock().unwrap().clone();
        match known.get(&canonical_request(&body)) {
            Some(message) => ResponseTemplate::new(200).set_body_raw(said(message), "text/event-stream"),
            None => ResponseTemplate::new(404).set_body_string("this was never asked"),
        }
    }
}

fn said(message: &Message) -> String {
    let mut deltas = Vec::new();
    for part in &message.parts {
        match part {
            Part::Text { text } => deltas.push(json!({"content": text})),
            Part::ToolCall(call) => {
                let arguments = call.arguments.as_str().map_or_else(|| call.arguments.to_string(), str::to_owned);
                let function = json!({"name": call.name, "arguments": arguments});
                let call = json!({"index": deltas.len(), "id": call.id, "type": "function", "function": function});
                deltas.push(json!({"tool_calls": [call]}));
            }
            _ => {}
        }
    }
    streamed_events(&deltas)
}

/// Replays every trace of a folder with an LLM call; how many requests the chains had.
async fn replay_folder(folder: &Path, longest: &mut usize) -> usize {
    let double = AsRecorded::default();
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(double.clone()).mount(&server).await;
    let dir = tempfile::tempdir().unwrap();
    let service = service(dir.path(), &server.uri());
    let bench = Bench { dir, service };
    let traces = traces(folder);
    let store = Store::new(bench.dir.path(), StoreOptions::default());
    let mut ingest = store.ingest(&Cancel::new()).unwrap();
    ingest.add(traces.values().flatten().cloned().collect(), Vec::new()).unwrap();
    ingest.finish(&[]).unwrap();
    let mut requests = 0;
    for (id, spans) in &traces {
        let each = bench.plan(&as_recorded(CallsMode::All), cases_of(spans, CallsMode::All));
        let answers = each.calls.iter().filter_map(|call| {
            let span = spans.iter().find(|span| span.span_id == call.case.span_id)?;
            let body: Value = serde_json::from_slice(&call.prepared.body).unwrap();
            Some((canonical_request(&body), span.output_messages.first()?.clone()))
        });
        *double.answers.lock().unwrap() = answers.collect();
        let cases = bench.service.cases(std::slice::from_ref(id), CallsMode::Chain, &Cancel::new()).unwrap();
        let plan = bench.plan(&as_recorded(CallsMode::Chain), cases);
        let planned = plan.requests() as usize;
        let (_, events) = bench.run(plan).await;
        for result in results(&events).iter().filter(|result| result.status != ResultStatus::Skipped) {
            let name = folder.display();
            let noted = result.error.as_deref().unwrap_or_default();
            assert_eq!(result.status, ResultStatus::Ok, "{name} {}: {result:#?}", id.as_str());
            // LangChain tells the model's name twice.
            assert!(["", "not sent: model_name (not sent on a replay)"].contains(&noted), "{name}: {noted}");
            assert!(result.steps.iter().all(|step| step.as_recorded && step.all_divergences().next().is_none()));
            assert_eq!(result.steps.len(), planned, "{name} {}", id.as_str());
            requests += result.steps.len();
            *longest = result.steps.len().max(*longest);
        }
    }
    requests
}

#[tokio::test]
async fn recorded_agents_replay_without_a_divergence() {
    for (folder, least) in [
        ("openinference-openai-agent", 30),
        ("openinference-langchain-agent", 25),
        ("openllmetry", 15),
        ("pydantic-ai-logfire", 10),
    ] {
        let mut longest = 0;
        let requests = replay_folder(&fixtures().join(folder), &mut longest).await;
        assert!(requests >= least, "{folder}: {requests} requests");
        assert!(longest >= if folder == "openllmetry" { 1 } else { 2 }, "{folder}: {longest}");
    }
}
