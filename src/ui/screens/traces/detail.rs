//! One trace: its tree of spans and what is known of the one under the cursor.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ratatui::layout::Rect;

use super::docs::{self, Tab};
use super::keep;
use crate::domain::ids::TraceId;
use crate::domain::span::{Span, SpanKind};
use crate::services::prompts::MatchReport;
use crate::ui::action::Action;
use crate::ui::chord::Key;
use crate::ui::effect::Effect;
use crate::ui::effects::traces::{TracesAnswer, TracesRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::input::MouseKind;
use crate::ui::msg::{Event, RequestId, Toast};
use crate::ui::screens::{Cx, ScreenId, Status, Typing};
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::{ListState, Moved};
use crate::ui::widgets::panes::Panes;
use crate::ui::widgets::text_view::{Doc, TextView};
use crate::ui::widgets::tree::{Fold, TreeRow, lay_out};

/// The pane of the tree.
pub const TREE: usize = 0;
/// The pane of what is known of a span.
pub const CONTENT: usize = 1;

/// How the trace stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// It was asked for.
    Loading,
    /// It is there.
    Ready,
    /// There is no such trace.
    Missing,
    /// It could not be read.
    Failed(String),
}

/// One trace.
#[derive(Debug)]
pub struct Detail {
    /// Its id.
    pub trace_id: TraceId,
    /// How it stands.
    pub phase: Phase,
    /// Its spans.
    pub spans: Arc<Vec<Span>>,
    /// The rows of the tree.
    pub rows: Vec<TreeRow<usize>>,
    /// The cursor in the tree.
    pub tree: ListState,
    /// The panes.
    pub panes: Panes,
    /// Which tab is shown.
    pub tab: Tab,
    /// What it shows.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    /// What is searched for, while it is typed.
    pub search: Option<LineInput>,
    /// Where the tabs were drawn.
    pub tab_areas: RefCell<Vec<(Rect, Tab)>>,
    closed: HashSet<usize>,
    waiting: Option<RequestId>,
    keeping: Option<RequestId>,
    matching: Option<RequestId>,
    /// Which prompt versions can have made the answer, once that is known.
    pub matched: Option<Arc<MatchReport>>,
}

impl Detail {
    /// Opens a trace.
    pub fn open(trace_id: TraceId, cx: &Cx) -> (Self, Vec<Effect>) {
        let mut detail = Self {
            trace_id,
            phase: Phase::Loading,
            spans: Arc::default(),
            rows: Vec::new(),
            tree: ListState::default(),
            panes: Panes::new(&[5, 6]),
            tab: Tab::Messages,
            doc: Doc::default(),
            view: TextView::default(),
            search: None,
            tab_areas: RefCell::default(),
            closed: HashSet::new(),
            waiting: None,
            keeping: None,
            matching: None,
            matched: None,
        };
        let effects = detail.read(cx);
        (detail, effects)
    }

    pub(super) fn read(&mut self, cx: &Cx) -> Vec<Effect> {
        let request = Request::Traces(TracesRequest::Detail(self.trace_id.clone()));
        let (id, effect) = cx.request(ScreenId::Traces, request);
        self.waiting = Some(id);
        vec![effect]
    }

    /// Whether keys are text now.
    pub const fn typing(&self) -> Typing {
        if self.search.is_some() { Typing::Line } else { Typing::Off }
    }

