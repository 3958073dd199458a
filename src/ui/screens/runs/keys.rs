//! What the keys do in a run.

use std::fmt::Write as _;

use super::against::Against;
use super::measures::Measures;
use super::ordering::{Order, Shown};
use super::reading::Jump;
use super::run::RunView;
use crate::domain::score::Rating;
use crate::domain::untrusted::{escape_json, safe_plain_lines};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::msg::Target;
use crate::ui::screens::{Cx, Phase, ScreenId, Status};
use crate::ui::widgets::list::Moved;

impl RunView {
    /// Takes an action.
    pub fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let seen = |view: &Self| (view.side, view.against, view.rows.get(view.state.selected).copied(), view.sample);
        let before = seen(self);
        let mut effects = self.acted(action, cx);
        let now = seen(self);
        if before.1 != now.1 {
            effects.extend(self.compare_anew(cx));
        } else if before != now {
            effects.extend(self.compare(cx));
        }
        effects
    }

    /// Answers are compared with something else: which cases changed is another question now.
    pub(super) fn compare_anew(&mut self, cx: &Cx) -> Vec<Effect> {
        self.reading.at.set(None);
        self.arrange();
        self.compare(cx)
    }

    fn acted(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::Back | Action::Cancel if self.side && self.cases() > 1 => {
                self.side = false;
                return Vec::new();
            }
            Action::Back => return vec![Effect::Back],
            Action::Cancel => return Vec::new(),
            Action::Reload => return self.read(cx),
            Action::NextMatch | Action::PrevMatch => return self.next_difference(action == Action::NextMatch),
            Action::NextCase => self.next_case(1),
            Action::PrevCase => self.next_case(-1),
            Action::OnlyChanged => self.turn_filter(),
            Action::RateGood => return self.rate(Some(Rating::Good), cx),
            Action::RateBad => return self.rate(Some(Rating::Bad), cx),
            Action::Unrate => return self.rate(None, cx),
            Action::ExportRun => return self.export_question(),
            Action::KeepGolden => return self.golden_question(cx),
            Action::Left => self.column = self.column.saturating_sub(1).max(usize::from(!self.side)),
            Action::Right => self.column = (self.column + 1).min(self.variants()).max(1),
            Action::NextPane => {
                let samples = self.row().map_or(1, |row| row.run.samples.max(1) as usize);
                self.sample = (self.sample + 1) % samples;
            }
            Action::Diff => self.against = self.against.next(self.variants()),
            Action::CommitMeasured => return self.commit_question(),
            Action::Measures => self.measures.turn(),
            Action::Baseline => return self.row().map(Measures::baselines).into_iter().collect(),
            Action::Sort => return vec![Effect::Pick(self.orders())],
            Action::Open if !self.side => {
                self.side = self.case().is_some();
                self.reading.restart(Jump::No);
            }
            _ if self.side => {
                if !self.reading.act(action) {
                    return self.act_on_answer(action);
                }
            }
            _ => {
                if self.state.act(action, self.rows.len()) == Moved::Elsewhere {
                    return self.act_on_answer(action);
                }
            }
        }
        Vec::new()
    }

    fn act_on_answer(&self, action: Action) -> Vec<Effect> {
        let Some((_, case)) = self.case() else { return Vec::new() };
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::OpenTrace => vec![Effect::Go(Target::Trace(case.trace_id.clone()))],
            Action::OpenPrompt => case
                .prompt
                .as_deref()
                .map(|prompt| {
                    let (name, version) = prompt.rsplit_once('@').map_or((prompt, None), |(name, at)| (name, Some(at)));
                    Effect::Go(Target::Prompt { name: name.to_owned(), version: version.map(str::to_owned) })
                })
                .into_iter()
                .collect(),
            Action::ChainNearest | Action::ChainPick | Action::ChainType => self.ask_to_continue(action),
            Action::Score => self.score_question(),
            Action::Note => vec![crate::ui::screens::traces::ask_note()],
            Action::CopyText => self.answer().map_or_else(
                || copy(safe_plain_lines(case.answer.as_deref().unwrap_or_default()), "recorded answer"),
                |answer| copy(safe_plain_lines(answer.result.output_text.as_deref().unwrap_or_default()), "answer"),
            ),
            Action::CopyJson => self
                .answer()
                .and_then(|answer| serde_json::to_string_pretty(&answer.result).ok())
                .map(|json| copy(escape_json(&json), "result as JSON"))
                .unwrap_or_default(),
            Action::CopyId => copy(self.run_id.as_str().to_owned(), "run id"),
            Action::CopyCli => copy(self.command(), "command"),
            Action::EditExternal => vec![Effect::Edit {
                to: ScreenId::Runs,
                action: Action::EditExternal,
                text: self
                    .answer()
                    .map_or(case.answer.as_deref(), |answer| answer.result.output_text.as_deref())
                    .map(safe_plain_lines)
                    .unwrap_or_default(),
                suffix: ".md",
            }],
            _ => Vec::new(),
        }
    }

    /// The command line that shows the same.
    fn command(&self) -> String {
        let mut command = format!("hindcast compare {}", self.run_id.as_str());
        if let Against::Variant(place) = self.against {
            let _ = write!(command, " --baseline {}", self.letter(place));
        }
        if self.shown == Shown::Changed {
            command.push_str(" --only-changed");
        }
        if self.order == Order::Moved {
            command.push_str(" --sort moved");
        }
        command
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        match action {
            Action::OpenTrace | Action::Score | Action::Note | Action::KeepGolden | Action::CopyText
                if self.case().is_none() =>
            {
                Some("no case is selected".into())
            }
            Action::OpenPrompt if self.case().is_none_or(|(_, case)| case.prompt.is_none()) => {
                Some("no prompt is recorded on this case".into())
            }
            Action::ExportRun if self.cells.done() == 0 => Some("there is no answer to write yet".into()),
            Action::CommitMeasured if self.measured_prompt().is_none() => {
                Some("this run did not measure a prompt's file as it is now: replay it with NAME@work".into())
            }
            Action::ChainNearest | Action::ChainPick | Action::ChainType => self.chain_disabled(),
            Action::CopyJson if self.answer().is_none() => Some("there is no answer yet".into()),
            Action::Mark | Action::MarkAll | Action::Filter => {
                Some("not in a run; o leaves out what did not change, J and K go through the cases".into())
            }
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let hints = if self.side && self.chain_disabled().is_none() {
            vec![Action::ChainNearest, Action::ChainPick, Action::ChainType, Action::OpenTrace, Action::Back]
        } else if self.side {
            vec![
                Action::NextMatch,
                Action::Diff,
                Action::RateGood,
                Action::RateBad,
                Action::NextCase,
                Action::OnlyChanged,
                Action::ExportRun,
                Action::Back,
            ]
        } else {
            vec![
                Action::Open,
                Action::OnlyChanged,
                Action::Sort,
                Action::Replay,
                Action::RateGood,
                Action::ExportRun,
                Action::OpenTrace,
                Action::Back,
            ]
        };
        let counts = match self.phase {
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready => format!("{}/{} answers", self.cells.done(), self.cells.all()),
        };
        Status { hints, counts }
    }
}
