//! One exchange between a provider and its double.

use std::sync::{Arc, OnceLock};

use hindcast::domain::message::{Message, Part, Role};
use hindcast::domain::run::Case;
use hindcast::domain::span::{Cost, PromptRef, Usage};
use hindcast::providers::{Abilities, Answer, CallError, Delivery, ProviderError, Request, StreamEvent};
use serde_json::{Map, Value, json};

use super::dialect::{Asked, Dialect, Frames, Piece, Script};
use super::double::{Double, Received, Reply};

/// What came of an exchange.
pub struct Exchange {
    pub asked: Asked,
    pub dropped: Vec<String>,
    pub answer: Result<Answer, CallError>,
    pub events: Vec<StreamEvent>,
}

impl Exchange {
    pub fn answer(self) -> Answer {
        self.answer.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    pub fn error(self) -> CallError {
        match self.answer {
            Ok(answer) => panic!("an answer instead of an error: {answer:?}"),
            Err(error) => error,
        }
    }

    /// Whether what was left out says one of the words.
    pub fn says(&self, words: &[&str]) -> bool {
        let lower: Vec<String> = self.dropped.iter().map(|said| said.to_lowercase()).collect();
        words.iter().any(|word| lower.iter().any(|said| said.contains(word)))
    }

    pub fn must_say(&self, words: &[&str]) {
        assert!(self.says(words), "none of {words:?} is said as dropped: {:?}", self.dropped);
    }

    pub fn streamed_text(&self) -> String {
        self.events
            .iter()
            .filter_map(|event| match event {
                StreamEvent::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// A request of one question.
pub fn request(dialect: &dyn Dialect) -> Request {
    Request {
        model: dialect.model().to_owned(),
        messages: vec![Message::text(Role::User, "Weather in Oslo?")],
        parameters: Map::new(),
        set: Map::new(),
        tools: None,
        max_output: Some(200),
        abilities: Abilities::default(),
        delivery: Delivery::Whole,
        case: case(),
        chunks: Vec::new(),
    }
}

/// A request with recorded parameters.
pub fn with(dialect: &dyn Dialect, parameters: Value) -> Request {
    let Value::Object(parameters) = parameters else { panic!("{parameters} is no object") };
    Request { parameters, ..request(dialect) }
}

/// A request whose only message has these parts.
pub fn saying(dialect: &dyn Dialect, parts: Vec<Part>) -> Request {
    Request { messages: vec![Message { role: Role::User, name: None, parts }], ..request(dialect) }
}

/// Two tools as chat completions record them.
pub fn two_tools() -> Value {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    json!([
        {"type": "function",
         "function": {"name": "get_weather", "description": "Current weather", "parameters": schema}},
        {"type": "function", "function": {"name": "get_time", "parameters": schema}},
    ])
}

/// A plain answer of one text.
pub fn hello(dialect: &dyn Dialect) -> Script {
    Script::new(dialect, vec![Piece::Text("Hel"), Piece::Text("lo.")])
}

/// Sends a request to a double that answers `Hello.`
pub async fn ask(dialect: &dyn Dialect, request: &Request) -> Exchange {
    let script = hello(dialect);
    let whole = dialect.plain(&script);
    let stream = streamed(dialect, dialect.frames(&script));
    exchange(dialect, request, if request.delivery == Delivery::Whole { whole } else { stream }).await
}

/// The reply that streams frames.
pub fn streamed(dialect: &dyn Dialect, frames: Frames) -> Reply {
    Reply::new(200, dialect.stream_type(), [frames.body, frames.end].concat())
}

/// Sends a request to a double that answers so, and checks its credentials and path.
pub async fn exchange(dialect: &dyn Dialect, request: &Request, reply: Reply) -> Exchange {
    match tried(dialect, request, reply).await {
        Ok(exchange) => exchange,
        Err(error) => panic!("the request cannot be prepared: {error}"),
    }
}

/// The same, where the request may be refused before it is sent.
pub async fn tried(dialect: &dyn Dialect, request: &Request, reply: Reply) -> Result<Exchange, ProviderError> {
    let double = Double::start(move |_| reply.clone()).await;
    let provider = dialect.providers(&double.base).get(dialect.provider())?;
    let prepared = provider.prepare(request)?;
    let mut events = Vec::new();
    let answer = provider.call(&prepared, &mut |event| events.push(event)).await;
    let received = only(double.received());
    dialect.check(&received).unwrap_or_else(|wrong| panic!("{wrong}; {} {:?}", received.path, received.headers));
    assert_eq!(dialect.wants_stream(&received), request.delivery == Delivery::Streamed, "delivery");
    Ok(Exchange { asked: dialect.read(&received), dropped: prepared.dropped, answer, events })
}

fn only(received: Vec<Received>) -> Received {
    assert_eq!(received.len(), 1, "requests that the double received");
    received.into_iter().next().unwrap()
}

fn case() -> Arc<Case> {
    static CASE: OnceLock<Arc<Case>> = OnceLock::new();
    Arc::clone(CASE.get_or_init(|| {
        Arc::new(Case {
            trace_id: "trace".into(),
            span_id: "span".into(),
            provider: Some("openai".into()),
            model: Some("gpt-4.1".into()),
            messages: Vec::new(),
            parameters: Map::new(),
            tools: None,
            prompt: PromptRef::default(),
            chunks: Vec::new(),
            question: "Weather in Oslo?".into(),
            answer: None,
            answer_tool_calls: Vec::new(),
            usage: Usage::default(),
            cost: Cost::Unknown,
            duration_ns: None,
            ttft_ns: None,
            finish_reason: None,
        })
    }))
}
