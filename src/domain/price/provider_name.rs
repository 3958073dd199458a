//! One name for each provider, whatever the recorder called it.

/// The provider's normal name, which is also its key in the price tables.
///
/// Spellings are those of the common recorders: OpenTelemetry's `gen_ai.provider.name` and its older
/// `gen_ai.system`, the Vercel AI SDK's `openai.chat`, LangChain's `mistralai`. What is not known is returned in
/// lower case with `_`, `.` and blanks kept.
pub fn normalise_provider(recorded: &str) -> String {
    let lower = recorded.trim().to_ascii_lowercase();
    let name = match lower.as_str() {
        "openai" | "openai.chat" | "openai.responses" | "openai.completion" => "openai",
        "azure" | "azure.ai.openai" | "az.ai.openai" | "azure.ai.inference" | "az.ai.inference" | "azure-openai"
        | "azure_openai" | "azure_ai" => "azure",
        "anthropic" | "anthropic.messages" => "anthropic",
        "gcp.gemini" | "gemini" | "google" | "googleai" | "google.generative-ai" | "google_genai" => "google",
        "gcp.vertex_ai" | "vertex_ai" | "vertexai" | "vertex" | "google.vertex" | "google-vertex" | "gcp.gen_ai" => {
            "vertex"
        }
        "aws.bedrock" | "aws" | "amazon" | "bedrock" | "bedrock_converse" | "amazon-bedrock" | "aws_bedrock" => {
            "bedrock"
        }
        "mistral_ai" | "mistralai" | "mistral" => "mistral",
        "x_ai" | "xai" | "x-ai" => "xai",
        "moonshot_ai" | "moonshot" | "moonshotai" => "moonshotai",
        "together" | "together_ai" | "togetherai" => "together",
        "fireworks" | "fireworks_ai" => "fireworks",
        "zai" | "z_ai" | "z-ai" | "zhipuai" => "zai",
        "voyage" | "voyageai" | "voyage_ai" => "voyageai",
        "jina" | "jina_ai" => "jina_ai",
        other => other,
    };
    name.to_owned()
}
