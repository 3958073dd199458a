//! Requests about prompt files: list, source, history, differences, saving, committing.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::config::EditorMode;
use crate::domain::ids::{RunId, TraceId};
use crate::domain::time::Timestamp;
use crate::services::prompts::{BlamedLine, Outside, Preview};
use crate::store::{PromptTraffic, PromptUse};
use crate::ui::text::Piece;

/// What the screen of prompts asks.
#[derive(Clone, Debug, PartialEq)]
pub enum PromptsRequest {
    /// Every prompt, and how the repository stands.
    List,
    /// A prompt's history with its draft.
    History(String),
    /// How the versions of a prompt were used.
    Uses(String),
    /// The recorded calls whose values a prompt can be shown with.
    Cases(String),
    /// The values that a prompt's variables had in a recorded call.
    Values {
        /// The prompt.
        name: String,
        /// The trace; `None` for the newest that ran on the prompt.
        trace: Option<TraceId>,
    },
    /// What a text comes to as a prompt's file.
    Preview {
        /// The prompt.
        name: String,
        /// The text.
        text: String,
        /// The values of a recorded call.
        values: Option<Arc<CaseValues>>,
    },
    /// The colours of a text.
    Highlight {
        /// The prompt; its suffix decides the language.
        name: String,
        /// The text.
        text: String,
    },
    /// What changed between two texts.
    Diff {
        /// The older text.
        old: String,
        /// The newer text.
        new: String,
    },
    /// What changed between two versions as they would be sent with the values of a recorded call.
    DiffRendered {
        /// The prompt.
        name: String,
        /// The older version's name.
        from: String,
        /// The newer version's name.
        to: String,
        /// The values.
        values: Option<Arc<CaseValues>>,
    },
    /// Writes the file.
    Save {
        /// The prompt.
        name: String,
        /// What the file held when writing began.
        base: String,
        /// Its text.
        text: String,
    },
    /// Whether the file still holds what writing began with.
    Watch {
        /// The prompt.
        name: String,
        /// What the file held when writing began.
        base: String,
        /// What is written here.
        text: String,
    },
    /// Keeps a text that is not saved.
    Draft {
        /// The prompt.
        name: String,
        /// Its text; `None` forgets the draft.
        text: Option<String>,
    },
    /// Commits the file.
    Commit {
        /// The prompt.
        name: String,
        /// The message.
        message: String,
    },
    /// Changes files or labels by way of git.
    Change(Change),
    /// Commits the file with what a run measured of it.
    CommitMeasured {
        /// The prompt.
        name: String,
        /// The message.
        message: String,
        /// The run.
        run: RunId,
    },
    /// Which version wrote each line of a version.
    Blame {
        /// The prompt.
        name: String,
        /// The version.
        version: String,
    },
}

/// A change to prompt files or labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new prompt, by its name; an ending tells its format.
    New(String),
    /// Another name.
    Rename {
        /// The prompt.
        name: String,
        /// Its new name.
        to: String,
    },
    /// The file is removed.
    Delete(String),
    /// A label on a version.
    Label {
        /// The prompt.
        name: String,
        /// The version.
        version: String,
        /// The label; the one for what is deployed where `None`.
        label: Option<String>,
    },
    /// An old version again, as a new commit.
    Restore {
        /// The prompt.
        name: String,
        /// The version.
        version: String,
    },
}

/// How a prompt was used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uses {
    /// The prompt.
    pub name: String,
    /// By the version that recordings name, or that their messages show; the latest used first.
    pub versions: Vec<PromptUse>,
    /// The newest traces that ran on it.
    pub traces: Vec<TraceId>,
    /// Its calls, all versions together.
    pub traffic: PromptTraffic,
}

/// A recorded call that a prompt can be shown with; all text is hostile.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// Its trace.
    pub trace_id: TraceId,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// What was asked.
    pub question: String,
    /// The prompt then, `name@version`.
    pub prompt: Option<String>,
}

/// The values that a prompt's variables had in a recorded call; all of it is hostile.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseValues {
    /// The trace.
    pub trace_id: TraceId,
    /// What was asked.
    pub question: String,
    /// By variable.
    pub variables: Map<String, Value>,
}

