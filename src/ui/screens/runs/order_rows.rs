//! The rows of the dialog before a replay: what stands in them, and changing it in place.

use crate::domain::money::Money;
use crate::domain::run::CallsMode;
use crate::services::replay::{BaselineLane, Pacing};
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::runs::{Ending, Offer};
use crate::ui::msg::Toast;
use crate::ui::screens::Cx;

use super::order::OrderForm;

/// Answers of each case and variant at most.
pub const MOST_SAMPLES: u32 = 100;

/// A row of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A heading.
    Heading(&'static str, &'static str),
    /// A model, by its place in the offer.
    Model(usize),
    /// A prompt version, by its place in the offer.
    Prompt(usize),
    /// A chunk, by its place in the offer.
    Chunk(usize),
    /// Which recorded calls.
    Cases,
    /// How many of them at most.
    Limit,
    /// Which calls of a trace are sent.
    Calls,
    /// How many answers of each.
    Samples,
    /// Whether the recorded model is asked again.
    Baseline,
    /// Whether the run stops when it is clear.
    Ending,
    /// Whether its calls may wait, at half the price.
    Pacing,
    /// Parameters set over the recorded ones.
    Parameters,
    /// The cap on the cost.
    Cap,
}

impl OrderForm {
    /// Takes what can be chosen; told again, it keeps the marks and the cursor.
    pub(super) fn take_offer(&mut self, offer: &Offer) {
        if self.offer.is_some() {
            return self.take_more(offer);
        }
        self.models = offer.models.iter().map(|model| model.chosen && self.is_usable(model)).collect();
        self.prompts = offer.prompts.iter().map(|prompt| self.of.prompts.contains(prompt)).collect();
        self.dropped = vec![false; offer.chunks.len()];
        self.max_cost = self.max_cost.or(offer.max_cost);
        if offer.unsteady > 0 && offer.no_baseline.is_none() {
            self.baseline = BaselineLane::Asked;
        }
        let mut rows = vec![Row::Heading("Cases", "recorded calls that are sent again"), Row::Cases];
        if self.of.traces.is_empty() {
            rows.push(Row::Limit);
        }
        rows.extend([Row::Heading("Models", "space marks; price per million tokens, in and out")]);
        rows.extend((0..offer.models.len()).map(Row::Model));
        if !offer.prompts.is_empty() {
            rows.push(Row::Heading("Prompt versions", "none marked sends the recorded messages"));
            rows.extend((0..offer.prompts.len()).map(Row::Prompt));
        }
        if !offer.chunks.is_empty() {
            rows.push(Row::Heading("Chunks", "unmark to leave one out"));
            rows.extend((0..offer.chunks.len()).map(Row::Chunk));
        }
        rows.push(Row::Heading("Settings", ""));
        rows.extend([Row::Calls, Row::Baseline, Row::Samples, Row::Ending, Row::Pacing, Row::Parameters, Row::Cap]);
        self.rows = rows;
        self.offer = Some(offer.clone());
        let first = self.models.iter().position(|chosen| *chosen).unwrap_or(0);
        let at = self.rows.iter().position(|row| *row == Row::Model(first)).unwrap_or(1);
        self.state.select(at);
    }

    /// Takes an offer for other cases, or one that knows more models: marks and cursor stay.
    fn take_more(&mut self, offer: &Offer) {
        let here = self.rows.get(self.state.selected).copied();
        let known = self.rows.iter().filter(|row| matches!(row, Row::Model(_))).count();
        self.models.resize(known.max(offer.models.len()), false);
        let at = self.rows.iter().rposition(|row| matches!(row, Row::Model(_))).map_or(0, |at| at + 1);
        self.rows.splice(at..at, (known..offer.models.len()).map(Row::Model));
        if self.offer.as_ref().is_some_and(|before| before.chunks != offer.chunks) {
            // Chunks are those of the only case: they mean nothing for another.
            self.rows.retain(|row| !matches!(row, Row::Chunk(_) | Row::Heading("Chunks", _)));
            self.dropped = vec![false; offer.chunks.len()];
        }
        let found = here.and_then(|here| self.rows.iter().position(|row| *row == here));
        self.state.select(found.unwrap_or(self.state.selected.min(self.rows.len().saturating_sub(1))));
        let mut offer = offer.clone();
        if let Some(before) = &self.offer
            && before.models.len() > offer.models.len()
        {
            offer.models.clone_from(&before.models);
        }
        self.offer = Some(offer);
    }

