//! `regex:PATTERN`: a pattern fits somewhere in the answer.

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::statistics::Better;

/// Largest compiled pattern, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// Yes where the pattern fits. Matching takes time in proportion to the text, whatever the pattern.
pub(super) struct Regex {
    pattern: ::regex::Regex,
}

impl Regex {
    /// Compiles a pattern in the syntax of the regex crate; says what is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let built = ::regex::RegexBuilder::new(pattern).size_limit(MOST_BYTES).build();
        built.map(|pattern| Self { pattern }).map_err(|error| {
            // The library draws the place over several lines; the last one says what is wrong.
            let text = error.to_string();
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        })
    }
}

impl Evaluator for Regex {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Higher)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        Some(Score::yes_no(self.pattern.is_match(subject.answer.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::Answer;
    use super::*;

    #[test]
    fn a_pattern_fits_anywhere_unless_it_is_anchored() {
        let judged = |pattern: &str| {
            let answer = Answer { text: "Order 1234 is on its way.", tool_calls: &[] };
            Regex::new(pattern).unwrap().evaluate(&Subject { answer, ..Subject::default() })
        };
        assert_eq!(judged(r"\b\d{4}\b"), Some(Score::yes_no(true)));
        assert_eq!(judged(r"^\d"), Some(Score::yes_no(false)));
        assert_eq!(judged("(?i)ORDER"), Some(Score::yes_no(true)));
    }

    #[test]
    fn a_wrong_or_far_too_large_pattern_is_told() {
        assert_eq!(Regex::new("(a").err().unwrap(), "unclosed group");
        assert!(Regex::new(r"(\w{1000}){1000}").err().unwrap().contains("size limit"));
    }
}
