//! The list of traces: filter, order, marks.

use std::time::Duration;

use super::keep;
use super::marks::Marks;
use super::pages::{PAGE, Pages};
use super::queue;
use crate::domain::ids::TraceId;
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::effects::traces::{ListQuery, Order, Sort, TraceRow, TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Target, TimerId, Toast};
use crate::ui::screens::{Cx, Phase, ScreenId, Status, Typing};
use crate::ui::text;
use crate::ui::widgets::line_input::{Edit, LineInput};
use crate::ui::widgets::list::{ListState, Moved};

/// How long typing must pause before the filter is used: keys that come at once are one change, and a query that another key
/// makes useless is cancelled.
const PAUSE: Duration = Duration::from_millis(12);
const FILTER_TIMER: TimerId = TimerId(1);

/// The list of traces.
#[derive(Debug)]
pub struct List {
    /// The filter as typed.
    pub filter: LineInput,
    /// Whether it is being typed.
    pub editing: bool,
    /// What is wrong with it: code points before the mistake, and what was expected.
    pub mistake: Option<(usize, String)>,
    /// The order.
    pub sort: (Sort, Order),
    /// The rows that are known.
    pub pages: Pages,
    /// How it stands.
    pub phase: Phase,
    /// The cursor.
    pub state: ListState,
    /// The marks.
    pub marks: Marks,
    /// The filter the rows are for.
    applied: String,
    waiting: Option<(RequestId, Fresh)>,
    counting: Option<RequestId>,
    keeping: Option<RequestId>,
    grouping: Option<RequestId>,
}

/// Whether the rows waited for replace all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fresh {
    Yes,
    No,
}

impl Default for List {
    fn default() -> Self {
        Self {
            filter: LineInput::default(),
            editing: false,
            mistake: None,
            sort: (Sort::Time, Order::Descending),
            pages: Pages::default(),
            phase: Phase::Loading,
            state: ListState::default(),
            marks: Marks::default(),
            applied: String::new(),
            waiting: None,
            counting: None,
            keeping: None,
            grouping: None,
        }
    }
}

