//! The SQL console: an editor, a query that can be stopped, and its result.

use std::sync::Arc;

use super::complete::{candidates, common};
use super::grid::Grid;
use super::queries::{History, Way};
use crate::domain::time::Timestamp;
use crate::store::{Cell, TableInfo};
use crate::ui::action::Action;
use crate::ui::chord::{Chord, Key};
use crate::ui::effect::Effect;
use crate::ui::effects::telemetry::{SavedQuery, TelemetryAnswer, TelemetryRequest};
use crate::ui::effects::{Answer, Request};
use crate::ui::msg::{Event, RequestId, Target, Toast};
use crate::ui::screens::{Cx, Newest, ScreenId, Status};
use crate::ui::widgets::list::Moved;
use crate::ui::widgets::text_area::TextArea;

/// What the console begins with.
const FIRST: &str = "SELECT model, count(*) AS calls, round(avg(duration_ms)) AS mean_ms, sum(cost_usd) AS usd\nFROM llm_calls\nGROUP BY model\nORDER BY calls DESC";

/// How often the seconds of a running query are shown anew.
const TICK: std::time::Duration = std::time::Duration::from_secs(1);
const TICK_TIMER: crate::ui::msg::TimerId = crate::ui::msg::TimerId(41);

/// What has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The query.
    #[default]
    Editor,
    /// The result.
    Result,
}

/// How the query stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked yet.
    #[default]
    Idle,
    /// It runs since then.
    Running(Timestamp),
    /// It was stopped.
    Stopped,
    /// The result is there.
    Done,
    /// It is wrong, and why.
    Failed(String),
}

/// The console.
#[derive(Debug)]
pub struct Console {
    /// The query.
    pub editor: TextArea,
    /// How it stands.
    pub phase: Phase,
    /// The result.
    pub grid: Grid,
    /// Words that the one before the cursor could go on with.
    pub offered: Vec<String>,
    part: Part,
    pub(super) tables: Arc<Vec<TableInfo>>,
    pub(super) history: History,
    pub(super) saved: Vec<SavedQuery>,
    pub(super) running: Newest,
    pub(super) reading: [Option<RequestId>; 2],
    pub(super) working: Option<RequestId>,
    prepared: bool,
}

impl Default for Console {
    fn default() -> Self {
        Self {
            editor: TextArea::new(FIRST),
            phase: Phase::Idle,
            grid: Grid::default(),
            offered: Vec::new(),
            part: Part::Editor,
            tables: Arc::default(),
            history: History::default(),
            saved: Vec::new(),
            running: Newest::default(),
            reading: [None, None],
            working: None,
            prepared: false,
        }
    }
}

/// A request of this screen.
pub(super) fn ask(cx: &Cx, request: TelemetryRequest) -> (RequestId, Effect) {
    cx.request(ScreenId::Telemetry, Request::Telemetry(request))
}

impl Console {
    /// What has the focus.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Gives the focus to a part.
    pub const fn focus(&mut self, part: Part) {
        self.part = part;
    }

    /// Names of tables for the empty console.
    pub fn table_names(&self) -> Vec<&str> {
        self.tables.iter().map(|table| table.name.as_str()).collect()
    }

    /// Reads tables and queries once.
    pub fn prepare(&mut self, cx: &Cx) -> Vec<Effect> {
        if std::mem::replace(&mut self.prepared, true) {
            return Vec::new();
        }
        let (tables, first) = ask(cx, TelemetryRequest::Tables);
        let (queries, second) = ask(cx, TelemetryRequest::Queries);
        self.reading = [Some(tables), Some(queries)];
        vec![first, second]
    }

    /// Runs the query.
    pub fn run(&mut self, cx: &Cx) -> Vec<Effect> {
        let query = self.editor.text().trim().to_owned();
        if query.is_empty() {
            return vec![Effect::Toast(Toast::info("write a query first"))];
        }
        self.history.push(query.clone());
        self.offered.clear();
        self.phase = Phase::Running(cx.now);
        let request = Request::Telemetry(TelemetryRequest::Sql(query));
        let mut effects = self.running.ask(ScreenId::Telemetry, request, cx);
        effects.push(cx.timer(ScreenId::Telemetry, TICK_TIMER, TICK));
        effects
    }

