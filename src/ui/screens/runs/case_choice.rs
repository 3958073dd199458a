//! Choosing the recorded calls of a replay: another filter, a kept set, the cases of another run.

use super::order::{OrderForm, Plan};
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Choose, Effect, Pick, PickItem};
use crate::ui::effects::Request;
use crate::ui::effects::runs::RunsRequest;
use crate::ui::screens::{Cx, ScreenId};

/// What comes back for a filter to be typed; the others are places in the offer.
const TYPED: usize = usize::MAX;

impl OrderForm {
    /// Lets the user choose other cases.
    pub(super) fn case_question(&self) -> Vec<Effect> {
        let sets = self.offer.as_ref().map(|offer| offer.sets.as_slice()).unwrap_or_default();
        if sets.is_empty() {
            return self.filter_question();
        }
        let mut items: Vec<PickItem> = sets
            .iter()
            .enumerate()
            .map(|(place, set)| PickItem {
                value: place.to_string(),
                label: set.label.clone(),
                detail: set.detail.clone(),
                ..PickItem::default()
            })
            .collect();
        items.push(PickItem {
            value: TYPED.to_string(),
            label: "another filter …".into(),
            detail: "as in the list of traces".into(),
            ..PickItem::default()
        });
        vec![Effect::Pick(Pick { action: Action::EditInPlace, title: "Cases".into(), items, choose: Choose::One })]
    }

    fn filter_question(&self) -> Vec<Effect> {
        vec![Effect::Ask(Ask {
            action: Action::EditInPlace,
            title: "Replay the traces that match".into(),
            text: self.of.filter.clone(),
            hint: "prompt:answer status:ok since:24h".into(),
        })]
    }

    /// Takes the cases that were picked.
    pub(super) fn choose_cases(&mut self, place: usize, cx: &Cx) -> Vec<Effect> {
        if place == TYPED {
            return self.filter_question();
        }
        let set = self.offer.as_ref().and_then(|offer| offer.sets.get(place)).cloned();
        let Some(set) = set else { return Vec::new() };
        self.of.filter = set.filter;
        self.of.traces = set.traces;
        self.read_cases(cx)
    }

    /// Takes a filter as typed; what is wrong with it is told where the plan stands.
    pub(super) fn filter_cases(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        text.trim().clone_into(&mut self.of.filter);
        self.of.traces.clear();
        self.read_cases(cx)
    }

    /// Takes at most so many cases.
    pub(super) fn limit_cases(&mut self, limit: Option<u32>, cx: &Cx) -> Vec<Effect> {
        self.of.limit = limit;
        self.read_cases(cx)
    }

    fn read_cases(&mut self, cx: &Cx) -> Vec<Effect> {
        self.of.chunks.clear();
        self.other_cases = true;
        self.plan = Plan::Pending;
        let before = self.waiting.take().map(Effect::Cancel);
        let mut effects: Vec<Effect> = before.into_iter().chain(self.planning.stop()).collect();
        let (id, effect) = cx.request(ScreenId::Runs, Request::Runs(RunsRequest::Offer(self.of.clone())));
        self.waiting = Some(id);
        effects.push(effect);
        effects
    }
}