    /// Takes what was typed into a row.
    pub(super) fn entered(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let wrong = |text: String| vec![Effect::Toast(Toast::warning(text))];
        match self.rows.get(self.state.selected) {
            Some(Row::Parameters) => {
                let parameters: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                if let Some(bad) =
                    parameters.iter().find(|one| one.split_once('=').is_none_or(|(key, _)| key.is_empty()))
                {
                    return wrong(format!("`{bad}` is no parameter: write key=value, such as temperature=0.2"));
                }
                self.parameters = parameters;
            }
            Some(Row::Cap) => match text.trim().trim_start_matches('$').parse::<Money>() {
                Ok(cap) => self.max_cost = Some(cap),
                Err(_) => return wrong(format!("`{}` is no amount: write dollars, such as 0.50", text.trim())),
            },
            Some(Row::Cases) => return self.filter_cases(text, cx),
            Some(Row::Limit) => match text.trim() {
                "" | "all" => return self.limit_cases(None, cx),
                number => match number.parse::<u32>() {
                    Ok(limit @ 1..) => return self.limit_cases(Some(limit), cx),
                    _ => return wrong(format!("`{number}` is no number of cases: write a number, or all")),
                },
            },
            Some(Row::Samples) => match text.trim().parse::<u32>() {
                Ok(samples @ 1..=MOST_SAMPLES) => self.samples = samples,
                _ => return wrong(format!("`{}` is no number from 1 to {MOST_SAMPLES}", text.trim())),
            },
            _ => return Vec::new(),
        }
        self.changed(cx)
    }

    /// Asks for another value of the row under the cursor.
    pub(super) fn edit(&self) -> Vec<Effect> {
        let (title, text, hint) = match self.rows.get(self.state.selected) {
            Some(Row::Parameters) => ("Parameters", self.parameters.join(" "), "temperature=0.2 max_tokens=300"),
            Some(Row::Cap) => {
                ("Cap of this run, in dollars", self.max_cost.map_or_else(String::new, |cap| cap.to_string()), "0.50")
            }
            Some(Row::Samples) => ("Answers of each case and variant", self.samples.to_string(), "1"),
            Some(Row::Cases) => return self.case_question(),
            Some(Row::Limit) => {
                let limit = self.of.limit.map_or_else(|| "all".to_owned(), |limit| limit.to_string());
                ("Cases at most, the newest", limit, "50")
            }
            _ => return vec![Effect::Toast(Toast::info("cases, samples, parameters and the cap can be edited"))],
        };
        vec![Effect::Ask(Ask { action: Action::EditInPlace, title: title.into(), text, hint: hint.into() })]
    }

    /// Moves off a heading, further the same way.
    pub(super) fn skip_heading(&mut self, way: isize) {
        let heading = |at: usize| matches!(self.rows.get(at), Some(Row::Heading(..)));
        let mut at = self.state.selected;
        if heading(at) {
            at = match at.checked_add_signed(way) {
                Some(next) if next < self.rows.len() => next,
                _ => at + 1,
            };
            self.state.select(at);
        }
    }

    /// Marks the row under the cursor, or takes the mark away.
    pub(super) fn mark(&mut self, cx: &Cx) -> Vec<Effect> {
        let Some(offer) = &self.offer else { return Vec::new() };
        match self.rows.get(self.state.selected).copied() {
            Some(Row::Model(place)) => {
                let Some(model) = offer.models.get(place) else { return Vec::new() };
                if let Some(why) = &model.problem {
                    return vec![Effect::Toast(Toast::warning(why.clone()))];
                }
                if !self.is_usable(model) {
                    return vec![super::pricing::question(model)];
                }
                turn(&mut self.models, place);
            }
            Some(Row::Prompt(place)) => turn(&mut self.prompts, place),
            Some(Row::Chunk(place)) => turn(&mut self.dropped, place),
            Some(Row::Calls) => self.calls = next_calls(self.calls),
            Some(Row::Baseline) => {
                if let Some(why) = &offer.no_baseline {
                    return vec![Effect::Toast(Toast::warning(format!("the recorded model cannot be asked: {why}")))];
                }
                self.baseline = match self.baseline {
                    BaselineLane::Left => BaselineLane::Asked,
                    BaselineLane::Asked => BaselineLane::Left,
                };
            }
            Some(Row::Ending) => {
                self.ending = match self.ending {
                    Ending::Planned => Ending::Decided,
                    Ending::Decided => Ending::Planned,
                };
            }
            Some(Row::Pacing) => {
                self.pacing = match self.pacing {
                    Pacing::Live => Pacing::Batch,
                    Pacing::Batch => Pacing::Live,
                };
            }
            Some(Row::Cases | Row::Limit | Row::Samples | Row::Parameters | Row::Cap) => return self.edit(),
            Some(Row::Heading(..)) | None => return Vec::new(),
        }
        self.changed(cx)
    }

    /// Goes to the next section, or the one before.
    pub(super) fn next_section(&mut self, forward: bool) {
        let heads: Vec<usize> = (0..self.rows.len()).filter(|at| matches!(self.rows[*at], Row::Heading(..))).collect();
        let here = heads.iter().rposition(|at| *at < self.state.selected).unwrap_or(0);
        let count = heads.len().max(1);
        let next = if forward { (here + 1) % count } else { (here + count - 1) % count };
        if let Some(at) = heads.get(next) {
            self.state.select(at + 1);
        }
    }
}

/// The next way to choose calls.
pub const fn next_calls(calls: CallsMode) -> CallsMode {
    match calls {
        CallsMode::Answer => CallsMode::All,
        CallsMode::All => CallsMode::Chain,
        CallsMode::Chain => CallsMode::Answer,
    }
}

fn turn(marks: &mut [bool], place: usize) {
    if let Some(mark) = marks.get_mut(place) {
        *mark = !*mark;
    }
}
