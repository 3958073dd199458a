//! A workspace in a temporary directory, a provider on loopback, and cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hindcast::domain::cancel::Cancel;
use hindcast::domain::ids::{RunId, SourceId, TraceId};
use hindcast::domain::message::{Message, Role};
use hindcast::domain::money::Money;
use hindcast::domain::price::{PriceBook, PriceOverride};
use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::run::{Case, ModelChoice, RunResult};
use hindcast::domain::span::{Cost, PromptRef, Span, SpanKind, Usage};
use hindcast::domain::time::{SystemClock, Timestamp};
use hindcast::http::RetryPolicy;
use hindcast::providers::{Environment, Providers};
use hindcast::services::replay::{DayLimit, ReplayOrder, ReplayPlan, ReplayService, RunEvent, RunOutcome};
use hindcast::store::journal::read_journal;
use hindcast::store::{Journal, JournalRecord, Store, StoreOptions};
use tokio_util::sync::CancellationToken;

pub const KEY: &str = "sk-test-0123456789abcdefghij";

pub struct Bench {
    pub dir: tempfile::TempDir,
    pub service: ReplayService,
}

impl Bench {
    /// A service whose provider `p` is at an address, with prices of 1 and 10 dollars a million tokens for `p/m`.
    pub fn at(base_url: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let service = service(dir.path(), base_url);
        Self { dir, service }
    }

    /// The same with other settings of the provider.
    pub fn with(base_url: &str, change: impl Fn(&mut ProviderSettings)) -> Self {
        Self::of(&[("p", base_url)], change)
    }

    /// A service with several providers, each with a model `m` priced alike.
    pub fn of(providers: &[(&str, &str)], change: impl Fn(&mut ProviderSettings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let service = service_of(dir.path(), providers, change);
        Self { dir, service }
    }

    /// With a limit on what is spent in a day.
    pub fn a_day(self, limit: DayLimit) -> Self {
        Self { service: self.service.with_day(Some(limit)), dir: self.dir }
    }

    pub fn plan(&self, order: &ReplayOrder, cases: Vec<Case>) -> ReplayPlan {
        self.service.plan(order, cases, None, &Cancel::new()).unwrap()
    }

    /// Imports cases as traces of one model call.
    pub fn import(&self, count: usize) {
        let store = Store::new(self.dir.path(), StoreOptions::default());
        let spans = cases(count).into_iter().map(|case| {
            let mut span = Span::new(case.trace_id, case.span_id, Timestamp::from_nanos(1), SourceId::from("s"));
            span.kind = SpanKind::Llm;
            span.provider = case.provider;
            span.request_model = case.model;
            span.parameters = case.parameters;
            span.input_messages = case.messages;
            span.output_text = case.answer;
            span.usage = case.usage;
            span
        });
        let mut ingest = store.ingest(&Cancel::new()).unwrap();
        ingest.add(spans.collect(), Vec::new()).unwrap();
        ingest.finish(&[]).unwrap();
    }

    /// A plan of all imported cases.
    pub fn plan_imported(&self, order: &ReplayOrder, count: usize) -> ReplayPlan {
        let traces: Vec<TraceId> = cases(count).into_iter().map(|case| case.trace_id).collect();
        let cases = self.service.cases(&traces, order.calls, &Cancel::new()).unwrap();
        self.plan(order, cases)
    }

    pub async fn run(&self, plan: ReplayPlan) -> (RunOutcome, Vec<RunEvent>) {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(100_000);
        let outcome = self.service.run(plan, Some(sender), CancellationToken::new()).await.unwrap();
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        (outcome, events)
    }

    pub fn records(&self, run: &RunId) -> Vec<JournalRecord> {
        let journal = Journal::of_run(self.dir.path(), run).unwrap();
        read_journal(journal.path()).unwrap().records
    }
}

pub fn service(dir: &std::path::Path, base_url: &str) -> ReplayService {
    service_of(dir, &[("p", base_url)], |_| {})
}

fn service_of(
    dir: &std::path::Path,
    providers: &[(&str, &str)],
    change: impl Fn(&mut ProviderSettings),
) -> ReplayService {
    let settings = providers.iter().map(|(name, base_url)| {
        let mut settings = ProviderSettings {
            base_url: Some((*base_url).to_owned()),
            key: Some(KeySource::Env("P_KEY".into())),
            ..ProviderSettings::new(*name, ProviderKind::OpenAi)
        };
        change(&mut settings);
        settings
    });
    let price = PriceOverride { input: money("1"), output: money("10"), ..PriceOverride::default() };
    let prices = providers
        .iter()
        .fold(PriceBook::compiled_in(), |prices, (name, _)| prices.with_price(&format!("{name}/m"), price));
    let providers = Providers::new(settings.collect(), Environment::of([("P_KEY", KEY)]));
    let store = Store::new(dir, StoreOptions::default());
    let number = AtomicU64::new(0);
    let policy = RetryPolicy { first_pause: Duration::from_millis(1), ..RetryPolicy::default() };
    ReplayService::new(providers, prices, store, Arc::new(SystemClock)).with_chance(
        policy,
        || 0.5,
        move || RunId::from(format!("run{}", number.fetch_add(1, Ordering::Relaxed))),
    )
}

pub fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub fn order() -> ReplayOrder {
    ReplayOrder::new(vec![ModelChoice::Model("p/m".parse().unwrap())])
}

pub fn case(number: usize) -> Case {
    Case {
        trace_id: format!("trace{number}").into(),
        span_id: "span".into(),
        provider: Some("openai".into()),
        model: Some("gpt-4.1".into()),
        messages: vec![Message::text(Role::User, format!("Question {number}?"))],
        parameters: serde_json::json!({"max_tokens": 100, "temperature": 0}).as_object().unwrap().clone(),
        tools: None,
        prompt: PromptRef::default(),
        chunks: Vec::new(),
        question: format!("Question {number}?"),
        answer: Some("An answer.".into()),
        answer_tool_calls: Vec::new(),
        usage: Usage { input: Some(10), output: Some(5), ..Usage::default() },
        cost: Cost::Unknown,
        duration_ns: None,
        ttft_ns: None,
        finish_reason: None,
    }
}

pub fn cases(count: usize) -> Vec<Case> {
    (0..count).map(case).collect()
}

pub fn results(events: &[RunEvent]) -> Vec<RunResult> {
    events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Finished(result) => Some((**result).clone()),
            _ => None,
        })
        .collect()
}

/// A streamed answer of some texts, with usage.
pub fn stream(texts: &[&str]) -> String {
    let mut body = String::new();
    for text in texts {
        let delta = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
        body.extend(["data: ", &delta.to_string(), "\n\n"]);
    }
    body.push_str("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
    body.push_str("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4}}\n\n");
    body.push_str("data: [DONE]\n\n");
    body
}
