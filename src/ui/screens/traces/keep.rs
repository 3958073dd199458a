//! Keeping notes and scores on a trace.

use crate::domain::ids::{SpanId, TraceId};
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::Toast;

/// Asks for a note.
pub fn ask_note() -> Effect {
    Effect::Ask(Ask {
        action: Action::Note,
        title: "Note on this trace".into(),
        text: String::new(),
        hint: "what should be remembered".into(),
    })
}

/// Asks for a score.
pub fn ask_score() -> Effect {
    Effect::Ask(Ask {
        action: Action::Score,
        title: "Score of this answer".into(),
        text: "correct ".into(),
        hint: "a name and a number: correct 1".into(),
    })
}

/// Asks for the name of a set.
pub fn ask_set(traces: &str) -> Effect {
    Effect::Ask(Ask {
        action: Action::KeepSet,
        title: format!("Keep {traces} as the set"),
        text: String::new(),
        hint: "a name: refunds, hard-cases".into(),
    })
}

/// The request that keeps traces as a set, or what is wrong with its name.
pub fn set_request(traces: Vec<TraceId>, filter: &str, name: &str) -> Result<Request, String> {
    let name = name.trim();
    let fine = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 80 || !name.chars().all(fine) {
        return Err(format!("`{name}` is no name of a set: use letters, digits, - _ and ."));
    }
    let (name, filter) = (name.to_owned(), filter.to_owned());
    Ok(Request::Traces(TracesRequest::KeepSet { name, traces, filter }))
}

/// The request that keeps a note; `None` where nothing was entered.
pub fn note_request(trace_id: &TraceId, text: &str) -> Option<Request> {
    let text = text.trim();
    (!text.is_empty())
        .then(|| Request::Traces(TracesRequest::Note { trace_id: trace_id.clone(), text: text.to_owned() }))
}

/// The request for what could be expected of a trace's answer, before it is kept as a golden case.
pub fn golden_question(trace_id: &TraceId) -> Request {
    Request::Traces(TracesRequest::OfferGolden(trace_id.clone()))
}

/// The request that keeps a golden case with the facts as typed, `;` between them.
pub fn golden_request(trace_id: &TraceId, text: &str) -> Request {
    let facts = text.split(FACT_END).map(str::trim).filter(|fact| !fact.is_empty()).map(str::to_owned).collect();
    Request::Traces(TracesRequest::KeepGolden { trace_id: trace_id.clone(), facts })
}

/// What comes of an answer to something that was to be kept: a message, or the question for the facts of a golden case.
pub fn kept(answer: &Answer) -> Effect {
    match answer {
        Answer::Failed(why) => Effect::Toast(Toast::error(format!("not kept: {why}"))),
        Answer::Traces(TracesAnswer::GoldenOffer(offer)) => Effect::Ask(Ask {
            action: Action::KeepGolden,
            title: "What a right answer says".into(),
            text: offer.facts.join(&format!("{FACT_END} ")),
            hint: "facts with ; between them: refunds take 14 days; only in the EU".into(),
        }),
        Answer::Traces(TracesAnswer::GoldenKept(words)) => Effect::Toast(Toast::info(words.clone())),
        _ => Effect::Toast(Toast::info("kept")),
    }
}

/// What stands between two facts in one line.
const FACT_END: char = ';';

/// The request that keeps a score, or what is wrong with what was entered: a name and a number.
pub fn score_request(trace_id: &TraceId, span_id: Option<&SpanId>, text: &str) -> Result<Request, String> {
    let wrong = || format!("`{}` is no score: write a name and a number, such as `correct 1`", text.trim());
    let (name, value) = text.trim().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
    let value: f64 = value.parse().map_err(|_| wrong())?;
    if !value.is_finite() {
        return Err(wrong());
    }
    Ok(Request::Traces(TracesRequest::Score {
        trace_id: trace_id.clone(),
        span_id: span_id.cloned(),
        name: name.trim().to_owned(),
        value,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_a_name_and_a_number() {
        let id = TraceId::from("t");
        assert!(matches!(
            score_request(&id, None, " answer quality 0.5 "),
            Ok(Request::Traces(TracesRequest::Score { name, value, .. })) if name == "answer quality" && (value - 0.5).abs() < f64::EPSILON
        ));
        for wrong in ["", "correct", "correct yes", "correct NaN"] {
            assert!(score_request(&id, None, wrong).unwrap_err().contains("correct 1"), "{wrong}");
        }
        assert_eq!(note_request(&id, "  "), None);
    }

    #[test]
    fn facts_stand_in_one_line() {
        let id = TraceId::from("t");
        let facts = |text: &str| match golden_request(&id, text) {
            Request::Traces(TracesRequest::KeepGolden { facts, .. }) => facts,
            other => panic!("{other:?}"),
        };
        assert_eq!(facts("14 days; only in the EU ;;"), ["14 days", "only in the EU"]);
        assert!(facts(" ").is_empty());
    }
}
