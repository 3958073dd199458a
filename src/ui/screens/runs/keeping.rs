//! What the user keeps of a case: a score, a note, a rating of an answer.

use std::collections::HashMap;

use super::run::RunView;
use crate::domain::ids::ResultId;
use crate::domain::score::Rating;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::runs::RunsRequest;
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{RequestId, Toast};
use crate::ui::screens::traces::{golden_question, golden_request, kept, note_request};
use crate::ui::screens::{Cx, ScreenId};

/// What is on its way to be kept.
#[derive(Debug, Default)]
pub struct Keeping {
    other: Option<RequestId>,
    /// Ratings, with what was thought of the answer before.
    ratings: HashMap<RequestId, (ResultId, Option<Rating>)>,
}

impl RunView {
    /// Takes an answer; `None` where it was not asked for here.
    pub(super) fn kept(&mut self, id: RequestId, answer: &Answer) -> Option<Vec<Effect>> {
        let failed = match answer {
            Answer::Failed(why) => Some(Effect::Toast(Toast::error(format!("not kept: {why}")))),
            _ => None,
        };
        if self.keeping.other == Some(id) {
            self.keeping.other = None;
            return Some(vec![kept(answer)]);
        }
        let (result, before) = self.keeping.ratings.remove(&id)?;
        if failed.is_some() {
            self.cells.rate(&result, before);
        }
        Some(failed.into_iter().collect())
    }

    /// Rates the answer under the cursor; it shows at once, and is taken back where it cannot be kept.
    pub(super) fn rate(&mut self, rating: Option<Rating>, cx: &Cx) -> Vec<Effect> {
        let Some(answer) = self.answer() else {
            let text = match (self.column, self.side) {
                (0, true) => "the recorded answer is not rated: move to a variant",
                _ => "there is no answer yet",
            };
            return vec![Effect::Toast(Toast::warning(text))];
        };
        let (result, before) = (answer.result.clone(), answer.rating);
        let said = match rating {
            Some(rating) => format!("{} rated {}", self.letter(self.variant()), rating.as_str()),
            None => format!("rating of {} taken back", self.letter(self.variant())),
        };
        self.cells.rate(&result.result_id, rating);
        let key = result.result_id.clone();
        let request = Request::Runs(RunsRequest::Rate { result: Box::new(result), rating });
        let (id, effect) = cx.request(ScreenId::Runs, request);
        self.keeping.ratings.insert(id, (key, before));
        vec![effect, Effect::Toast(Toast::info(said))]
    }

    /// Asks for a score.
    pub(super) fn score_question(&self) -> Vec<Effect> {
        let of = match (self.column, self.side) {
            (0, true) => "the recorded answer".to_owned(),
            _ => format!("answer {}", self.letter(self.variant())),
        };
        vec![Effect::Ask(Ask {
            action: Action::Score,
            title: format!("Score of {of}"),
            text: "correct ".into(),
            hint: "a name and a number: correct 1".into(),
        })]
    }

    /// Keeps a score as typed.
    pub(super) fn score(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let parsed = text.trim().rsplit_once(char::is_whitespace).and_then(|(name, value)| {
            let value: f64 = value.parse().ok().filter(|value: &f64| value.is_finite())?;
            Some((name.trim().to_owned(), value))
        });
        let Some((name, value)) = parsed else {
            let text = format!("`{}` is no score: write a name and a number, such as `correct 1`", text.trim());
            return vec![Effect::Toast(Toast::warning(text))];
        };
        let request = RunsRequest::Score {
            trace_id: case.trace_id.clone(),
            span_id: case.span_id.clone(),
            result_id: self.answer().map(|answer| answer.result.result_id.clone()),
            name,
            value,
        };
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(request));
        self.keeping.other = Some(id);
        vec![effect]
    }

    /// Keeps a note as typed.
    pub(super) fn note(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let Some(request) = note_request(&case.trace_id, text) else { return Vec::new() };
        self.ask_to_keep(request, cx)
    }

    /// Asks what can be expected of the case, to keep its recorded call as a golden case.
    pub(super) fn golden_question(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let request = golden_question(&case.trace_id);
        self.ask_to_keep(request, cx)
    }

    /// Keeps the recorded call as a golden case with the facts as typed.
    pub(super) fn golden(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let request = golden_request(&case.trace_id, text);
        self.ask_to_keep(request, cx)
    }

    fn ask_to_keep(&mut self, request: Request, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Runs, request);
        self.keeping.other = Some(id);
        vec![effect]
    }
}
