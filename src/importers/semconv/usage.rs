//! Token counts in the one arithmetic: input counts cache reads and writes, output counts reasoning.

use super::attributes::Attrs;
use crate::domain::money::Money;
use crate::domain::span::{Cost, Usage};

/// Counts under the names of the GenAI conventions, now and before, and of Traceloop. Both include the parts.
pub fn genai(attrs: Attrs<'_>) -> Usage {
    Usage {
        input: attrs.count(&["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"]),
        output: attrs.count(&[
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.usage.completion_tokens",
        ]),
        cached_input: attrs.count(&[
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.cache_read_tokens",
            "gen_ai.usage.details.cache_read_tokens",
        ]),
        cache_write: attrs.count(&[
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.cache_write_tokens",
        ]),
        reasoning: attrs.count(&[
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "llm.usage.reasoning_tokens",
        ]),
        audio_input: attrs.count(&["gen_ai.usage.audio.input_tokens"]),
        audio_output: attrs.count(&["gen_ai.usage.audio.output_tokens"]),
    }
}

/// Counts under the names of OpenInference, which include the parts.
pub fn openinference(attrs: Attrs<'_>) -> Usage {
    Usage {
        input: attrs.count(&["llm.token_count.prompt"]),
        output: attrs.count(&["llm.token_count.completion"]),
        cached_input: attrs
            .count(&["llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"]),
        cache_write: attrs.count(&["llm.token_count.prompt_details.cache_write"]),
        reasoning: attrs.count(&["llm.token_count.completion_details.reasoning"]),
        audio_input: attrs.count(&["llm.token_count.prompt_details.audio"]),
        audio_output: attrs.count(&["llm.token_count.completion_details.audio"]),
    }
}

/// Counts of `langfuse.observation.usage_details`: buckets that do not overlap, or the provider's own names.
pub fn langfuse(attrs: Attrs<'_>) -> Usage {
    let Some(details) = attrs.object("langfuse.observation.usage_details") else { return genai(attrs) };
    let details = Attrs(&details);
    let openai = details.count(&["prompt_tokens"]).or(details.count(&["completion_tokens"])).is_some();
    if openai {
        return Usage {
            input: details.count(&["prompt_tokens"]),
            output: details.count(&["completion_tokens"]),
            ..Usage::default()
        };
    }
    let sum = |prefix: &str| {
        let counts: Vec<u64> = details
            .0
            .iter()
            .filter(|(key, _)| key.starts_with(prefix))
            .filter_map(|(_, value)| super::attributes::count(value))
            .collect();
        counts.into_iter().reduce(u64::saturating_add)
    };
    Usage {
        input: sum("input"),
        output: sum("output"),
        cached_input: details.count(&["input_cached_tokens", "input_cache_read", "input_cache_read_tokens"]),
        cache_write: details.count(&["input_cache_creation", "input_cache_creation_tokens"]),
        reasoning: details.count(&["output_reasoning_tokens", "output_reasoning"]),
        audio_input: details.count(&["input_audio_tokens", "input_audio"]),
        audio_output: details.count(&["output_audio_tokens", "output_audio"]),
    }
}

/// Counts under the names of the AI SDK's own form, which include the parts.
pub fn ai_sdk(attrs: Attrs<'_>) -> Usage {
    let shared = genai(attrs);
    Usage {
        input: attrs.count(&["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"]).or(shared.input),
        output: attrs.count(&["ai.usage.outputTokens", "ai.usage.completionTokens"]).or(shared.output),
        cached_input: attrs
            .count(&["ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"])
            .or(shared.cached_input),
        cache_write: attrs.count(&["ai.usage.inputTokenDetails.cacheWriteTokens"]).or(shared.cache_write),
        reasoning: attrs
            .count(&["ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"])
            .or(shared.reasoning),
        ..shared
    }
}

/// A cost in dollars under one of these names; a negative one is no cost.
pub fn cost(attrs: Attrs<'_>, keys: &[&str]) -> Cost {
    attrs
        .number(keys)
        .filter(|&dollars| dollars >= 0.0)
        .and_then(Money::from_dollars)
        .map_or(Cost::Unknown, Cost::Recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    fn attrs(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn absent_is_not_zero() {
        let none = attrs(json!({"gen_ai.usage.output_tokens": 0}));
        assert_eq!(genai(Attrs(&none)), Usage { output: Some(0), ..Usage::default() });
    }

    #[test]
    fn langfuse_buckets_are_added_up() {
        let details =
            json!({"input": 24, "input_cache_read": 40, "output": 2, "output_reasoning_tokens": 1, "total": 67});
        let all = attrs(json!({"langfuse.observation.usage_details": details.to_string()}));
        let usage = langfuse(Attrs(&all));
        assert_eq!((usage.input, usage.output, usage.cached_input), (Some(64), Some(3), Some(40)));
        assert_eq!(usage.total(), Some(67));
    }

    #[test]
    fn old_and_new_names_are_one() {
        let old = attrs(json!({"gen_ai.usage.prompt_tokens": "58", "gen_ai.usage.completion_tokens": 17}));
        assert_eq!((genai(Attrs(&old)).input, genai(Attrs(&old)).output), (Some(58), Some(17)));
    }
}
