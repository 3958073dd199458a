//! The list of traces: filter, order, marks.

use std::collections::BTreeSet;
use std::time::Duration;

use super::pages::{PAGE, Pages};
use super::queue;
use super::{keep, show};
use crate::domain::ids::TraceId;
use crate::domain::untrusted::safe_plain;
use crate::ui::action::Action;
use crate::ui::effect::{Choose, Effect, Pick, PickItem};
use crate::ui::effects::traces::{ListQuery, Order, Sort, TraceRow, TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, ReplayOf, RequestId, Target, TimerId, Toast};
use crate::ui::screens::{Cx, ScreenId, Status, Typing};
use crate::ui::text;
use crate::ui::widgets::line_input::{Edit, LineInput};
use crate::ui::widgets::list::{ListState, Moved};

/// How long typing must pause before the filter is used: keys that come at once are one change, and a query that another key
/// makes useless is cancelled.
const PAUSE: Duration = Duration::from_millis(12);
const FILTER_TIMER: TimerId = TimerId(1);

/// How the list stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing has come yet.
    #[default]
    Loading,
    /// There are rows, or none match.
    Ready,
    /// It could not be read.
    Failed(String),
}

/// Which rows are marked.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// These.
    Some(BTreeSet<TraceId>),
    /// All that match the filter, whether they are on the screen or not.
    All,
}

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
            marks: Marks::Some(BTreeSet::new()),
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

    /// Whether a row is marked.
    pub fn is_marked(&self, row: usize) -> bool {
        match &self.marks {
            Marks::All => true,
            Marks::Some(ids) => self.pages.get(row).is_some_and(|row| ids.contains(&row.trace_id)),
        }
    }

    /// How many are marked.
    pub fn marked(&self) -> usize {
        match &self.marks {
            Marks::All => self.pages.len(),
            Marks::Some(ids) => ids.len(),
        }
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
            Event::Picked(Action::Sort, names) => self.sorted(names, cx),
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
            self.marks = Marks::Some(BTreeSet::new());
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

    fn sorted(&mut self, names: &[String], cx: &Cx) -> Vec<Effect> {
        let Some(sort) = Sort::ALL.into_iter().find(|sort| names.iter().any(|name| name == sort.name())) else {
            return Vec::new();
        };
        self.sort = if self.sort.0 == sort { (sort, self.sort.1.turned()) } else { (sort, Order::Descending) };
        self.read(0, Fresh::Yes, cx)
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
            Action::MarkAll => {
                self.marks = match self.marks {
                    Marks::All => Marks::Some(BTreeSet::new()),
                    Marks::Some(_) => Marks::All,
                }
            }
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
            self.marks = Marks::Some(BTreeSet::new());
            return Vec::new();
        }
        if !self.filter.text().is_empty() {
            self.filter.set("");
            self.mistake = None;
            return self.read(0, Fresh::Yes, cx);
        }
        if action == Action::Back { vec![Effect::Back] } else { Vec::new() }
    }

    fn mark(&mut self) {
        let Some(id) = self.selected().map(|row| row.trace_id.clone()) else { return };
        match &mut self.marks {
            Marks::All => self.marks = Marks::Some(BTreeSet::from([id])),
            Marks::Some(ids) => {
                if !ids.remove(&id) {
                    ids.insert(id);
                }
            }
        }
    }

    fn sorts(&self) -> Pick {
        let items = Sort::ALL.map(|sort| PickItem {
            value: sort.name().into(),
            label: sort.name().into(),
            detail: match self.sort {
                (now, Order::Descending) if now == sort => "now, greatest first; choose again to turn".into(),
                (now, Order::Ascending) if now == sort => "now, smallest first; choose again to turn".into(),
                _ => String::new(),
            },
            ..PickItem::default()
        });
        Pick { action: Action::Sort, title: "Sort traces by".into(), items: items.into(), choose: Choose::One }
    }

    fn replay(&self) -> ReplayOf {
        match &self.marks {
            Marks::All => ReplayOf { filter: self.filter.text().to_owned(), ..ReplayOf::default() },
            Marks::Some(ids) if !ids.is_empty() => {
                ReplayOf { traces: ids.iter().cloned().collect(), ..ReplayOf::default() }
            }
            Marks::Some(_) => ReplayOf {
                traces: self.selected().map(|row| row.trace_id.clone()).into_iter().collect(),
                ..ReplayOf::default()
            },
        }
    }

    fn act_on_row(&self, action: Action) -> Vec<Effect> {
        let Some(row) = self.selected() else { return Vec::new() };
        let copy = |text: String, what: &str| vec![Effect::Copy { text, what: what.into() }];
        match action {
            Action::Chunks => vec![Effect::Go(Target::Retrieval(row.trace_id.clone()))],
            Action::OpenPrompt => {
                named_prompt(row).map(|prompt| Effect::Go(prompt_target(prompt))).into_iter().collect()
            }
            Action::Session => row
                .session
                .as_deref()
                .map(|session| Effect::Go(Target::Traces(format!("session:\"{}\"", session.replace('"', "")))))
                .into_iter()
                .collect(),
            Action::CopyId => copy(safe_plain(row.trace_id.as_str()), "trace id"),
            Action::CopyCli => copy(format!("hindcast show {}", show::shell_word(row.trace_id.as_str())), "command"),
            Action::CopyText => {
                let text = format!(
                    "{}\n\n{}",
                    row.question.as_deref().unwrap_or_default(),
                    row.answer.as_deref().or(row.error.as_deref()).unwrap_or_default()
                );
                copy(crate::domain::untrusted::safe_plain_lines(&text), "question and answer")
            }
            Action::CopyJson => copy(row_json(row), "trace as JSON"),
            _ => Vec::new(),
        }
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let row = self.selected();
        match action {
            Action::Open
            | Action::Note
            | Action::Score
            | Action::Chunks
            | Action::Replay
            | Action::Mark
            | Action::CopyId
            | Action::CopyCli
            | Action::CopyText
            | Action::CopyJson
                if row.is_none() =>
            {
                Some("no trace is selected".into())
            }
            Action::OpenPrompt if row.is_none_or(|row| named_prompt(row).is_none()) => {
                Some("this trace does not name its prompt; screen 3 lists all prompts".into())
            }
            Action::Session if row.is_none_or(|row| row.session.is_none()) => {
                Some("no conversation is recorded on this trace".into())
            }
            Action::MarkAll if self.pages.len() == 0 => Some("there is nothing to mark".into()),
            _ => None,
        }
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

/// The prompt of a row, where more than its version is recorded.
fn named_prompt(row: &TraceRow) -> Option<&str> {
    row.prompt.as_deref().filter(|prompt| !prompt.starts_with('@'))
}

/// Opens `name@version`.
pub fn prompt_target(prompt: &str) -> Target {
    match prompt.rsplit_once('@') {
        Some((name, version)) => Target::Prompt { name: name.to_owned(), version: Some(version.to_owned()) },
        None => Target::Prompt { name: prompt.to_owned(), version: None },
    }
}

fn row_json(row: &TraceRow) -> String {
    let value = serde_json::json!({
        "trace_id": row.trace_id,
        "name": row.name,
        "started_at": row.started_at.to_rfc3339(),
        "duration_ms": row.duration_ns.map(|nanos| nanos as f64 / 1e6),
        "status": row.status.as_str(),
        "input_text": row.question,
        "output_text": row.answer,
        "models": row.models,
        "prompt": row.prompt,
        "tokens": row.tokens,
        "cost_usd": row.cost,
        "session_id": row.session,
    });
    crate::domain::untrusted::escape_json(&format!("{value:#}"))
}
