//! How much a model is to think, in the words that its generation knows.

use serde_json::{Value, json};

use super::super::recorded::Reasoning;

/// What a generation of models knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// Up to Gemini 2.5: budgets in tokens.
    Budgets,
    /// From Gemini 3 on: levels; budgets are still taken.
    Levels,
}

impl Generation {
    /// From the model's name; one that does not tell is a new one.
    pub(super) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        if name.starts_with("gemini-1") || name.starts_with("gemini-2") { Self::Budgets } else { Self::Levels }
    }
}

/// `thinkingConfig`, and what was changed on the way.
pub(super) fn config(reasoning: Reasoning, generation: Generation, dropped: &mut Vec<String>) -> Option<Value> {
    Some(match (reasoning, generation) {
        (Reasoning::Budget(tokens), _) => json!({"thinkingBudget": tokens, "includeThoughts": true}),
        (Reasoning::Adaptive, Generation::Budgets) => json!({"thinkingBudget": -1, "includeThoughts": true}),
        (Reasoning::Adaptive, Generation::Levels) => json!({"includeThoughts": true}),
        (Reasoning::Off, Generation::Budgets) => json!({"thinkingBudget": 0}),
        (Reasoning::Off, Generation::Levels) => {
            dropped.push("that the model does not think (these models do: the lowest level is sent)".to_owned());
            json!({"thinkingLevel": "MINIMAL"})
        }
        (Reasoning::Effort(effort), Generation::Budgets) => {
            let Some(tokens) = tokens_of(&effort) else {
                dropped.push(format!("the effort {effort} (not known to this API)"));
                return None;
            };
            dropped.push(format!("the effort {effort} (sent as a thinking budget of {tokens} tokens)"));
            json!({"thinkingBudget": tokens, "includeThoughts": true})
        }
        (Reasoning::Effort(effort), Generation::Levels) => {
            let level = match effort.as_str() {
                "minimal" | "low" | "medium" | "high" | "xhigh" => effort.to_ascii_uppercase(),
                "max" => {
                    dropped.push("the effort max (sent as the level XHIGH)".to_owned());
                    "XHIGH".to_owned()
                }
                _ => {
                    dropped.push(format!("the effort {effort} (not known to this API)"));
                    return None;
                }
            };
            json!({"thinkingLevel": level, "includeThoughts": true})
        }
    })
}

/// The budget that stands for an effort. Source: Google's guide to its OpenAI compatibility, table of `reasoning_effort`.
fn tokens_of(effort: &str) -> Option<u64> {
    Some(match effort {
        "minimal" | "low" => 1_024,
        "medium" => 8_192,
        "high" | "xhigh" | "max" => 24_576,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_generation_in_its_own_words() {
        let sent = |reasoning: Reasoning, model: &str| {
            let mut dropped = Vec::new();
            (config(reasoning, Generation::of(model), &mut dropped).unwrap_or_default(), dropped.len())
        };
        let effort = |word: &str| Reasoning::Effort(word.to_owned());
        let (old, new) = ("models/gemini-2.5-flash", "gemini-3-pro");
        assert_eq!(sent(effort("medium"), old), (json!({"thinkingBudget": 8_192, "includeThoughts": true}), 1));
        assert_eq!(sent(effort("medium"), new), (json!({"thinkingLevel": "MEDIUM", "includeThoughts": true}), 0));
        assert_eq!(sent(Reasoning::Off, old), (json!({"thinkingBudget": 0}), 0));
        assert_eq!(sent(Reasoning::Off, new).1, 1);
        assert_eq!(sent(effort("odd"), new), (Value::Null, 1));
    }
}
