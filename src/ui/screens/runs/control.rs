//! What can be changed of a run while it goes: its calls at once and its cap; and which models are held back.

use std::collections::BTreeMap;

use crate::domain::money::Money;
use crate::domain::run::RunStatus;
use crate::services::replay::RunChange;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::runs::{RunNews, RunRow};
use crate::ui::screens::DrawCx;
use crate::ui::text::Piece;
use crate::ui::theme::Role;

/// The most calls at once that can be asked for.
const MOST_AT_ONCE: usize = 256;

/// What is known of a run that goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    /// Calls at once, as wanted last; `None` until it is told.
    pub at_once: Option<usize>,
    /// The cap, where it was changed.
    pub cap: Option<Money>,
    /// Models that are held back, with until when in words.
    pub held: BTreeMap<String, String>,
}

impl Control {
    /// Takes news; says whether they were about this.
    pub fn take(&mut self, news: &RunNews) -> bool {
        match news {
            RunNews::Changed(change) => {
                self.at_once = change.concurrency.or(self.at_once);
                self.cap = change.cap.or(self.cap);
            }
            RunNews::Circuit(model, Some(words)) => drop(self.held.insert(model.clone(), words.clone())),
            RunNews::Circuit(model, None) => drop(self.held.remove(model)),
            _ => return false,
        }
        true
    }

    /// What an action changes at once; `None` where it is not about this.
    pub fn change(&self, action: Action) -> Option<RunChange> {
        let now = self.at_once?;
        let step = match now {
            ..8 => 1,
            8..32 => 4,
            _ => 16,
        };
        let wanted = match action {
            Action::MoreAtOnce => (now + step).min(MOST_AT_ONCE),
            Action::FewerAtOnce => now.saturating_sub(step.min(now.div_ceil(2))).max(1),
            _ => return None,
        };
        Some(RunChange { concurrency: Some(wanted), cap: None })
    }

    /// The question for another cap.
    pub fn ask_cap(&self, row: &RunRow) -> Effect {
        let cap = self.cap.or(row.run.max_cost);
        Effect::Ask(Ask {
            action: Action::ChangeCap,
            title: "Cap of this run, in dollars".into(),
            text: cap.map_or_else(String::new, |cap| cap.to_string()),
            hint: "below what is spent it stops".into(),
        })
    }

    /// Reads the answer to that question.
    pub fn entered(text: &str) -> Result<RunChange, String> {
        match text.trim().trim_start_matches('$').parse::<Money>() {
            Ok(cap) if cap >= Money::ZERO => Ok(RunChange { concurrency: None, cap: Some(cap) }),
            _ => Err(format!("`{}` is no amount: write dollars, such as 0.50", text.trim())),
        }
    }

    /// What the head of a run says of it.
    pub fn pieces(&self, status: RunStatus, cx: &DrawCx) -> Vec<Piece> {
        if status != RunStatus::Running {
            return Vec::new();
        }
        let held = self.held.iter().map(|(model, words)| {
            let name = model.rsplit_once('/').map_or(model.as_str(), |(_, name)| name);
            format!("  {} {name} {words}", cx.glyphs.warning)
        });
        let mut pieces: Vec<Piece> = held.flat_map(|words| crate::ui::text::foreign(&words, Role::Warning)).collect();
        pieces.extend(self.at_once.map(|count| Piece::own(format!("  {count} at once"), Role::Dim)));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(count: usize) -> Control {
        Control { at_once: Some(count), ..Control::default() }
    }

    #[test]
    fn steps_grow_with_the_number_and_never_end_at_nothing() {
        let more = |count| at(count).change(Action::MoreAtOnce).unwrap().concurrency.unwrap();
        let fewer = |count| at(count).change(Action::FewerAtOnce).unwrap().concurrency.unwrap();
        assert_eq!([more(1), more(8), more(32), more(250)], [2, 12, 48, 256]);
        assert_eq!([fewer(1), fewer(2), fewer(8), fewer(64)], [1, 1, 4, 48]);
        assert_eq!(Control::default().change(Action::MoreAtOnce), None);
    }

    #[test]
    fn a_cap_is_dollars() {
        assert_eq!(Control::entered(" $0.50 ").unwrap().cap.unwrap().to_string(), "0.5");
        assert!(Control::entered("much").is_err() && Control::entered("-1").is_err());
    }
}
