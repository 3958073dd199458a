//! Going on with a run that was stopped: what is asked before, and what is to become of calls nobody heard of.

use super::run::RunView;
use super::screen::requests;
use crate::domain::run::RunStatus;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Confirm, Effect, Pick, PickItem};
use crate::ui::effects::runs::{RunRow, Unknown};
use crate::ui::screens::Cx;
use crate::ui::text;

/// What stands for asking unknown calls again.
const ASK: &str = "ask";

/// What is asked before a run goes on: about its unknown calls first, where it has some.
pub fn first_question(row: &RunRow) -> Effect {
    if row.unknown == 0 {
        return last_question(row, Unknown::Leave);
    }
    let item = |value: &str, label: &str, detail: &str| PickItem {
        value: value.into(),
        label: label.into(),
        detail: detail.into(),
        ..PickItem::default()
    };
    Effect::Pick(Pick {
        action: Action::ResumeRun,
        title: format!("{} sent, no answer was heard of", text::counted(row.unknown, "call")),
        items: vec![
            item("leave", "leave them", "counted at the most they can cost"),
            item(ASK, "ask them again", "may be paid for twice"),
        ],
        choose: Choose::One,
    })
}

/// What was chosen for the unknown calls.
pub fn chosen(names: &[String]) -> Unknown {
    if names.first().is_some_and(|name| name == ASK) { Unknown::Ask } else { Unknown::Leave }
}

/// Asks for the yes that sends requests again.
pub fn last_question(row: &RunRow, unknown: Unknown) -> Effect {
    let mut lines =
        vec![format!("{} of {} answers are there.", row.results - row.unknown.min(row.results), requests(row))];
    if row.unknown > 0 {
        let calls = text::counted(row.unknown, "call");
        lines.push(match unknown {
            Unknown::Leave => format!("{calls} without an answer stay counted at the most they can have cost."),
            Unknown::Ask => format!("{calls} without an answer are asked again, and may be paid for twice."),
        });
    }
    Effect::Confirm(Confirm { action: Action::ResumeRun, title: "Go on with this run?".into(), lines, yes: "go on" })
}

impl RunView {
    /// Puts the keys that steer a run behind the first of its other keys.
    pub fn hint_at_course(&self, hints: &mut Vec<Action>, keys: &[Action]) {
        // The keys of a chain that can be gone on with stay beside each other; a case has keys enough of its own.
        let end = hints.len().saturating_sub(1);
        let place = if self.shows_chain() { end } else { 1.min(end) };
        let most = if self.side { 1 } else { keys.len() };
        hints.splice(place..place, keys.iter().take(most).copied());
    }

    /// Reads the run again where the list knows other figures of it: it was stopped, or went on in another window.
    pub fn read_if_stale(&mut self, listed: &RunRow, cx: &Cx) -> Vec<Effect> {
        let figures = |row: &RunRow| (row.status, row.results, row.unknown);
        let stale = self.row().is_some_and(|row| figures(row) != figures(listed));
        let settled = listed.status != RunStatus::Running;
        if stale && settled && self.waiting.is_none() { self.read(cx) } else { Vec::new() }
    }
}
