//! Messages: everything that happens to the workbench, as plain data.

use std::time::Duration;

use super::action::Action;
use super::chord::Chord;
use super::effects::Answer;
use super::input::{Input, Mouse};
use super::screens::ScreenId;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::money::Money;
use crate::domain::run::ChunkEdit;

/// The number of a request, so that a stale answer can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// What a screen calls a timer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// From the terminal.
    Input(Input),
    /// A service answered.
    Answer {
        /// The screen that asked.
        to: ScreenId,
        /// The request.
        id: RequestId,
        /// The answer.
        answer: Answer,
    },
    /// A timer is over.
    Timer {
        /// Whose.
        of: TimerOf,
        /// Which.
        timer: TimerId,
    },
    /// The editor was closed.
    Edited {
        /// The screen that asked for it.
        to: ScreenId,
        /// What for.
        action: Action,
        /// The text as saved, or why there is none.
        outcome: Result<String, String>,
    },
    /// A job began, went on or ended.
    Job(JobNews),
    /// Something about the workspace changed.
    Workspace(WorkspaceInfo),
    /// Money was spent.
    Spent(Money),
    /// Files or tables changed: screens read again.
    DataChanged,
    /// Tell the user.
    Toast(Toast),
    /// A worker panicked; the workbench goes on.
    Panicked(String),
    /// Open something, as from the command line.
    Open(Target),
}

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerOf {
    /// The workbench's own.
    App,
    /// A screen's.
    Screen(ScreenId),
}

/// What is told a screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// It is shown now, for the first time or again.
    Shown,
    /// The user asked for an action that applies here.
    Action(Action),
    /// A key, while the screen takes text (see [`super::screens::Typing`]).
    Key(Chord),
    /// Pasted text, while the screen takes text.
    Paste(String),
    /// The mouse, inside the screen's area.
    Mouse(Mouse),
    /// An answer to one of its requests. Drop it when the id is not the one waited for.
    Answer(RequestId, Answer),
    /// It was asked to show something.
    Opened(Target),
    /// The user said yes to its [`super::effect::Confirm`].
    Confirmed(Action),
    /// The user chose from its [`super::effect::Pick`]: the values, one unless several were allowed.
    Picked(Action, Vec<String>),
    /// The user entered a text asked for with [`super::effect::Ask`].
    Entered(Action, String),
    /// The editor asked for with [`super::effect::Effect::Edit`] was closed with this text.
    Edited(Action, String),
    /// A timer of its own is over.
    Timer(TimerId),
    /// Files or tables changed.
    DataChanged,
}

/// Something that can be opened from anywhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A screen as it was left.
    Screen(ScreenId),
    /// A trace.
    Trace(TraceId),
    /// The traces that match a filter.
    Traces(String),
    /// A run.
    Run(RunId),
    /// A prompt, at a version where one is meant.
    Prompt {
        /// Its name.
        name: String,
        /// Its version.
        version: Option<String>,
    },
    /// The chunks of a trace's answer.
    Retrieval(TraceId),
    /// The dialog before a replay.
    Replay(ReplayOf),
    /// The SQL console with a query.
    Sql(String),
}

impl Target {
    /// The screen that shows it.
    pub const fn screen(&self) -> ScreenId {
        match self {
            Self::Screen(id) => *id,
            Self::Trace(_) | Self::Traces(_) => ScreenId::Traces,
            Self::Run(_) | Self::Replay(_) => ScreenId::Runs,
            Self::Prompt { .. } => ScreenId::Prompts,
            Self::Retrieval(_) => ScreenId::Retrieval,
            Self::Sql(_) => ScreenId::Telemetry,
        }
    }
}

/// What is to be replayed, as far as the screen that asks knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplayOf {
    /// The traces; empty for those that match `filter`.
    pub traces: Vec<TraceId>,
    /// The filter, where no traces are named.
    pub filter: String,
    /// Changes to their chunks.
    pub chunks: Vec<ChunkEdit>,
    /// Prompt versions that are chosen from the start, `name@version`.
    pub prompts: Vec<String>,
    /// At most so many traces, the newest; all where `None`.
    pub limit: Option<u32>,
}

/// A short message in the footer, also kept in the log of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How bad it is.
    pub severity: Severity,
    /// What happened, one line; may hold foreign parts.
    pub text: String,
}

impl Toast {
    /// Something went well.
    pub fn info(text: impl Into<String>) -> Self {
        Self { severity: Severity::Info, text: text.into() }
    }

    /// Something to look at.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, text: text.into() }
    }

    /// Something went wrong.
    pub fn error(text: impl Into<String>) -> Self {
        Self { severity: Severity::Error, text: text.into() }
    }

    /// How long it is shown: the worse, the longer.
    pub const fn lasts(&self) -> Duration {
        match self.severity {
            Severity::Info => Duration::from_secs(3),
            Severity::Warning => Duration::from_secs(4),
            Severity::Error => Duration::from_secs(5),
        }
    }
}

/// How bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it.
    Warning,
    /// It failed.
    Error,
}

/// News of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobNews {
    /// The request that the job serves.
    pub id: RequestId,
    /// What it does, in a few words.
    pub title: String,
    /// How far it is.
    pub progress: Progress,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It runs; nobody knows for how long.
    Running,
    /// So many of so many.
    Counted {
        /// Done.
        done: u64,
        /// All.
        total: u64,
    },
    /// It is over.
    Finished,
}

/// What the header says of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceInfo {
    /// Its name.
    pub name: String,
    /// The branch, where it is a git repository.
    pub branch: Option<String>,
    /// Changed prompt files.
    pub changed: usize,
}
