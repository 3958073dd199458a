//! Stores in temporary directories, and small spans.

use serde_json::json;

use crate::domain::cancel::Cancel;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::ids::SourceId;
use crate::domain::message::{Message, Part, Role, ToolCall};
use crate::domain::money::Money;
use crate::domain::patch::SpanPatch;
use crate::domain::score::{Score, ScoreSource};
use crate::domain::span::{Cost, Span, SpanKind, SpanStatus, ToolExecution};
use crate::domain::time::Timestamp;
use crate::store::{ImportCounts, Store, StoreOptions, TraceRow, TracesQuery};

pub const START: i64 = 1_795_420_000_000_000_123;

/// A store in a directory that is removed with it.
pub struct TestStore {
    pub store: Store,
    pub dir: tempfile::TempDir,
}

impl std::ops::Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

pub fn store() -> TestStore {
    store_with(StoreOptions::default())
}

pub fn store_with(options: StoreOptions) -> TestStore {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(dir.path().join(".hindcast"), options);
    TestStore { store, dir }
}

pub fn span(trace: &str, id: &str, parent: Option<&str>, offset_ms: i64) -> Span {
    let start = Timestamp::from_nanos(START + offset_ms * 1_000_000);
    let mut span = Span::new(trace.into(), id.into(), start, SourceId::from("src"));
    span.parent_id = parent.map(Into::into);
    span.name = format!("span {id}");
    span.ended_at = Some(Timestamp::from_nanos(start.nanos() + 5_000_007));
    span
}

pub fn llm(trace: &str, id: &str, parent: Option<&str>, offset_ms: i64) -> Span {
    let mut span = span(trace, id, parent, offset_ms);
    span.kind = SpanKind::Llm;
    span.status = SpanStatus::Ok;
    span.provider = Some("openai".into());
    span.request_model = Some("gpt-5.2".into());
    span.usage.input = Some(100);
    span.usage.output = Some(20);
    span.cost = Cost::Recorded(Money::from_pico(1_234_567));
    span
}

/// A span with something in every field.
pub fn full(trace: &str, id: &str) -> Span {
    let mut span = llm(trace, id, None, 3);
    span.ttft_ns = Some(1_234_567);
    span.status_message = Some("fine".into());
    span.error_type = Some("none".into());
    span.response_model = Some("gpt-5.2-2026".into());
    span.finish_reason = Some("stop".into());
    span.parameters.insert("temperature".into(), json!(0.2));
    span.tools = Some(json!([{"name": "f"}]));
    span.input_text = Some("What is\nthe plan?".into());
    span.output_text = Some("The Team plan.".into());
    span.input_messages =
        vec![Message::text(Role::System, "Be brief."), Message::text(Role::User, "What is\nthe plan?")];
    span.output_messages = vec![Message {
        role: Role::Other("narrator".into()),
        name: Some("bot".into()),
        parts: vec![
            Part::Text { text: "The Team plan.".into() },
            Part::ToolCall(ToolCall { id: Some("c1".into()), name: "f".into(), arguments: json!({"x": 1}) }),
        ],
    }];
    span.chunks = vec![Chunk {
        role: ChunkRole::Retrieved,
        rank: 1,
        document_id: Some("plans".into()),
        score: Some(0.47),
        content: Some("Team includes 5 seats.".into()),
        metadata: serde_json::from_value(json!({"lang": "en"})).unwrap(),
    }];
    span.tool_calls = vec![ToolExecution {
        name: "f".into(),
        arguments: json!({"x": 1}),
        result: Some("2".into()),
        error: None,
        duration_ns: Some(1_500_001),
    }];
    span.usage.cached_input = Some(7);
    span.usage.reasoning = Some(3);
    span.prompt.name = Some("answer".into());
    span.prompt.version = Some("v3".into());
    span.prompt.template = Some("{{question}}".into());
    span.prompt.variables = serde_json::from_value(json!({"question": "What?"})).unwrap();
    span.session_id = Some("s-1".into());
    span.user_id = Some("u-1".into());
    span.tenant_id = Some("nordwind".into());
    span.environment = Some("prod".into());
    span.tags = vec!["a".into(), "ü".into()];
    span.attributes = serde_json::from_value(json!({"k": "v", "n": 1.5, "list": ["x", "y"]})).unwrap();
    span.scores = vec![score(trace, Some(id), "thumbs", 1.0)];
    span
}

pub fn score(trace: &str, span: Option<&str>, name: &str, value: f64) -> Score {
    Score {
        trace_id: trace.into(),
        span_id: span.map(Into::into),
        result_id: None,
        name: name.into(),
        value: Some(value),
        label: Some("good".into()),
        explanation: None,
        source: ScoreSource::User,
        created_at: Timestamp::from_nanos(START),
    }
}

pub fn import(store: &Store, spans: Vec<Span>, patches: Vec<SpanPatch>) -> ImportCounts {
    let mut ingest = store.ingest(&Cancel::new()).unwrap();
    ingest.add(spans, patches).unwrap();
    ingest.finish(&[]).unwrap()
}

pub fn list(store: &Store) -> Vec<TraceRow> {
    store.traces_page(&TracesQuery::default(), &Cancel::new(), &mut |_| ()).unwrap().rows
}
