//! The one span model that every importer maps to (field by field as in the public `spans` table).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chunk::Chunk;
use super::ids::{SessionId, SourceId, SpanId, TraceId};
use super::message::{Message, Role};
use super::money::Money;
use super::score::Score;
use super::time::Timestamp;

/// What a span did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// A call of a language model.
    Llm,
    /// A search for documents.
    Retriever,
    /// A reordering of documents.
    Reranker,
    /// A call of an embedding model.
    Embedding,
    /// The execution of a tool.
    Tool,
    /// An agent's whole turn.
    Agent,
    /// A step that calls others.
    Chain,
    /// A whole application flow.
    Workflow,
    /// A check before or after a call.
    Guardrail,
    /// A judgement of an answer.
    Evaluator,
    /// The rendering of a prompt.
    Prompt,
    /// A read or write of an agent's memory.
    Memory,
    /// Anything else.
    #[default]
    Other,
}

impl SpanKind {
    /// Every kind, in the order of the public list.
    pub const ALL: [Self; 13] = [
        Self::Llm,
        Self::Retriever,
        Self::Reranker,
        Self::Embedding,
        Self::Tool,
        Self::Agent,
        Self::Chain,
        Self::Workflow,
        Self::Guardrail,
        Self::Evaluator,
        Self::Prompt,
        Self::Memory,
        Self::Other,
    ];

    /// The kind's name in the tables and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Retriever => "retriever",
            Self::Reranker => "reranker",
            Self::Embedding => "embedding",
            Self::Tool => "tool",
            Self::Agent => "agent",
            Self::Chain => "chain",
            Self::Workflow => "workflow",
            Self::Guardrail => "guardrail",
            Self::Evaluator => "evaluator",
            Self::Prompt => "prompt",
            Self::Memory => "memory",
            Self::Other => "other",
        }
    }

    /// Reads a kind's name in the tables.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether this span's own tokens and cost count in the totals of its trace; parents repeat their children's.
    pub const fn counts_usage(self) -> bool {
        matches!(self, Self::Llm | Self::Embedding)
    }
}

/// How a span ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanStatus {
    /// Said to be fine.
    Ok,
    /// Failed.
    Error,
    /// Nothing said, as OpenTelemetry's default.
    #[default]
    Unset,
}

impl SpanStatus {
    /// The status' name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Unset => "unset",
        }
    }

    /// Reads a status' name in the tables.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ok, Self::Error, Self::Unset].into_iter().find(|status| status.as_str() == text)
    }
}

/// Token counts; `input` includes cached and cache-written tokens, `output` includes reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All input tokens; `None` where not recorded, which is not zero.
    pub input: Option<u64>,
    /// All output tokens.
    pub output: Option<u64>,
    /// Input tokens read from the provider's cache, a part of `input`.
    pub cached_input: Option<u64>,
    /// Input tokens written to the provider's cache, a part of `input`.
    pub cache_write: Option<u64>,
    /// Output tokens spent on reasoning, a part of `output`.
    pub reasoning: Option<u64>,
    /// Input tokens of sound, a part of `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_input: Option<u64>,
    /// Output tokens of sound, a part of `output`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_output: Option<u64>,
}

impl Usage {
    /// Input and output together; `None` where neither is known.
    pub fn total(&self) -> Option<u64> {
        match (self.input, self.output) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))),
        }
    }
}

/// What a call cost, and how that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", content = "usd", rename_all = "lowercase")]
pub enum Cost {
    /// Written in the recording.
    Recorded(Money),
    /// Computed from tokens and a price table.
    Computed(Money),
    /// Not known; never shown or added as zero.
    #[default]
    Unknown,
}

impl Cost {
    /// The amount, where known.
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Recorded(amount) | Self::Computed(amount) => Some(amount),
            Self::Unknown => None,
        }
    }

    /// The name of `cost_source` in the tables.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Recorded(_) => "recorded",
            Self::Computed(_) => "computed",
            Self::Unknown => "unknown",
        }
    }
}

/// The prompt a call was made with, as far as recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PromptRef {
    /// The prompt's name.
    pub name: Option<String>,
    /// The version label as recorded.
    pub version: Option<String>,
    /// The template's text.
    pub template: Option<String>,
    /// The variables it was rendered with.
    pub variables: Option<Map<String, Value>>,
}

/// A tool call as executed, or as asked for by a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolExecution {
    /// The tool's name.
    pub name: String,
    /// The arguments: an object where valid JSON, else a JSON string with the text as recorded.
    pub arguments: Value,
    /// The result, where it was executed and recorded.
    pub result: Option<String>,
    /// The error, where it failed.
    pub error: Option<String>,
    /// How long it took in nanoseconds, where executed.
    pub duration_ns: Option<i64>,
}