/// A prompt file; all text is hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptRow {
    /// Its name.
    pub name: String,
    /// Its path below the workspace.
    pub path: String,
    /// How it stands in git: `clean`, `changed`, `new`, `conflict` …; `None` without a repository.
    pub state: Option<String>,
    /// The language's name.
    pub format: &'static str,
    /// The version that is deployed, where a label says so.
    pub deployed: Option<String>,
}

/// How the repository stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repo {
    /// There is none.
    #[default]
    None,
    /// A branch is checked out.
    Branch(String),
    /// No branch is checked out.
    Detached(String),
    /// Git refused it, and why.
    Refused(String),
}

/// What lies below `prompts/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The prompts by name.
    pub prompts: Vec<PromptRow>,
    /// What is wrong with some.
    pub problems: Vec<String>,
    /// The repository.
    pub repo: Repo,
    /// What git is in the middle of: a merge, a rebase.
    pub operation: Option<String>,
    /// How keys work in the editor.
    pub editor: EditorMode,
    /// The label that says what is deployed.
    pub deployed_label: String,
}

/// A version of a prompt; all text is hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Its shortest name: a tag, the short commit, or `work`.
    pub version: String,
    /// The commit; `None` for `work`.
    pub commit: Option<String>,
    /// Other names: the label in the file, tags.
    pub names: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was committed.
    pub committed_at: Option<Timestamp>,
    /// The message.
    pub message: Option<String>,
    /// What the commit says was measured, in one line.
    pub measured: Option<String>,
    /// Tokens of the template.
    pub tokens: u64,
    /// How many more that is than the version before had; `None` for the first version.
    pub tokens_changed: Option<i64>,
    /// Lines added since the version before.
    pub added: usize,
    /// Lines removed since the version before.
    pub removed: usize,
    /// The text.
    pub text: String,
}

/// Letters of a commit id that name it well enough.
const SHORT_COMMIT: usize = 7;

impl VersionRow {
    /// Whether a recording that names a version so means this one.
    pub fn is_called(&self, recorded: &str) -> bool {
        self.version == recorded
            || self.names.iter().any(|name| name == recorded || name.rsplit('/').next() == Some(recorded))
            || (recorded.len() >= SHORT_COMMIT
                && self.commit.as_ref().is_some_and(|commit| commit.starts_with(recorded)))
    }
}

/// A prompt's versions, newest first; `work` is the first where the file is not as committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The prompt.
    pub name: String,
    /// The versions.
    pub versions: Vec<VersionRow>,
    /// What was written and not saved.
    pub draft: Option<String>,
    /// What is wrong with the file, if anything.
    pub mistake: Option<String>,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// In both: its numbers in the older and the newer text, from 1.
    Same(usize, usize, String),
    /// In the older one only.
    Removed(usize, String),
    /// In the newer one only.
    Added(usize, String),
}

/// What the services answer.
#[derive(Clone, Debug, PartialEq)]
pub enum PromptsAnswer {
    /// Every prompt.
    Listing(Box<Listing>),
    /// A prompt's history.
    History(Arc<History>),
    /// How the prompt was used.
    Uses(Arc<Uses>),
    /// The recorded calls that can be chosen, the newest first.
    Cases(Vec<CaseRow>),
    /// The values of a recorded call; `None` where no call of the prompt was recorded.
    Values(Option<Arc<CaseValues>>),
    /// What the text comes to.
    Preview(Arc<Preview>),
    /// The text with its colours, line by line.
    Highlighted(Arc<Vec<Vec<Piece>>>),
    /// What changed.
    Diff(Arc<Vec<DiffLine>>),
    /// The file was written.
    Saved,
    /// The file was changed by another program and not written here.
    ChangedOutside(Box<Outside>),
    /// The file holds what writing began with.
    AsBefore,
    /// The draft was kept or forgotten.
    DraftKept,
    /// A commit was made: its short id and branch.
    Committed {
        /// The short id.
        commit: String,
    },
    /// A change was made: what, in a sentence, and the prompt to show.
    Changed {
        /// What was done. It may hold foreign text.
        said: String,
        /// The prompt to show; `None` for whatever comes.
        show: Option<String>,
    },
    /// Which version wrote each line.
    Blamed(Arc<Vec<BlamedLine>>),
}
