//! The list of runs.

use crate::domain::ids::RunId;
use crate::ui::action::Action;
use crate::ui::chord::Key;
use crate::ui::effect::Effect;
use crate::ui::effects::runs::{RunRow, RunsAnswer, RunsRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId};
use crate::ui::screens::{Cx, Newest, Phase, ScreenId, Status, Typing};
use crate::ui::text;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::{ListState, Moved};

/// The list of runs, newest first.
#[derive(Debug, Default)]
pub struct List {
    /// Every run.
    rows: Vec<RunRow>,
    /// Those that match the filter.
    shown: Vec<usize>,
    /// How it stands.
    pub phase: Phase,
    /// The cursor.
    pub state: ListState,
    /// The filter.
    pub filter: LineInput,
    /// Whether it is being typed.
    pub editing: bool,
    waiting: Newest,
    opened: bool,
}

impl List {
    /// Whether keys are text now.
    pub const fn typing(&self) -> Typing {
        if self.editing { Typing::Line } else { Typing::Off }
    }

    /// How many are shown.
    pub const fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether there is no run at all.
    pub const fn has_none(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row that is shown.
    pub fn get(&self, row: usize) -> Option<&RunRow> {
        self.shown.get(row).and_then(|place| self.rows.get(*place))
    }

    /// The row of a run, shown or not.
    pub fn of(&self, run: &RunId) -> Option<&RunRow> {
        self.rows.iter().find(|row| row.run.run_id == *run)
    }

    /// The run under the cursor.
    pub fn selected(&self) -> Option<&RunRow> {
        self.get(self.state.selected)
    }

    /// Whether a click asked to open the run under the cursor.
    pub const fn take_opened(&mut self) -> bool {
        std::mem::replace(&mut self.opened, false)
    }

    /// Reads the list when it is shown.
    pub fn shown(&mut self, cx: &Cx) -> Vec<Effect> {
        if self.waiting.is_under_way() { Vec::new() } else { self.read(cx) }
    }

    /// Reads the list.
    pub fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        self.waiting.ask(ScreenId::Runs, Request::Runs(RunsRequest::List), cx)
    }

    /// Takes an answer.
    pub fn answered(&mut self, id: RequestId, answer: &Answer) -> Vec<Effect> {
        if !self.waiting.take(id) {
            return Vec::new();
        }
        match answer {
            Answer::Runs(RunsAnswer::Runs(rows)) => {
                let before = self.selected().map(|row| row.run.run_id.clone());
                self.rows.clone_from(rows);
                self.phase = Phase::Ready;
                self.narrow();
                let same = before
                    .and_then(|id| (0..self.len()).find(|row| self.get(*row).is_some_and(|row| row.run.run_id == id)));
                self.state.select(same.unwrap_or(0));
            }
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    fn narrow(&mut self) {
        let needle = self.filter.text().to_lowercase();
        let matches = |row: &RunRow| {
            needle.is_empty()
                || row.run.run_id.as_str().to_lowercase().contains(&needle)
                || row.status.as_str().contains(&needle)
                || row.run.filter.to_lowercase().contains(&needle)
                || row.run.name.as_ref().is_some_and(|name| name.to_lowercase().contains(&needle))
                || row.run.variants.iter().any(|variant| variant_name(variant).to_lowercase().contains(&needle))
        };
        self.shown = self.rows.iter().enumerate().filter(|(_, row)| matches(row)).map(|(place, _)| place).collect();
        self.state.select(self.state.selected.min(self.shown.len().saturating_sub(1)));
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, _cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Key(chord) if chord.key == Key::Enter => self.editing = false,
            Event::Key(chord) => {
                self.filter.key(*chord);
                self.narrow();
            }
            Event::Paste(text) => {
                self.filter.insert(text);
                self.narrow();
            }
            Event::Mouse(mouse) if self.state.mouse(*mouse, self.len()) == Moved::No => self.opened = true,
            _ => {}
        }
        Vec::new()
    }

    /// Takes an action.
    pub fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.state.act(action, self.len()) != Moved::Elsewhere {
            return Vec::new();
        }
        match action {
            Action::Filter => self.editing = true,
            Action::Reload => return self.read(cx),
            Action::Back | Action::Cancel => {
                if self.editing {
                    self.editing = false;
                } else if !self.filter.text().is_empty() {
                    self.filter.set("");
                    self.narrow();
                } else if action == Action::Back {
                    return vec![Effect::Back];
                }
            }
            Action::CopyId | Action::CopyCli | Action::CopyText => {
                let Some(id) = self.selected().map(|row| row.run.run_id.as_str().to_owned()) else { return Vec::new() };
                let (text, what) =
                    if action == Action::CopyCli { (format!("hindcast runs {id}"), "command") } else { (id, "run id") };
                return vec![Effect::Copy { text, what: what.into() }];
            }
            _ => {}
        }
        Vec::new()
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        match action {
            Action::Open | Action::CopyId | Action::CopyCli | Action::CopyText | Action::CopyJson
                if self.selected().is_none() =>
            {
                Some("no run is selected".into())
            }
            Action::Mark | Action::MarkAll | Action::Sort | Action::OpenTrace | Action::CopyJson => {
                Some("open the run first".into())
            }
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let counts = match self.phase {
            Phase::Loading => "loading".to_owned(),
            Phase::Failed(_) => String::new(),
            Phase::Ready if self.len() == self.rows.len() => text::counted(self.rows.len() as u64, "run"),
            Phase::Ready => format!("{} of {}", self.len(), text::counted(self.rows.len() as u64, "run")),
        };
        let hints = if self.selected().is_some() {
            vec![Action::Open, Action::ResumeRun, Action::Replay, Action::Filter, Action::CopyId]
        } else {
            vec![Action::GoTraces, Action::Reload, Action::Help]
        };
        Status { hints, counts }
    }
}

/// A variant in a few words.
pub fn variant_name(variant: &crate::domain::run::Variant) -> String {
    let mut name = variant.model.to_string();
    if let Some(prompt) = &variant.prompt {
        name.push_str(" · ");
        name.push_str(&prompt.to_string());
    }
    if !variant.overrides.is_empty() {
        name.push_str(" · ");
        name.push_str(&variant.overrides.in_words());
    }
    name
}
