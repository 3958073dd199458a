//! `contains:TEXT`: the answer holds a text.

use super::evaluator::{Evaluator, Kind, Score, Subject};
use crate::domain::statistics::Better;

/// Yes where the text is in the answer; case does not count, nor how long white space is.
pub(super) struct Contains {
    wanted: String,
}

impl Contains {
    pub(super) fn new(text: &str) -> Self {
        Self { wanted: folded(text) }
    }
}

impl Evaluator for Contains {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Higher)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        Some(Score::yes_no(folded(subject.answer.text).contains(&self.wanted)))
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::evaluator::Answer;
    use super::*;

    #[test]
    fn case_and_line_breaks_do_not_count() {
        let judged = |text| {
            let answer = Answer { text, tool_calls: &[] };
            Contains::new("Five working  days").evaluate(&Subject { answer, ..Subject::default() })
        };
        assert_eq!(judged("It takes five\nWORKING days."), Some(Score::yes_no(true)));
        assert_eq!(judged("It takes five days."), Some(Score::yes_no(false)));
    }
}
