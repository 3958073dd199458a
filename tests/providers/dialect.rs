//! What a double has to be able to do: render scripted answers in its provider's format, and read requests back.

use hindcast::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use hindcast::domain::span::Usage;
use hindcast::providers::{Environment, Providers};
use serde_json::Value;

use super::double::{Received, Reply};

/// The key that every double wants.
pub const KEY: &str = "sk-conform-0123456789abcdefghij";

/// A piece of a scripted answer.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Text; pieces in a row are one text that is streamed in these pieces.
    Text(&'static str),
    /// Reasoning, likewise.
    Reasoning(&'static str),
    /// A tool call; a dialect streams its arguments in at least two fragments where its format can.
    Call { id: &'static str, name: &'static str, arguments: Value },
}

/// A scripted answer.
#[derive(Clone, Debug)]
pub struct Script {
    pub pieces: Vec<Piece>,
    /// The provider's own word for the end, from [`Dialect::finish_words`].
    pub finish: &'static str,
    /// Counts in our arithmetic (input with cached and written, output with reasoning): the dialect does its own.
    /// All `None`: the answer says nothing of usage.
    pub usage: Usage,
    /// The model that says it answered.
    pub model: &'static str,
}

impl Script {
    /// An answer that ends as the dialect ends what normally is `stop`, or `tool_calls` where it holds calls.
    pub fn new(dialect: &dyn Dialect, pieces: Vec<Piece>) -> Self {
        let has_calls = pieces.iter().any(|piece| matches!(piece, Piece::Call { .. }));
        let finish = dialect.word(if has_calls { "tool_calls" } else { "stop" });
        Self { pieces, finish, usage: dialect.full_usage(), model: "model-as-answered" }
    }

    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Text(text) => Some(*text),
                _ => None,
            })
            .collect()
    }

    pub fn reasoning(&self) -> String {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Reasoning(text) => Some(*text),
                _ => None,
            })
            .collect()
    }

    /// Id, name and arguments of the calls.
    pub fn calls(&self) -> Vec<(&'static str, &'static str, Value)> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Call { id, name, arguments } => Some((*id, *name, arguments.clone())),
                _ => None,
            })
            .collect()
    }
}

/// A streamed answer, frame by frame.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// What carries the answer.
    pub body: Vec<Vec<u8>>,
    /// What says that it is complete, with the usage: without these it is cut.
    pub end: Vec<Vec<u8>>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Authentication,
    Permission,
    NoSuchModel,
    /// With the API's own way to say `come back in 7 seconds`.
    RateLimit,
    Quota,
    TooLong,
    Filtered,
    Overloaded,
    Invalid,
    Server,
}

/// What an API may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    Seed,
    Stop,
    TopK,
    Penalties,
    /// Forbids several calls at once.
    ParallelSwitch,
    /// Forces one tool by a tool choice; one that lacks it offers that tool alone and forces a call.
    NamedChoice,
    /// A tool choice that forces some call; one that lacks it says so.
    RequiredChoice,
    /// A tool choice `none`; one that lacks it offers no tools.
    NoneChoice,
    ImageBytes,
    ImageAddress,
    Effort,
    Budget,
    /// Shows its reasoning.
    Reasoning,
    /// Names the model that answered.
    ModelName,
    /// Gives ids to calls.
    CallIds,
    /// Lists its models at the same address.
    ModelList,
}

/// Who says something in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    User,
    Model,
}

/// Something said in a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Text(String),
    /// Its address, or a `data:` URL.
    Image(String),
    Call {
        id: Option<String>,
        name: String,
        arguments: Value,
    },
    /// `name` only where the format has it beside the result.
    Result {
        id: Option<String>,
        name: Option<String>,
        text: String,
    },
}

/// A tool choice in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Auto,
    None,
    Required,
    Named(String),
}

/// Reasoning asked for in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thinking {
    Off,
    On,
    Effort(String),
    Budget(u64),
}

/// A tool offered in a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    pub name: String,
    pub description: Option<String>,
    pub schema: Value,
}

