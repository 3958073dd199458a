//! Reading the case that is open: the call, what supports its answer, what is known of its chunks.

use std::sync::Arc;

use super::changes::Changes;
use super::state::{Mode, Phase, Retrieval, Support, doubtful, plain_sentences};
use super::tries::Tries;
use crate::domain::ids::TraceId;
use crate::domain::run::Case;
use crate::domain::time::Timestamp;
use crate::ui::effect::Effect;
use crate::ui::effects::retrieval::{RetrievalAnswer, RetrievalRequest};
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::RequestId;
use crate::ui::screens::traces::kept;
use crate::ui::screens::{Cx, ScreenId};

impl Retrieval {
    /// Opens a trace; what is kept for the other side stays.
    pub(super) fn open(&mut self, id: &TraceId, cx: &Cx) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.trace_id.as_ref() != Some(id) {
            effects = self.stop_tries();
            effects.extend(self.ablating.running.map(Effect::Cancel));
            let other = self.other.take().filter(|other| !other.is_try);
            let (models, chosen) = (self.tries.models.take(), std::mem::take(&mut self.tries.chosen));
            let tries = Tries { models, chosen, max_cost: self.tries.max_cost, ..Tries::default() };
            *self = Self { trace_id: Some(id.clone()), phase: Phase::Loading, other, tries, ..Self::default() };
        }
        effects.extend(self.read(cx));
        effects
    }

    /// Reads the case again.
    pub(super) fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.trace_id.clone() else { return Vec::new() };
        let (waiting, effect) = cx.request(ScreenId::Retrieval, Request::Traces(TracesRequest::Case(id)));
        self.sentry.case = Some(waiting);
        vec![effect]
    }

    /// Takes an answer.
    pub(super) fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if let Mode::Finding(finding) = &mut self.mode
            && finding.answered(id, answer)
        {
            return Vec::new();
        }
        let effects = self.try_answered(id, answer, cx).or_else(|| self.ablation_answered(id, answer));
        if let Some(effects) = effects.or_else(|| self.judge_answered(id, answer, cx)) {
            return effects;
        }
        if self.tries.asked_to_ground(id) {
            let told = match answer {
                Answer::Retrieval(RetrievalAnswer::Grounded(grounding)) => Ok(Arc::clone(grounding)),
                Answer::Failed(why) => Err(why.clone()),
                _ => Err("stopped".to_owned()),
            };
            self.tries.grounded(id, told);
            return Vec::new();
        }
        if self.sentry.keeping == Some(id) {
            self.sentry.keeping = None;
            return vec![kept(answer)];
        }
        if self.sentry.case == Some(id) {
            self.sentry.case = None;
            return self.case_read(answer, cx);
        }
        self.more_read(id, answer, cx)
    }

    fn case_read(&mut self, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        match answer {
            Answer::Traces(TracesAnswer::Case(case)) => return self.take_case(case, cx),
            Answer::Traces(TracesAnswer::NoSuchTrace(_)) => self.phase = Phase::Missing,
            Answer::Traces(TracesAnswer::NoCase(_)) => self.phase = Phase::NoCase,
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    fn take_case(&mut self, case: &Arc<Case>, cx: &Cx) -> Vec<Effect> {
        let same = self.phase == Phase::Ready && self.case.as_ref().is_some_and(|known| known.chunks == case.chunks);
        self.phase = Phase::Ready;
        self.trace_id = Some(case.trace_id.clone());
        self.case = Some(Arc::clone(case));
        if !same {
            self.changes = Changes::of(&case.chunks);
        }
        if !matches!(self.support, Support::Known(_)) {
            self.sentences = plain_sentences(case.answer.as_deref().unwrap_or_default());
        }
        self.list();
        self.show_text();
        let send = |request| cx.request(ScreenId::Retrieval, request);
        let (around, first) = send(Request::Retrieval(RetrievalRequest::Around(case.trace_id.clone())));
        let (grounding, second) = send(Request::Traces(TracesRequest::Ground(case.trace_id.clone())));
        (self.sentry.around, self.sentry.grounding) = (Some(around), Some(grounding));
        let mut effects = self.look_again(cx);
        effects.extend(self.ask_series(cx));
        effects.extend(self.ask_judgements(cx));
        effects.extend([first, second]);
        effects
    }

    fn more_read(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.sentry.grounding == Some(id) {
            self.sentry.grounding = None;
            self.grounded(answer);
        } else if self.sentry.around == Some(id) {
            self.sentry.around = None;
            if let Answer::Retrieval(RetrievalAnswer::Around(around)) = answer {
                self.around = Some(Arc::clone(around));
                self.show_text();
                // The age of documents counts up to the call.
                return self.look_again(cx);
            }
        } else if self.sentry.look.take(id) {
            if let Answer::Retrieval(RetrievalAnswer::Look(look)) = answer {
                self.look = Some(Arc::clone(look));
                self.show_text();
            }
        } else if self.sentry.judged == Some(id) {
            self.sentry.judged = None;
            if let Answer::Traces(TracesAnswer::Judgements(judgements)) = answer {
                self.judgements = judgements.clone();
            }
        } else if self.tries.asked_series == Some(id) {
            self.tries.asked_series = None;
            if let Answer::Retrieval(RetrievalAnswer::Series(Some(detail))) = answer {
                return self.take_series(detail, cx);
            }
        }
        Vec::new()
    }

    /// Asks what is known of the chunks as they are changed.
    pub(super) fn look_again(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(case) = self.case.clone() else { return Vec::new() };
        let at = self.around.as_ref().map_or(Timestamp::default(), |around| around.at);
        let request = RetrievalRequest::Look { case, edits: self.changes.edits(), at };
        self.sentry.look.ask(ScreenId::Retrieval, Request::Retrieval(request), cx)
    }

    fn grounded(&mut self, answer: &Answer) {
        match answer {
            Answer::Traces(TracesAnswer::Grounding(grounding)) => {
                let again = matches!(self.support, Support::Known(_));
                self.sentences.clone_from(&grounding.sentences);
                self.support = Support::Known(Arc::clone(grounding));
                if !again {
                    // Begin where something is wrong.
                    self.answer.select(doubtful(&self.sentences).first().copied().unwrap_or(0));
                    self.show_evidence();
                }
            }
            Answer::Failed(why) => self.support = Support::Untold(why.clone()),
            _ => {}
        }
    }
}
