//! Provider names in one spelling.

/// The normal form of a provider's name as recorders spell it.
pub fn normal(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let known = match lower.as_str() {
        "azure" | "azure.ai.openai" | "az.ai.openai" | "azure.ai.inference" | "az.ai.inference" | "azure-openai"
        | "azure_openai" | "azureopenai" => "azure",
        "gcp.gemini" | "gemini" | "google" | "google.generative-ai" | "google_genai" | "google-genai" => "google",
        "gcp.vertex_ai" | "vertex_ai" | "vertexai" | "google.vertex" | "google-vertex" | "gcp.gen_ai" => "vertex",
        "aws.bedrock" | "aws" | "amazon" | "bedrock" | "bedrock_converse" | "amazon-bedrock" | "aws_bedrock" => {
            "bedrock"
        }
        "mistral_ai" | "mistralai" | "mistral" => "mistral",
        "x_ai" | "xai" | "x-ai" => "xai",
        other => {
            let family = ["openai", "azure", "anthropic", "mistral", "cohere", "groq", "deepseek", "xai", "google"]
                .into_iter()
                .find(|family| other.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
            return family.map_or_else(|| other.to_owned(), str::to_owned);
        }
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn spellings_fold() {
        for (seen, wanted) in [
            ("OpenAI", "openai"),
            ("openai.responses", "openai"),
            ("az.ai.openai", "azure"),
            ("anthropic.messages", "anthropic"),
            ("gcp.gemini", "google"),
            ("google.vertex", "vertex"),
            ("bedrock_converse", "bedrock"),
            ("MistralAI", "mistral"),
            ("x_ai", "xai"),
            ("ollama", "ollama"),
        ] {
            assert_eq!(normal(seen), wanted, "{seen}");
        }
    }
}
