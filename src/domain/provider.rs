//! Providers as the user configures them: what the configuration says and what the provider adapters need.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which interface a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// `OpenAI`'s chat completions, and every server that imitates them.
    #[serde(rename = "openai")]
    OpenAi,
    /// `OpenAI`'s Responses.
    #[serde(rename = "openai-responses")]
    OpenAiResponses,
    /// Azure `OpenAI` deployments.
    Azure,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini API.
    Gemini,
    /// Gemini and partner models on Vertex AI.
    Vertex,
    /// Amazon Bedrock's Converse.
    Bedrock,
    /// Cohere's chat.
    Cohere,
    /// Mistral's chat.
    Mistral,
    /// The models that need no provider: `recorded` and `extractive`.
    Builtin,
}

impl ProviderKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::OpenAi,
        Self::OpenAiResponses,
        Self::Azure,
        Self::Anthropic,
        Self::Gemini,
        Self::Vertex,
        Self::Bedrock,
        Self::Cohere,
        Self::Mistral,
        Self::Builtin,
    ];

    /// The kind's name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiResponses => "openai-responses",
            Self::Azure => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Vertex => "vertex",
            Self::Bedrock => "bedrock",
            Self::Cohere => "cohere",
            Self::Mistral => "mistral",
            Self::Builtin => "builtin",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text names no kind of provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of provider")]
pub struct NotAKind;

impl FromStr for ProviderKind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(NotAKind)
    }
}

/// Where a provider's key comes from; the key itself is never in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// The environment variable of this name.
    Env(String),
    /// What this command prints, without the line break at its end.
    Command(String),
}

/// One provider's settings, without where they were set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderSettings {
    /// The name used in model ids: the part before the first slash.
    pub name: String,
    /// Which interface it speaks.
    pub kind: ProviderKind,
    /// Where it is, without the path of a single call; `None` is the kind's own address.
    pub base_url: Option<String>,
    /// Where its key comes from; `None` is the kind's usual environment variable, if it is set.
    pub key: Option<KeySource>,
    /// Most requests in flight.
    pub max_concurrency: Option<u32>,
    /// Most requests a minute.
    pub requests_per_minute: Option<u32>,
    /// Most tokens a minute, input and output together.
    pub tokens_per_minute: Option<u64>,
    /// Longest wait for a whole answer in seconds; `None` is ten minutes.
    pub timeout_seconds: Option<u32>,
    /// Whose price list applies.
    pub prices_as: Option<String>,
    /// Whether plain http beyond loopback is allowed.
    pub allow_http: bool,
    /// The region of Bedrock or Vertex.
    pub region: Option<String>,
    /// The project of Vertex.
    pub project: Option<String>,
    /// The API version of Azure.
    pub api_version: Option<String>,
}

impl ProviderSettings {
    /// A provider of which only name and kind are known.
    pub fn new(name: impl Into<String>, kind: ProviderKind) -> Self {
        Self {
            name: name.into(),
            kind,
            base_url: None,
            key: None,
            max_concurrency: None,
            requests_per_minute: None,
            tokens_per_minute: None,
            timeout_seconds: None,
            prices_as: None,
            allow_http: false,
            region: None,
            project: None,
            api_version: None,
        }
    }
}