impl List {
    /// Whether keys are text now.
    pub const fn typing(&self) -> Typing {
        if self.editing { Typing::Line } else { Typing::Off }
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&TraceRow> {
        self.pages.get(self.state.selected)
    }

    /// Shows the traces that match a filter.
    pub fn show(&mut self, filter: &str, cx: &Cx) -> Vec<Effect> {
        self.filter.set(filter);
        self.editing = false;
        self.read(0, Fresh::Yes, cx)
    }

    fn read(&mut self, page: usize, fresh: Fresh, cx: &Cx) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some((before, _)) = self.waiting.take() {
            effects.push(Effect::Cancel(before));
        }
        let query = ListQuery {
            filter: self.filter.text().to_owned(),
            sort: self.sort.0,
            order: self.sort.1,
            offset: page * PAGE,
            limit: PAGE,
        };
        let (id, effect) = cx.request(ScreenId::Traces, Request::Traces(TracesRequest::List(query)));
        self.waiting = Some((id, fresh));
        effects.push(effect);
        effects
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Shown if self.waiting.is_none() && self.phase == Phase::Loading => self.read(0, Fresh::Yes, cx),
            Event::DataChanged => self.read(self.state.selected / PAGE, Fresh::Yes, cx),
            Event::Timer(FILTER_TIMER) => self.read(0, Fresh::Yes, cx),
            Event::Key(chord) => match (chord.key, self.filter.key(*chord)) {
                (crate::ui::chord::Key::Enter, _) => {
                    self.editing = false;
                    self.read(0, Fresh::Yes, cx)
                }
                (_, Edit::Changed) => vec![cx.timer(ScreenId::Traces, FILTER_TIMER, PAUSE)],
                _ => Vec::new(),
            },
            Event::Paste(text) => {
                self.filter.insert(text);
                vec![cx.timer(ScreenId::Traces, FILTER_TIMER, PAUSE)]
            }
            Event::Mouse(mouse) => match self.state.mouse(*mouse, self.pages.len()) {
                Moved::Yes => self.after_move(cx),
                Moved::No => self.open(),
                Moved::Elsewhere => Vec::new(),
            },
            Event::Answer(id, answer) => self.answered(*id, answer, cx),
            Event::Picked(Action::Sort, names) if self.sort_by(names) => self.read(0, Fresh::Yes, cx),
            Event::Picked(Action::Causes, causes) => match causes.first() {
                Some(cause) => self.show(&queue::narrowed(self.filter.text(), cause), cx),
                None => Vec::new(),
            },
            Event::Entered(action, text) => self.keep(*action, text, cx),
            Event::Action(action) => self.act(*action, cx),
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.keeping == Some(id) {
            self.keeping = None;
            return vec![Effect::Toast(match answer {
                Answer::Failed(why) => Toast::error(format!("not kept: {why}")),
                _ => Toast::info("kept"),
            })];
        }
        if self.grouping == Some(id) {
            self.grouping = None;
            return match answer {
                Answer::Traces(TracesAnswer::Causes(counts)) => queue::offered(counts),
                Answer::Failed(why) => vec![Effect::Toast(Toast::error(why.clone()))],
                _ => Vec::new(),
            };
        }
        if let (true, Answer::Traces(TracesAnswer::Counts(counts))) = (self.counting == Some(id), answer) {
            self.pages.count(*counts);
            return self.after_move(cx);
        }
        let Some((_, fresh)) = self.waiting.filter(|(waiting, _)| *waiting == id) else { return Vec::new() };
        self.waiting = None;
        self.counting = Some(id);
        match answer {
            Answer::Traces(TracesAnswer::Page { offset, rows, counts }) => {
                self.mistake = None;
                self.phase = Phase::Ready;
                let before = self.selected().map(|row| row.trace_id.clone());
                if fresh == Fresh::Yes {
                    self.pages = Pages::default();
                }
                self.pages.put(*offset, rows.clone(), *counts);
                if fresh == Fresh::Yes {
                    self.keep_cursor(before);
                }
                return self.after_move(cx);
            }
            Answer::Traces(TracesAnswer::BadFilter { position, message }) => {
                self.mistake = Some((*position, message.clone()));
            }
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    /// The cursor stays on its trace, not on its row; another filter starts at the top.
    fn keep_cursor(&mut self, before: Option<TraceId>) {
        let same = self.applied == self.filter.text();
        self.applied = self.filter.text().to_owned();
        let found = before.and_then(|id| self.pages.find(|row| row.trace_id == id));
        let last = self.pages.len().saturating_sub(1);
        self.state.select(match found {
            Some(row) => row,
            None if same => self.state.selected.min(last),
            None => 0,
        });
        if !same && self.marks == Marks::All {
            self.marks = Marks::default();
        }
    }

    /// Reads the page around the cursor where it is missing.
    fn after_move(&mut self, cx: &Cx) -> Vec<Effect> {
        let page = self.state.page();
        let around = self.state.selected.saturating_sub(page)..self.state.selected + page + 1;
        match self.pages.missing(around) {
            Some(page) if self.waiting.is_none() => self.read(page, Fresh::No, cx),
            _ => Vec::new(),
        }
    }

    fn keep(&mut self, action: Action, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some(id) = self.selected().map(|row| row.trace_id.clone()) else { return Vec::new() };
        let request = match action {
            Action::Note => keep::note_request(&id, text),
            Action::Score => match keep::score_request(&id, None, text) {
                Ok(request) => Some(request),
                Err(why) => return vec![Effect::Toast(Toast::warning(why))],
            },
            Action::KeepSet => {
                let of = self.replay();
                match keep::set_request(of.traces, &of.filter, text) {
                    Ok(request) => Some(request),
                    Err(why) => return vec![Effect::Toast(Toast::warning(why))],
                }
            }
            _ => None,
        };
        request.map_or_else(Vec::new, |request| {
            let (id, effect) = cx.request(ScreenId::Traces, request);
            self.keeping = Some(id);
            vec![effect]
        })
    }

    fn open(&self) -> Vec<Effect> {
        self.selected().map(|row| Effect::Go(Target::Trace(row.trace_id.clone()))).into_iter().collect()
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.state.act(action, self.pages.len()) != Moved::Elsewhere {
            return self.after_move(cx);
        }
        match action {
            Action::Filter => self.editing = true,
            Action::Back | Action::Cancel => return self.back(action, cx),
            Action::Reload => return self.read(self.state.selected / PAGE, Fresh::Yes, cx),
            Action::Open => return self.open(),
            Action::Mark => {
                self.mark();
                self.state.act(Action::Down, self.pages.len());
                return self.after_move(cx);
            }
            Action::MarkAll => self.marks.turn(),
            Action::Sort => return vec![Effect::Pick(self.sorts())],
            Action::Causes => {
                let request = Request::Traces(TracesRequest::Causes(self.filter.text().to_owned()));
                let (id, effect) = cx.request(ScreenId::Traces, request);
                self.grouping = Some(id);
                return vec![effect];
            }
            Action::Note => return vec![keep::ask_note()],
            Action::Score => return vec![keep::ask_score()],
            Action::KeepSet if self.selected().is_some() => {
                let traces = match &self.marks {
                    Marks::All => "all traces that match".to_owned(),
                    Marks::Some(_) => text::counted(self.replay().traces.len() as u64, "trace"),
                };
                return vec![keep::ask_set(&traces)];
            }
            Action::Replay => return vec![Effect::Go(Target::Replay(self.replay()))],
            _ => return self.act_on_row(action),
        }
        Vec::new()
    }

    fn back(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.editing {
            self.editing = false;
            return Vec::new();
        }
        if self.marked() > 0 && action == Action::Back {
            self.marks = Marks::default();
            return Vec::new();
        }
        if !self.filter.text().is_empty() {
            self.filter.set("");
            self.mistake = None;
            return self.read(0, Fresh::Yes, cx);
        }
        if action == Action::Back { vec![Effect::Back] } else { Vec::new() }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let counts = self.pages.counts();
        let mut text = match (&self.phase, counts.matched == counts.all) {
            (Phase::Loading, _) => "loading".to_owned(),
            (Phase::Failed(_), _) => String::new(),
            (Phase::Ready, true) => text::counted(counts.all, "trace"),
            (Phase::Ready, false) => format!("{} of {}", counts.matched, text::counted(counts.all, "trace")),
        };
        if self.marked() > 0 {
            text = format!("{text} · {} marked", self.marked());
        }
        let hints = if self.selected().is_some() {
            vec![Action::Open, Action::Filter, Action::Mark, Action::Replay, Action::Chunks, Action::Sort]
        } else {
            vec![Action::Filter, Action::Reload, Action::Help]
        };
        Status { hints, counts: text }
    }
}
