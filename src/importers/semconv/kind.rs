//! Span kinds from the words of each convention.

use crate::domain::span::SpanKind;

/// From `openinference.span.kind`.
pub fn openinference(kind: &str) -> SpanKind {
    match kind.to_ascii_uppercase().as_str() {
        "LLM" => SpanKind::Llm,
        "EMBEDDING" => SpanKind::Embedding,
        "CHAIN" => SpanKind::Chain,
        "RETRIEVER" => SpanKind::Retriever,
        "RERANKER" => SpanKind::Reranker,
        "TOOL" => SpanKind::Tool,
        "AGENT" => SpanKind::Agent,
        "GUARDRAIL" => SpanKind::Guardrail,
        "EVALUATOR" => SpanKind::Evaluator,
        "PROMPT" => SpanKind::Prompt,
        _ => SpanKind::Other,
    }
}

/// From `gen_ai.operation.name`.
pub fn operation(name: &str) -> Option<SpanKind> {
    Some(match name {
        "chat" | "generate_content" | "text_completion" => SpanKind::Llm,
        "embeddings" => SpanKind::Embedding,
        "retrieval" => SpanKind::Retriever,
        "rerank" => SpanKind::Reranker,
        "execute_tool" => SpanKind::Tool,
        "invoke_agent" | "create_agent" | "plan" => SpanKind::Agent,
        "invoke_workflow" => SpanKind::Workflow,
        "fetch_response" => SpanKind::Other,
        _ if name.ends_with("_memory") || name.ends_with("_memory_store") => SpanKind::Memory,
        _ => return None,
    })
}

/// From `traceloop.span.kind`.
pub fn traceloop(kind: &str) -> Option<SpanKind> {
    Some(match kind {
        "workflow" => SpanKind::Workflow,
        "task" => SpanKind::Chain,
        "agent" => SpanKind::Agent,
        "tool" => SpanKind::Tool,
        _ => return None,
    })
}

/// From `llm.request.type`.
pub fn request_type(kind: &str) -> Option<SpanKind> {
    Some(match kind {
        "chat" | "completion" => SpanKind::Llm,
        "embedding" => SpanKind::Embedding,
        "rerank" => SpanKind::Reranker,
        _ => return None,
    })
}

/// From `langfuse.observation.type`.
pub fn langfuse(kind: &str) -> SpanKind {
    match kind.to_ascii_lowercase().as_str() {
        "generation" => SpanKind::Llm,
        "embedding" => SpanKind::Embedding,
        "retriever" => SpanKind::Retriever,
        "tool" => SpanKind::Tool,
        "agent" => SpanKind::Agent,
        "chain" | "span" => SpanKind::Chain,
        "guardrail" => SpanKind::Guardrail,
        "evaluator" => SpanKind::Evaluator,
        _ => SpanKind::Other,
    }
}

/// From `ai.operationId` of the Vercel AI SDK.
pub fn ai_sdk(operation: &str) -> SpanKind {
    match operation {
        "ai.toolCall" => SpanKind::Tool,
        "ai.embed.doEmbed" | "ai.embedMany.doEmbed" => SpanKind::Embedding,
        "ai.rerank.doRerank" => SpanKind::Reranker,
        _ if operation.ends_with(".doGenerate") || operation.ends_with(".doStream") => SpanKind::Llm,
        "ai.generateText" | "ai.streamText" => SpanKind::Agent,
        _ => SpanKind::Chain,
    }
}
