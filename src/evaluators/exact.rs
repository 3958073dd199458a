//! `exact`: the answer is the expected one.

use super::evaluator::{Answer, Evaluator, Kind, Score, Subject};
use crate::domain::statistics::Better;

/// Yes where text and tool calls are the expected ones; white space at the edges does not count.
pub(super) struct Exact {
    /// The expected text; `None` is the recorded answer.
    pub(super) expected: Option<String>,
}

impl Evaluator for Exact {
    fn kind(&self) -> Kind {
        Kind::yes_no(Better::Higher)
    }

    fn evaluate(&self, subject: &Subject<'_>) -> Option<Score> {
        let expected = match &self.expected {
            Some(text) => Answer { text, tool_calls: &[] },
            None => subject.expected?,
        };
        Some(Score::yes_no(same(&subject.answer, &expected)))
    }
}

fn same(one: &Answer<'_>, other: &Answer<'_>) -> bool {
    // Ids of calls differ from answer to answer.
    let calls = |answer: &Answer<'_>| -> Vec<_> {
        answer.tool_calls.iter().map(|call| (call.name.clone(), call.arguments.clone())).collect()
    };
    one.text.trim() == other.text.trim() && calls(one) == calls(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::ToolCall;
    use serde_json::json;

    #[test]
    fn ids_of_calls_and_space_around_the_text_do_not_count() {
        let call = |id: &str, day: u32| {
            [ToolCall { id: Some(id.into()), name: "book".into(), arguments: json!({ "day": day }) }]
        };
        let (first, second, third) = (call("c1", 3), call("c2", 3), call("c1", 4));
        let judged = |text, tool_calls| {
            let expected = Some(Answer { text: "Booked.", tool_calls: &first });
            let subject = Subject { answer: Answer { text, tool_calls }, expected, ..Subject::default() };
            Exact { expected: None }.evaluate(&subject)
        };
        assert_eq!(judged(" Booked.\n", &second), Some(Score::yes_no(true)));
        assert_eq!(judged("Booked.", &third), Some(Score::yes_no(false)));
        assert_eq!(judged("booked.", &first), Some(Score::yes_no(false)));
        assert_eq!(Exact { expected: None }.evaluate(&Subject::default()), None);
    }

    #[test]
    fn a_given_text_wins_over_the_recording() {
        let answer = Answer { text: "42", tool_calls: &[] };
        let subject = Subject { answer, ..Subject::default() };
        assert_eq!(Exact { expected: Some("42".into()) }.evaluate(&subject), Some(Score::yes_no(true)));
    }
}
