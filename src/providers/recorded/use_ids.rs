//! Ids of tool calls in the letters that Anthropic's and Bedrock's APIs take.

use std::collections::HashMap;

/// The most characters of an id.
const LONGEST: usize = 64;

/// Ids of tool calls: letters, digits, `_` and `-`, at most 64 of them, which every one of these APIs takes. Others are
/// replaced, each by one of its own.
#[derive(Debug, Default)]
pub struct UseIds {
    given: HashMap<String, String>,
}

impl UseIds {
    /// The id to send for a recorded one.
    pub fn of(&mut self, recorded: &str) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if !recorded.is_empty() && recorded.len() <= LONGEST && recorded.chars().all(fits) {
            return recorded.to_owned();
        }
        let next = self.given.len() + 1;
        self.given.entry(recorded.to_owned()).or_insert_with(|| format!("call_{next:05}")).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_what_fits() {
        let mut ids = UseIds::default();
        assert_eq!(ids.of("tooluse_1"), "tooluse_1");
        assert_eq!(
            (ids.of("a b"), ids.of("c d"), ids.of("a b")),
            ("call_00001".into(), "call_00002".into(), "call_00001".into())
        );
    }
}
