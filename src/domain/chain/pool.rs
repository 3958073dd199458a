//! Recorded answers while they are used up.

use std::sync::Arc;

use super::canonical::parsed;
use super::recorded::{RecordedAnswer, RecordedChain};
use crate::domain::canonical_json::canonical_json;
use crate::domain::diff::{change_ratio, word_diff};
use crate::domain::message::ToolCall;

/// The recorded answers of a chain: each is given out as often as it was recorded, to who asks for just that.
#[derive(Clone, Debug)]
pub struct AnswerPool {
    chain: Arc<RecordedChain>,
    used: Vec<bool>,
}

impl AnswerPool {
    /// All answers of a chain, unused.
    pub fn new(chain: Arc<RecordedChain>) -> Self {
        let used = vec![false; chain.answers.len()];
        Self { chain, used }
    }

    /// Takes the first unused answer to a call, by name and arguments alone.
    pub fn take(&mut self, call: &ToolCall) -> Option<&RecordedAnswer> {
        let place = (0..self.used.len()).find(|&place| !self.used[place] && self.chain.answers[place].answers(call))?;
        self.used[place] = true;
        self.chain.answers.get(place)
    }

    /// Takes the answer at a place, where it is unused.
    pub(super) fn take_at(&mut self, place: usize) {
        if let Some(used) = self.used.get_mut(place) {
            *used = true;
        }
    }

    /// Whether there was an answer to a call, used up or not.
    pub fn knows(&self, call: &ToolCall) -> bool {
        self.chain.answers.iter().any(|answer| answer.answers(call))
    }

    /// The answer to the most similar recorded call: of the same tool where there is one, else of any. It is not used up.
    pub fn nearest(&self, call: &ToolCall) -> Option<&RecordedAnswer> {
        let text = canonical_json(&parsed(&call.arguments));
        let unlike = |answer: &RecordedAnswer| {
            let arguments = canonical_json(&parsed(&answer.arguments));
            let other_name = u8::from(answer.name != call.name);
            (other_name, change_ratio(&word_diff(&spaced(&arguments), &spaced(&text))))
        };
        self.chain
            .answers
            .iter()
            .map(|answer| (unlike(answer), answer))
            .min_by(|(one, _), (other, _)| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)))
            .map(|(_, answer)| answer)
    }
}

/// A canonical text with its tokens apart, so that a comparison by words sees them.
fn spaced(text: &str) -> String {
    text.replace([',', ':', '{', '}', '[', ']', '"'], " ")
}
