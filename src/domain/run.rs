//! Runs of a replay: models, variants and cases, as journalled and as in the public tables.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::chain::ChainOptions;
use super::chunk::Chunk;
use super::chunk_edit::edits_in_words;
use super::chunk_lists::ChunkLists;
use super::ids::{RunId, SpanId, TraceId, VariantId};
use super::message::{Message, ToolCall};
use super::message_edit::MessageEdit;
use super::model_price::ModelPrice;
use super::money::Money;
use super::run_design::{AblationDesign, Decided, StopRule, VariantRole};
use super::time::Timestamp;

pub use super::chunk_edit::ChunkEdit;
pub use super::run_result::{ResultPlace, ResultStatus, RunResult};

/// A model as the user names it: `provider/model`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId {
    /// The provider's name in the configuration, or a built-in one.
    pub provider: String,
    /// The model's name as the provider knows it; may itself hold slashes.
    pub model: String,
}

/// Why a text names no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no model: write provider/model, such as local/gemma3 or builtin/extractive")]
pub struct NotAModel(String);

impl std::str::FromStr for ModelId {
    type Err = NotAModel;

    fn from_str(text: &str) -> Result<Self, NotAModel> {
        match text.trim().split_once('/') {
            Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
                Ok(Self { provider: provider.to_owned(), model: model.to_owned() })
            }
            _ => Err(NotAModel(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for ModelId {
    type Error = NotAModel;
    fn try_from(text: String) -> Result<Self, NotAModel> {
        text.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.to_string()
    }
}

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

/// Which model a variant asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelChoice {
    /// Each case's own recorded model (`-m recorded`), at the provider it was recorded with.
    Recorded,
    /// One model for all cases.
    Model(ModelId),
}

impl std::fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Recorded => f.write_str("recorded"),
            Self::Model(id) => id.fmt(f),
        }
    }
}

/// A prompt and the version of it that a variant uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PromptVersionRef {
    /// The prompt's name: its path below `prompts/` without suffix.
    pub name: String,
    /// A commit, tag or branch, or `work` for the file as it is now.
    pub version: String,
}

impl std::fmt::Display for PromptVersionRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// What a variant changes besides model and prompt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overrides {
    /// Parameters set over the recorded ones (`--set k=v`).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// Chunk edits, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<ChunkEdit>,
    /// Messages and pieces of them that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageEdit>,
    /// Other chunks for single traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<ChunkLists>,
}

impl Overrides {
    /// What is changed, in words: `temperature=0, without chunk 2`; empty where nothing is. Values may be foreign.
    pub fn in_words(&self) -> String {
        let set = self.parameters.iter().map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            value => format!("{key}={value}"),
        });
        let edited = edits_in_words(&self.chunks);
        let cut = self.messages.iter().map(|edit| format!("without {}", edit.what()));
        let lists = self.lists.iter().map(|lists| format!("chunks found by {}", lists.retriever));
        set.chain(lists).chain(edited).chain(cut).collect::<Vec<_>>().join(", ")
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty() && self.chunks.is_empty() && self.messages.is_empty() && self.lists.is_none()
    }
}

/// One way to answer every case of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id within the run.
    pub id: VariantId,
    /// Which model.
    pub model: ModelChoice,
    /// Which prompt version; `None` sends the recorded messages.
    pub prompt: Option<PromptVersionRef>,
    /// The BLAKE3 hash of the prompt's file as it was when the run was planned, 64 hex digits; so that what was measured
    /// of a file that is not committed yet can be proved later. `None` without a prompt,
    /// and where a journal does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_hash: Option<String>,
    /// What else is changed.
    #[serde(default)]
    pub overrides: Overrides,
    /// What it is for.
    #[serde(default, skip_serializing_if = "VariantRole::is_candidate")]
    pub role: VariantRole,
}