/// A request, read back from its format.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The model, from body or path.
    pub model: String,
    pub is_streamed: Option<bool>,
    pub system: Vec<String>,
    /// Everything said, in order, whatever the turns.
    pub said: Vec<(Who, Said)>,
    pub tools: Vec<Offered>,
    pub choice: Option<Choice>,
    /// Whether several calls at once are allowed, where the request says.
    pub parallel: Option<bool>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub top_k: Option<f64>,
    pub presence_penalty: Option<f64>,
    pub seed: Option<u64>,
    pub stop: Vec<String>,
    pub max_output: Option<u64>,
    pub schema: Option<Value>,
    pub thinking: Option<Thinking>,
}

/// A provider's format, spoken by the double.
pub trait Dialect: Send + Sync {
    /// The provider in failures.
    fn name(&self) -> &'static str;

    fn kind(&self) -> ProviderKind;

    /// The provider's name in its settings.
    fn provider(&self) -> &'static str {
        "p"
    }

    /// Settings of a provider of that name at the double's address (`http://127.0.0.1:PORT`).
    fn settings(&self, base: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(base.to_owned()),
            key: Some(KeySource::Env("TEST_KEY".to_owned())),
            ..ProviderSettings::new(self.provider(), self.kind())
        }
    }

    /// The variables that the provider sees.
    fn environment(&self) -> Environment {
        Environment::of([("TEST_KEY", KEY)])
    }

    fn providers(&self, base: &str) -> Providers {
        Providers::new(vec![self.settings(base)], self.environment())
    }

    /// The model asked.
    fn model(&self) -> &'static str {
        "model-1"
    }

    /// What the API lacks.
    fn lacks(&self) -> &'static [Ability];

    fn has(&self, ability: Ability) -> bool {
        !self.lacks().contains(&ability)
    }

    /// The provider's words for the end of an answer, each with our normal form; `stop`, `length` and `tool_calls` have to
    /// be among them.
    fn finish_words(&self) -> &'static [(&'static str, &'static str)];

    /// The first of the provider's words for a normal form.
    fn word(&self, normal: &str) -> &'static str {
        let found = self.finish_words().iter().find(|(_, ours)| *ours == normal);
        found.unwrap_or_else(|| panic!("{} has no word for {normal}", self.name())).0
    }

    /// As much usage as the API can tell.
    fn full_usage(&self) -> Usage {
        Usage {
            input: Some(100),
            output: Some(40),
            cached_input: Some(30),
            cache_write: Some(20),
            reasoning: Some(15),
            audio_input: Some(5),
            audio_output: Some(3),
        }
    }

    /// Whether a request for an answer came to the right path with the right credentials: what is wrong with it, else.
    fn check(&self, request: &Received) -> Result<(), String>;

    /// Whether a request asks for a stream.
    fn wants_stream(&self, request: &Received) -> bool {
        request.json().get("stream").and_then(Value::as_bool) == Some(true)
    }

    /// The answer at once.
    fn plain(&self, script: &Script) -> Reply;

    /// The answer in pieces.
    fn frames(&self, script: &Script) -> Frames;

    /// The type of a streamed body.
    fn stream_type(&self) -> &'static str {
        "text/event-stream"
    }

    /// A refusal with these words in it; `None` where the API has no such refusal.
    fn refusal(&self, why: Refused, words: &str) -> Option<Reply>;

    /// A frame that reports an overload with these words, inside a stream.
    fn error_frame(&self, words: &str) -> Vec<u8>;

    /// A frame that is framed well and holds broken JSON.
    fn broken_frame(&self) -> Vec<u8> {
        b"data: {\"broken\n\n".to_vec()
    }

    /// The list of models.
    fn models(&self, ids: &[&str]) -> Reply;

    /// Reads a request back.
    fn read(&self, request: &Received) -> Asked;
}

/// A frame of server-sent events without a name.
pub fn sse(data: &Value) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}

/// A named one.
pub fn named_sse(name: &str, data: &Value) -> Vec<u8> {
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

/// A text cut into two, at a character.
pub fn halves(text: &str) -> [&str; 2] {
    let middle = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
    [&text[..middle], &text[middle..]]
}

pub fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
