//! What ends an agent that does not end by itself.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::canonical::CallKey;
use super::recorded::RecordedChain;
use crate::domain::message::ToolCall;

/// The most that a chain may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLimits {
    /// Requests of one chain, at least 1.
    pub steps: u32,
    /// Input and output tokens of all its requests together.
    pub tokens: u64,
    /// How often one tool may be asked for with the same arguments; the recorded number counts where it is greater.
    pub repeats: u32,
}

impl Default for ChainLimits {
    fn default() -> Self {
        Self { steps: 50, tokens: 1_000_000, repeats: 3 }
    }
}

/// Counts what a chain takes.
#[derive(Clone, Debug)]
pub struct LimitWatch {
    limits: ChainLimits,
    steps: u32,
    tokens: u64,
    recorded: HashMap<CallKey, u32>,
    asked: HashMap<CallKey, u32>,
}

impl LimitWatch {
    /// Counts from nought.
    pub fn new(limits: ChainLimits, chain: &RecordedChain) -> Self {
        let mut recorded = HashMap::new();
        for request in chain.steps.iter().flat_map(|step| &step.requests) {
            *recorded.entry(CallKey::of(&request.call.name, &request.call.arguments)).or_insert(0) += 1;
        }
        Self { limits, steps: 0, tokens: 0, recorded, asked: HashMap::new() }
    }

    /// Why no more may be sent, in words.
    pub fn spent(&self) -> Option<String> {
        let ChainLimits { steps, tokens, .. } = self.limits;
        if self.steps >= steps {
            return Some(format!("stopped after {steps} requests of one chain; --max-steps allows more"));
        }
        (self.tokens >= tokens).then(|| {
            format!(
                "stopped after {} tokens of one chain, {tokens} are allowed; --max-chain-tokens allows more",
                self.tokens
            )
        })
    }

    /// Counts an answered request; the reason says which of its calls was asked for too often.
    pub fn count(&mut self, tokens: u64, calls: &[ToolCall]) -> Option<String> {
        self.steps += 1;
        self.tokens = self.tokens.saturating_add(tokens);
        let mut looping = None;
        for call in calls {
            let key = CallKey::of(&call.name, &call.arguments);
            let most = self.limits.repeats.max(1).max(self.recorded.get(&key).copied().unwrap_or(0));
            let asked = self.asked.entry(key).or_insert(0);
            *asked += 1;
            if *asked > most {
                let name = call.name.chars().take(80).collect::<String>();
                looping.get_or_insert_with(|| {
                    format!("stopped in a loop: {name} was asked for {asked} times with the same arguments; --max-repeats allows more")
                });
            }
        }
        looping
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(id: u32) -> ToolCall {
        ToolCall { id: None, name: "f".into(), arguments: json!({"id": id}) }
    }

    #[test]
    fn a_loop_is_seen_at_the_call_that_is_one_too_many() {
        let limits = ChainLimits { steps: 9, tokens: 100, repeats: 2 };
        let mut watch = LimitWatch::new(limits, &RecordedChain::default());
        assert_eq!(watch.count(1, &[call(1), call(2)]), None);
        assert_eq!(watch.count(1, &[call(1)]), None);
        assert!(watch.count(1, &[call(1)]).unwrap().contains("f was asked for 3 times"));
        assert_eq!(watch.spent(), None);
    }

    #[test]
    fn steps_and_tokens_are_counted() {
        let limits = ChainLimits { steps: 2, tokens: 100, repeats: 2 };
        let mut watch = LimitWatch::new(limits, &RecordedChain::default());
        watch.count(40, &[]);
        assert_eq!(watch.spent(), None);
        let mut long = watch.clone();
        long.count(60, &[]);
        assert!(long.spent().unwrap().contains("2 requests"));
        let mut dear = LimitWatch::new(ChainLimits { steps: 9, ..limits }, &RecordedChain::default());
        dear.count(100, &[]);
        assert!(dear.spent().unwrap().contains("100 tokens"));
    }
}