/// One recorded span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id, unique within the trace.
    pub span_id: SpanId,
    /// Its parent; `None` for a root. The parent may never have been recorded.
    pub parent_id: Option<SpanId>,
    /// What it did.
    pub kind: SpanKind,
    /// Its name as recorded.
    pub name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; earlier than the start where the recorder's clock went backwards.
    pub ended_at: Option<Timestamp>,
    /// From the start to the first piece of the answer, in nanoseconds.
    pub ttft_ns: Option<i64>,
    /// How it ended.
    pub status: SpanStatus,
    /// What was said about a failure.
    pub status_message: Option<String>,
    /// The class of the failure, such as `RateLimitError`.
    pub error_type: Option<String>,
    /// The provider in its normal form (`openai`, `azure`, `anthropic`, …).
    pub provider: Option<String>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// The model that answered.
    pub response_model: Option<String>,
    /// Why the model stopped.
    pub finish_reason: Option<String>,
    /// Sampling and other parameters, named as in OpenAI's chat API where they have a counterpart there.
    pub parameters: Map<String, Value>,
    /// Tool definitions as recorded: a JSON array.
    pub tools: Option<Value>,
    /// The input as one text: the last user message of a model call, the query of a retriever, else the recorded input.
    pub input_text: Option<String>,
    /// The output as one text: the answer of a model call, else the recorded output.
    pub output_text: Option<String>,
    /// Messages sent to the model.
    pub input_messages: Vec<Message>,
    /// Messages the model answered with.
    pub output_messages: Vec<Message>,
    /// Chunks retrieved, or given to and returned by a reranker.
    pub chunks: Vec<Chunk>,
    /// Tool calls executed here or asked for by the model.
    pub tool_calls: Vec<ToolExecution>,
    /// Token counts.
    pub usage: Usage,
    /// What it cost.
    pub cost: Cost,
    /// The prompt it was made with.
    pub prompt: PromptRef,
    /// The conversation.
    pub session_id: Option<SessionId>,
    /// The end user.
    pub user_id: Option<String>,
    /// The customer.
    pub tenant_id: Option<String>,
    /// The deployment environment.
    pub environment: Option<String>,
    /// Tags in the order recorded.
    pub tags: Vec<String>,
    /// Every attribute, of span, resource (`resource.` in front) and scope (`scope.`), except those whose whole content stands in another field.
    pub attributes: Map<String, Value>,
    /// Scores recorded on the span.
    pub scores: Vec<Score>,
    /// Where it was imported from.
    pub source_id: SourceId,
}

impl Span {
    /// A span with its ids and start, everything else absent.
    pub fn new(trace_id: TraceId, span_id: SpanId, started_at: Timestamp, source_id: SourceId) -> Self {
        Self {
            trace_id,
            span_id,
            parent_id: None,
            kind: SpanKind::Other,
            name: String::new(),
            started_at,
            ended_at: None,
            ttft_ns: None,
            status: SpanStatus::Unset,
            status_message: None,
            error_type: None,
            provider: None,
            request_model: None,
            response_model: None,
            finish_reason: None,
            parameters: Map::new(),
            tools: None,
            input_text: None,
            output_text: None,
            input_messages: Vec::new(),
            output_messages: Vec::new(),
            chunks: Vec::new(),
            tool_calls: Vec::new(),
            usage: Usage::default(),
            cost: Cost::Unknown,
            prompt: PromptRef::default(),
            session_id: None,
            user_id: None,
            tenant_id: None,
            environment: None,
            tags: Vec::new(),
            attributes: Map::new(),
            scores: Vec::new(),
            source_id,
        }
    }

    /// The model that answered, else the one asked for.
    pub fn model(&self) -> Option<&str> {
        self.response_model.as_deref().or(self.request_model.as_deref())
    }

    /// From start to end in nanoseconds; negative where the recorder's clock went backwards.
    pub fn duration_ns(&self) -> Option<i64> {
        self.ended_at.map(|end| end.since(self.started_at))
    }

    /// The content of the last user message, where messages were recorded.
    pub fn last_user_text(&self) -> Option<String> {
        self.input_messages.iter().rev().find(|message| message.role == Role::User).map(Message::content)
    }

    /// How much is known of this span; a second import replaces a span only by a more complete one.
    pub fn completeness(&self) -> u32 {
        let known = [
            self.ended_at.is_some(),
            self.status != SpanStatus::Unset,
            self.input_text.is_some(),
            self.output_text.is_some(),
            self.usage.total().is_some(),
            self.model().is_some(),
            self.ttft_ns.is_some(),
            self.finish_reason.is_some(),
            self.kind != SpanKind::Other,
        ];
        let counted = self.input_messages.len()
            + self.output_messages.len()
            + self.chunks.len()
            + self.tool_calls.len()
            + self.attributes.len()
            + self.scores.len();
        known.iter().map(|&is_known| u32::from(is_known)).sum::<u32>() + u32::try_from(counted).unwrap_or(u32::MAX / 2)
    }
}