    /// The span under the cursor.
    pub fn selected(&self) -> Option<&Span> {
        self.spans.get(self.rows.get(self.tree.selected)?.id)
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::DataChanged => return self.read(cx),
            Event::Answer(id, answer) => return self.answered(*id, answer, cx),
            Event::Key(chord) => {
                if let Some(search) = &mut self.search {
                    if chord.key == Key::Enter {
                        let needle = search.text().to_owned();
                        self.search = None;
                        return self.found(&needle);
                    }
                    search.key(*chord);
                }
            }
            Event::Paste(text) => {
                if let Some(search) = &mut self.search {
                    search.insert(text);
                }
            }
            Event::Mouse(mouse) => {
                let tab = self
                    .tab_areas
                    .borrow()
                    .iter()
                    .find(|(area, _)| area.contains((mouse.column, mouse.row).into()))
                    .map(|(_, tab)| *tab);
                if let (Some(tab), MouseKind::Click) = (tab, mouse.kind) {
                    self.show_tab(tab);
                }
                self.panes.mouse(*mouse);
                match self.tree.mouse(*mouse, self.rows.len()) {
                    Moved::Yes => self.show_span(),
                    Moved::No if mouse.kind == MouseKind::Click => self.fold(None),
                    _ => {
                        self.view.mouse(*mouse, &self.doc);
                    }
                }
            }
            Event::Entered(action, text) => return self.keep(*action, text, cx),
            Event::Action(action) => return self.act(*action, cx),
            _ => {}
        }
        Vec::new()
    }

    fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.matching == Some(id) {
            self.matching = None;
            if let Answer::Traces(TracesAnswer::Matched(report)) = answer {
                self.matched = Some(Arc::clone(report));
            }
            return Vec::new();
        }
        if self.keeping == Some(id) {
            self.keeping = None;
            return vec![keep::kept(answer)];
        }
        if self.waiting != Some(id) {
            return Vec::new();
        }
        self.waiting = None;
        match answer {
            Answer::Traces(TracesAnswer::Detail(spans)) => {
                let first = self.phase != Phase::Ready;
                let before = self.selected().map(|span| span.span_id.clone());
                self.spans = Arc::clone(spans);
                // The id may have been asked for by its beginning.
                if let Some(span) = spans.first() {
                    self.trace_id = span.trace_id.clone();
                }
                self.phase = Phase::Ready;
                self.lay_out();
                let place = if first { self.answer_row() } else { None };
                let same = before.and_then(|id| self.rows.iter().position(|row| self.spans[row.id].span_id == id));
                self.tree.select(same.or(place).unwrap_or(0));
                self.show_span();
                if first {
                    let request = Request::Traces(TracesRequest::Match(self.trace_id.clone()));
                    let (id, effect) = cx.request(ScreenId::Traces, request);
                    self.matching = Some(id);
                    return vec![effect];
                }
            }
            Answer::Traces(TracesAnswer::NoSuchTrace(_)) => self.phase = Phase::Missing,
            Answer::Failed(why) => self.phase = Phase::Failed(why.clone()),
            _ => {}
        }
        Vec::new()
    }

    /// The row to begin with: the first call that failed, else the last model call.
    fn answer_row(&self) -> Option<usize> {
        let is = |wanted: &dyn Fn(&Span) -> bool| self.rows.iter().rposition(|row| wanted(&self.spans[row.id]));
        is(&|span| span.kind == SpanKind::Llm && span.output_text.is_some())
            .or_else(|| is(&|span| span.kind == SpanKind::Llm))
    }

    fn lay_out(&mut self) {
        let places: HashMap<&str, usize> =
            self.spans.iter().enumerate().map(|(place, span)| (span.span_id.as_str(), place)).collect();
        let parents: Vec<Option<usize>> = self
            .spans
            .iter()
            .map(|span| span.parent_id.as_ref().and_then(|parent| places.get(parent.as_str()).copied()))
            .collect();
        self.rows = lay_out(&parents, &|node| self.closed.contains(&node));
    }

    fn show_span(&mut self) {
        self.doc = self.selected().map(|span| docs::of(self.tab, span, &self.spans)).unwrap_or_default();
        self.view = TextView::default();
    }

    fn show_tab(&mut self, tab: Tab) {
        self.tab = tab;
        self.panes.focus(CONTENT);
        self.show_span();
    }

    /// Folds (`Some(true)`), unfolds, or does the other of both.
    fn fold(&mut self, close: Option<bool>) {
        let Some(row) = self.rows.get(self.tree.selected) else { return };
        let node = row.id;
        let close = close.unwrap_or(row.fold == Fold::Open);
        if close && row.fold == Fold::Open {
            self.closed.insert(node);
        } else if !close {
            self.closed.remove(&node);
        } else if let Some(parent) = self.rows[..self.tree.selected].iter().rposition(|above| above.depth < row.depth) {
            self.tree.select(parent);
            self.show_span();
        }
        self.lay_out();
    }

    fn found(&mut self, needle: &str) -> Vec<Effect> {
        match self.view.search(needle, &self.doc) {
            _ if needle.is_empty() => Vec::new(),
            0 => vec![Effect::Toast(Toast::info(format!("`{needle}` is not in this text")))],
            lines => {
                self.panes.focus(CONTENT);
                vec![Effect::Toast(Toast::info(format!("{lines} lines; n and N go through them")))]
            }
        }
    }

    fn keep(&mut self, action: Action, text: &str, cx: &Cx) -> Vec<Effect> {
        let span = self.selected().map(|span| span.span_id.clone());
        let request = match action {
            Action::Note => keep::note_request(&self.trace_id, text),
            Action::KeepGolden => Some(keep::golden_request(&self.trace_id, text)),
            Action::Score => match keep::score_request(&self.trace_id, span.as_ref(), text) {
                Ok(request) => Some(request),
                Err(why) => return vec![Effect::Toast(Toast::warning(why))],
            },
            _ => None,
        };
        request.map_or_else(Vec::new, |request| self.ask_to_keep(request, cx))
    }

    pub(super) fn ask_to_keep(&mut self, request: Request, cx: &Cx) -> Vec<Effect> {
        let (id, effect) = cx.request(ScreenId::Traces, request);
        self.keeping = Some(id);
        vec![effect]
    }

    fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        if self.panes.act(action) {
            return Vec::new();
        }
        match (self.panes.focused(), action) {
            (TREE, Action::Left) => self.fold(Some(true)),
            (TREE, Action::Right) => self.fold(Some(false)),
            (TREE, Action::Open) => self.panes.focus(CONTENT),
            (_, Action::Left) => self.show_tab(self.tab.previous()),
            (_, Action::Right) => self.show_tab(self.tab.next()),
            (TREE, _) if self.tree.act(action, self.rows.len()) != Moved::Elsewhere => self.show_span(),
            _ if self.view.act(action, &self.doc) => {}
            _ => return self.act_on_trace(action, cx),
        }
        Vec::new()
    }

    pub(super) fn back(&mut self, action: Action) -> Vec<Effect> {
        if self.search.take().is_some() {
            return Vec::new();
        }
        if self.view.needle().is_some() {
            self.view.search("", &self.doc);
            return Vec::new();
        }
        if action == Action::Back { vec![Effect::Back] } else { Vec::new() }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let hints = if self.panes.focused() == TREE {
            vec![Action::Open, Action::NextPane, Action::Replay, Action::Chunks, Action::Note, Action::Back]
        } else {
            vec![Action::NextPane, Action::Filter, Action::Replay, Action::CopyText, Action::Full, Action::Back]
        };
        let counts = match self.phase {
            Phase::Ready => format!("{} spans", self.spans.len()),
            Phase::Loading => "loading".to_owned(),
            Phase::Missing | Phase::Failed(_) => String::new(),
        };
        Status { hints, counts }
    }
}