/// One recorded call to be replayed, with everything it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// The recorded LLM span.
    pub span_id: SpanId,
    /// The provider it was recorded with, normalised.
    pub provider: Option<String>,
    /// The model it was recorded with.
    pub model: Option<String>,
    /// The messages sent.
    pub messages: Vec<Message>,
    /// The recorded parameters.
    pub parameters: Map<String, Value>,
    /// The recorded tool definitions.
    pub tools: Option<Value>,
    /// The recorded prompt name, version and variables.
    pub prompt: super::span::PromptRef,
    /// The chunks the call was given, each document once, ranks from 1.
    pub chunks: Vec<Chunk>,
    /// The question: the trace's input, else the last user message.
    pub question: String,
    /// The recorded answer.
    pub answer: Option<String>,
    /// Tool calls of the recorded answer.
    pub answer_tool_calls: Vec<ToolCall>,
    /// Recorded token counts.
    pub usage: super::span::Usage,
    /// Recorded cost.
    pub cost: super::span::Cost,
    /// Recorded latency in nanoseconds.
    pub duration_ns: Option<i64>,
    /// Recorded time to first token in nanoseconds.
    pub ttft_ns: Option<i64>,
    /// Why the recorded model stopped.
    pub finish_reason: Option<String>,
}

impl Case {
    /// A call of which nothing is known but where it belongs.
    pub fn unknown(trace_id: TraceId, span_id: SpanId) -> Self {
        Self {
            trace_id,
            span_id,
            provider: None,
            model: None,
            messages: Vec::new(),
            parameters: Map::new(),
            tools: None,
            prompt: super::span::PromptRef::default(),
            chunks: Vec::new(),
            question: String::new(),
            answer: None,
            answer_tool_calls: Vec::new(),
            usage: super::span::Usage::default(),
            cost: super::span::Cost::Unknown,
            duration_ns: None,
            ttft_ns: None,
            finish_reason: None,
        }
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Being worked on, by this or another process.
    Running,
    /// Every result is there.
    Completed,
    /// Stopped before the cap would have been exceeded.
    Budget,
    /// Stopped by the user, a signal or a kill.
    Interrupted,
    /// Ended, and some cases failed.
    Failed,
}

impl RunStatus {
    /// The status' name in the tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Budget => "budget",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }

    /// Reads a status' name in the tables.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Completed, Self::Budget, Self::Interrupted, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A run as planned, the first line of its journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub run_id: RunId,
    /// When it was started.
    pub created_at: Timestamp,
    /// The filter the cases were chosen by, as typed.
    pub filter: String,
    /// What it is called, where it has a name. It may hold foreign parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The variants; the recorded answers are not one of them unless asked for.
    pub variants: Vec<Variant>,
    /// Answers asked for each case and variant.
    pub samples: u32,
    /// How many cases.
    pub cases: u64,
    /// The cap on its cost.
    pub max_cost: Option<Money>,
    /// What it was expected to cost.
    pub estimated_cost: Option<Money>,
    /// Its cases and how they were chosen, so that it can be resumed.
    #[serde(default)]
    pub choice: CaseChoice,
    /// Whether answers that were already paid for are used again.
    #[serde(default)]
    pub cache: CachePolicy,
    /// Prices that the user said for it, over all others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<ModelPrice>,
    /// Whether its calls are asked at once or in batches.
    #[serde(default)]
    pub pacing: Pacing,
    /// What lets it stop before its end; `None` asks everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<StopRule>,
    /// What it has found where it may stop early; `None` while it is at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// What it leaves out step by step, where it is an ablation: its variants are added while it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ablation: Option<AblationDesign>,
}

/// Whether calls are asked at once or may wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pacing {
    /// Each by itself, now.
    #[default]
    Live,
    /// Many together at the provider's batch endpoint, at half the price, within a day.
    Batch,
}

/// Whether answers that were already paid for are used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CachePolicy {
    /// Same request, same sample: the stored answer.
    #[default]
    Use,
    /// Ask again.
    Ignore,
}

/// Which calls of a trace are cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallsMode {
    /// The call that gave the trace its answer.
    #[default]
    Answer,
    /// Every LLM call on its own.
    All,
    /// The agent's whole chain.
    Chain,
}

impl CallsMode {
    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::All => "all",
            Self::Chain => "chain",
        }
    }

    /// Reads its name on the command line.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Answer, Self::All, Self::Chain].into_iter().find(|mode| mode.as_str() == text)
    }
}

/// The cases of a run, and how they were chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseChoice {
    /// Which calls of the traces.
    pub calls: CallsMode,
    /// Trace and span of each case, in order.
    pub spans: Vec<(TraceId, SpanId)>,
    /// How chains are replayed.
    #[serde(default, skip_serializing_if = "ChainOptions::is_default")]
    pub chain: ChainOptions,
}
