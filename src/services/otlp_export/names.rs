//! The names that the GenAI conventions have for providers.

use std::collections::BTreeMap;

use crate::domain::provider::{ProviderKind, ProviderSettings};
use crate::providers::Providers;

/// The conventions' name of each provider, by its name in model ids.
pub(super) fn provider_names(providers: &Providers) -> BTreeMap<String, String> {
    let named = providers.names().filter_map(|name| Some((name.to_owned(), known(providers.settings(name)?))));
    named.collect()
}

/// A maker's own name for its API; a server that only speaks the API keeps the user's.
fn known(settings: &ProviderSettings) -> String {
    let name = match settings.kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses if settings.base_url.is_some() => {
            return settings.name.clone();
        }
        ProviderKind::OpenAi | ProviderKind::OpenAiResponses => "openai",
        ProviderKind::Azure => "azure.ai.openai",
        ProviderKind::Anthropic => "anthropic",
        ProviderKind::Gemini => "gcp.gemini",
        ProviderKind::Vertex => "gcp.vertex_ai",
        ProviderKind::Bedrock => "aws.bedrock",
        ProviderKind::Cohere => "cohere",
        ProviderKind::Mistral => "mistral_ai",
        ProviderKind::Builtin => "hindcast",
    };
    name.to_owned()
}