    /// Takes an answer.
    pub fn answered(&mut self, id: RequestId, answer: &Answer, cx: &Cx) -> Vec<Effect> {
        if self.running.take(id) {
            return self.ran(answer);
        }
        if self.working == Some(id) {
            self.working = None;
            return self.worked(answer, cx);
        }
        if self.reading.contains(&Some(id)) {
            match answer {
                Answer::Telemetry(TelemetryAnswer::Tables(tables)) => self.tables = Arc::clone(tables),
                Answer::Telemetry(TelemetryAnswer::Queries { history, saved }) => {
                    self.history.begin_with(history);
                    self.saved.clone_from(saved);
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn ran(&mut self, answer: &Answer) -> Vec<Effect> {
        match answer {
            Answer::Telemetry(TelemetryAnswer::Result(result)) => {
                self.grid = Grid::new(Arc::clone(result));
                self.phase = Phase::Done;
                if !result.rows.is_empty() {
                    self.part = Part::Result;
                }
            }
            Answer::Telemetry(TelemetryAnswer::BadSql(why)) | Answer::Failed(why) => {
                self.phase = Phase::Failed(why.clone());
                self.part = Part::Editor;
            }
            _ => self.phase = Phase::Stopped,
        }
        Vec::new()
    }

    /// Takes what happened.
    pub fn update(&mut self, event: &Event, cx: &Cx) -> Vec<Effect> {
        match event {
            Event::Key(chord) => self.key(*chord),
            Event::Paste(text) => {
                self.offered.clear();
                self.editor.insert(text);
            }
            Event::Mouse(mouse) => match self.grid.state.mouse(*mouse, self.grid.result.rows.len()) {
                Moved::No if self.part == Part::Result => return self.open(),
                Moved::Yes | Moved::No => self.part = Part::Result,
                Moved::Elsewhere => {}
            },
            Event::Edited(Action::EditExternal, text) => {
                self.editor.set(text.trim_end());
                self.part = Part::Editor;
            }
            Event::Picked(Action::SavedSql, names) => {
                if let Some(saved) = self.saved.iter().find(|saved| names.contains(&saved.name)) {
                    let query = saved.query.clone();
                    self.editor.set(&query);
                    return self.run(cx);
                }
            }
            Event::Entered(Action::SaveText, name) => return self.save(name, cx),
            Event::Entered(Action::ExportSql, path) => return self.export(path, cx),
            Event::Timer(TICK_TIMER) if self.running.is_under_way() => {
                return vec![cx.timer(ScreenId::Telemetry, TICK_TIMER, TICK)];
            }
            Event::Action(action) => return self.act(*action, cx),
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, chord: Chord) {
        if chord == Chord::plain(Key::Tab) && !self.editor.word().is_empty() {
            let word = self.editor.word().to_owned();
            let found = candidates(&word, &self.tables);
            let shared = common(&found);
            if shared.len() > word.len() {
                self.editor.complete(&shared);
            }
            self.offered = if found.len() > 1 { found } else { Vec::new() };
            return;
        }
        self.offered.clear();
        self.editor.key(chord);
    }

    /// Takes an action.
    pub fn act(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        match action {
            Action::RunSql => return self.run(cx),
            Action::Reload if self.part == Part::Editor || self.phase != Phase::Idle => return self.run(cx),
            Action::Back | Action::Cancel => return self.back(action),
            Action::SqlBack | Action::SqlForward => {
                let way = if action == Action::SqlBack { Way::Older } else { Way::Newer };
                if let Some(query) = self.history.go(way, self.editor.text()) {
                    self.editor.set(&query);
                }
            }
            Action::UndoText => self.editor.undo(),
            Action::RedoText => self.editor.redo(),
            Action::SavedSql => return self.pick_saved(),
            Action::SaveText | Action::ExportSql => return Self::ask_where(action),
            Action::EditExternal => {
                return vec![Effect::Edit {
                    to: ScreenId::Telemetry,
                    action,
                    text: self.editor.text(),
                    suffix: ".sql",
                }];
            }
            Action::NextPane | Action::PrevPane => {
                self.part = if self.part == Part::Editor { Part::Result } else { Part::Editor };
            }
            Action::Left => self.grid.scroll(-1),
            Action::Right => self.grid.scroll(1),
            Action::Open | Action::OpenTrace => return self.open(),
            Action::CopyText | Action::CopyJson | Action::CopyCli => return self.copy(action),
            _ => {
                self.grid.state.act(action, self.grid.result.rows.len());
            }
        }
        Vec::new()
    }

    fn back(&mut self, action: Action) -> Vec<Effect> {
        if let Some(stop) = self.running.stop() {
            self.phase = Phase::Stopped;
            return vec![stop, Effect::Toast(Toast::info("the query was stopped"))];
        }
        if !self.offered.is_empty() {
            self.offered.clear();
        } else if self.part == Part::Result {
            self.part = Part::Editor;
        } else if action == Action::Back {
            return vec![Effect::Back];
        }
        Vec::new()
    }

    fn trace(&self) -> Option<&str> {
        match self.grid.value("trace_id") {
            Some(Cell::Text(id)) => Some(id),
            _ => None,
        }
    }

    fn open(&self) -> Vec<Effect> {
        self.trace().map(|id| Effect::Go(Target::Trace(id.into()))).into_iter().collect()
    }

    /// Why an action cannot be used now.
    pub fn disabled(&self, action: Action) -> Option<String> {
        match action {
            Action::ExportSql | Action::CopyText if self.grid.result.columns.is_empty() => {
                Some("run a query first".into())
            }
            Action::Open | Action::OpenTrace if self.trace().is_none() => {
                Some("the row has no trace_id; select that column to open traces from here".into())
            }
            Action::Earlier | Action::Later | Action::Zoom | Action::Sort | Action::Filter => {
                Some("on the page of figures; in the console, say it in SQL".into())
            }
            _ => None,
        }
    }

    /// What the footer says.
    pub fn status(&self) -> Status {
        let counts = match &self.phase {
            Phase::Running(_) => "running".to_owned(),
            Phase::Done => {
                let more = if self.grid.result.truncated { "+" } else { "" };
                format!(
                    "{}{more} rows · {:.0} ms",
                    self.grid.result.rows.len(),
                    self.grid.result.elapsed.as_secs_f64() * 1e3
                )
            }
            _ => String::new(),
        };
        let hints = match self.part {
            Part::Editor => vec![
                Action::RunSql,
                Action::SqlBack,
                Action::SavedSql,
                Action::SaveText,
                Action::ExportSql,
                Action::Back,
            ],
            Part::Result => {
                vec![Action::EditSql, Action::Open, Action::ExportSql, Action::CopyText, Action::CopyJson, Action::Back]
            }
        };
        Status { hints, counts }
    }
}
