//! Requests about prompt files: list, source, history, differences, saving, committing.

use std::sync::Arc;

use crate::domain::time::Timestamp;
use crate::ui::text::Piece;

/// What the screen of prompts asks.
#[derive(Clone, Debug, PartialEq)]
pub enum PromptsRequest {
    /// Every prompt, and how the repository stands.
    List,
    /// A prompt's history with its draft.
    History(String),
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
    /// Writes the file.
    Save {
        /// The prompt.
        name: String,
        /// Its text.
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
    /// Makes the file what it was at a version.
    Restore {
        /// The prompt.
        name: String,
        /// The version.
        version: String,
    },
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
}

/// A version of a prompt; all text is hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Its shortest name: a tag, the short commit, or `work`.
    pub version: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was committed.
    pub committed_at: Option<Timestamp>,
    /// The message.
    pub message: Option<String>,
    /// Tokens of the template.
    pub tokens: u64,
    /// Lines added since the version before.
    pub added: usize,
    /// Lines removed since the version before.
    pub removed: usize,
    /// The text.
    pub text: String,
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
    /// The text with its colours, line by line.
    Highlighted(Arc<Vec<Vec<Piece>>>),
    /// What changed.
    Diff(Arc<Vec<DiffLine>>),
    /// The file was written.
    Saved,
    /// The draft was kept or forgotten.
    DraftKept,
    /// A commit was made: its short id and branch.
    Committed {
        /// The short id.
        commit: String,
    },
    /// The file is what it was at the version; whether its text before was kept as a draft.
    Restored {
        /// Whether the text before was kept.
        kept: bool,
    },
}
