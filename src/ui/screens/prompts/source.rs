//! The text of a prompt at a version: as it is, as a difference, or being edited.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::diff_view::DiffView;
use crate::domain::time::Timestamp;
use crate::services::prompts::BlamedLine;
use crate::store::PromptUse;
use crate::ui::effects::prompts::{History, Uses, VersionRow};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::editor::Editor;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::ListState;
use crate::ui::widgets::text_view::{Doc, TextView};

/// What of two versions is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffOf {
    /// The files.
    #[default]
    Source,
    /// The messages as they would be sent.
    Rendered,
}

/// Two versions and what changed.
#[derive(Debug)]
pub struct Shown {
    /// What of them is compared.
    pub of: DiffOf,
    /// The older version's name.
    pub from: String,
    /// The newer version's name.
    pub to: String,
    /// What changed, once it is known.
    pub view: Option<DiffView>,
}

/// A text being written.
#[derive(Debug)]
pub struct Writing {
    /// The editor.
    pub editor: Editor,
    /// What the file held when it was read or saved last.
    pub base: String,
    /// The editor's version that is kept as a draft.
    pub kept: Option<u64>,
}

/// A prompt with its versions.
#[derive(Debug, Default)]
pub struct Source {
    /// Its history, once it is known.
    pub history: Option<Arc<History>>,
    /// How it was used, once that is known.
    pub uses: Option<Arc<Uses>>,
    /// Why it is not known.
    pub problem: Option<String>,
    /// The cursor in the versions.
    pub versions: ListState,
    /// The versions that are marked, for a difference or a replay.
    pub marked: BTreeSet<usize>,
    /// The text shown.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    /// What is searched for, while it is typed.
    pub search: Option<LineInput>,
    /// Which version wrote each line, while that is shown.
    pub blame: Option<Arc<Vec<BlamedLine>>>,
    /// The difference shown instead of the text.
    pub diff: Option<Shown>,
    /// The text being written.
    pub editing: Option<Writing>,
    colours: Vec<(String, Arc<Vec<Vec<Piece>>>)>,
}

/// Columns that tell which version wrote a line.
const BLAME: usize = 30;
/// Texts whose colours are kept.
const KEPT: usize = 32;

impl Source {
    /// The prompt's name.
    pub fn name(&self) -> Option<&str> {
        self.history.as_ref().map(|history| history.name.as_str())
    }

    /// The version under the cursor.
    pub fn version(&self) -> Option<&VersionRow> {
        self.history.as_ref()?.versions.get(self.versions.selected)
    }

    /// How many versions there are.
    pub fn len(&self) -> usize {
        self.history.as_ref().map_or(0, |history| history.versions.len())
    }

    /// The text of the file as it is now.
    pub fn newest(&self) -> Option<&str> {
        self.history.as_ref()?.versions.first().map(|version| version.text.as_str())
    }

    /// Shows the version under the cursor, in colour where that is known. Says which text wants colours.
    pub fn show(&mut self) -> Option<String> {
        self.diff = None;
        let text = self.version()?.text.clone();
        let known = self.colours.iter().find(|(known, _)| *known == text).map(|(_, lines)| Arc::clone(lines));
        let mut doc = Doc::default();
        let wanted = known.is_none();
        // Lines of another version were blamed where the counts differ.
        let blame = self.blame.as_ref().filter(|lines| lines.len() == text.lines().count());
        let blame = blame.map(|lines| lines.as_slice());
        match known {
            Some(lines) => numbered(&mut doc, blame, lines.iter().cloned()),
            None => numbered(&mut doc, blame, text.lines().map(|line| crate::ui::text::foreign(line, Role::Text))),
        }
        self.doc = doc;
        wanted.then_some(text)
    }

    /// Takes the colours of a text.
    pub fn put_colours(&mut self, text: String, lines: Arc<Vec<Vec<Piece>>>) {
        self.colours.push((text, lines));
        if self.colours.len() > KEPT {
            self.colours.remove(0);
        }
        let place = self.view.clone();
        if self.diff.is_none() {
            self.show();
            self.view = place;
        }
    }

    /// The two versions a difference is asked for: two that are marked; else the marked one or the one before, and the
    /// one under the cursor. The older first: versions are listed newest first.
    pub fn pair(&self) -> Option<(usize, usize)> {
        let here = self.versions.selected;
        let marked: Vec<usize> = self.marked.iter().copied().collect();
        let (one, other) = match marked[..] {
            [one, other] => (one, other),
            [one] if one != here => (one, here),
            _ => (here + 1, here),
        };
        (one.max(other) < self.len()).then(|| (one.max(other), one.min(other)))
    }

    /// The marked versions, else the one under the cursor; the newest first.
    pub fn chosen(&self) -> Vec<&VersionRow> {
        let Some(history) = &self.history else { return Vec::new() };
        let marked: Vec<&VersionRow> = self.marked.iter().filter_map(|at| history.versions.get(*at)).collect();
        if marked.is_empty() { self.version().into_iter().collect() } else { marked }
    }

    /// The recorded traces that name this version, by any of its names; `None` while they are not counted.
    pub fn used(&self, version: &VersionRow) -> Option<PromptUse> {
        let history = self.history.as_ref()?;
        let mut sum = PromptUse::default();
        let mut rated = 0.0;
        for used in &self.uses.as_ref()?.versions {
            let Some(recorded) = &used.version else { continue };
            let meant = meant(history, recorded);
            if meant.is_none_or(|meant| meant.version != version.version) {
                continue;
            }
            sum.traces += used.traces;
            sum.errors += used.errors;
            sum.judged += used.judged;
            rated += used.feedback.unwrap_or(0.0) * used.judged as f64;
            sum.cost_usd = match (sum.cost_usd, used.cost_usd) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            };
            sum.last_at = sum.last_at.max(used.last_at);
        }
        sum.feedback = (sum.judged > 0).then(|| rated / sum.judged as f64);
        Some(sum)
    }

    /// The text that is shown or being written.
    pub fn current_text(&self) -> Option<String> {
        match &self.editing {
            Some(writing) => Some(writing.editor.text().to_owned()),
            None => self.version().map(|version| version.text.clone()),
        }
    }

    /// Ends editing; the draft is known before it is on disk.
    pub fn leave_editor(&mut self, draft: Option<String>) {
        self.editing = None;
        if let Some(history) = &mut self.history {
            Arc::make_mut(history).draft = draft;
        }
    }

    /// What was written and is not saved.
    pub fn unsaved(&self) -> Option<String> {
        let writing = self.editing.as_ref()?;
        let text = writing.editor.text();
        (text != writing.base).then(|| text.to_owned())
    }
}

/// The version that a recorded name means: what is called so itself, then what is committed; of several the newest.
fn meant<'h>(history: &'h History, recorded: &str) -> Option<&'h VersionRow> {
    let called = || history.versions.iter().filter(|known| known.is_called(recorded));
    let own = history.versions.iter().find(|known| known.version == recorded);
    own.or_else(|| called().find(|known| known.commit.is_some())).or_else(|| called().next())
}

fn numbered(doc: &mut Doc, blame: Option<&[BlamedLine]>, lines: impl Iterator<Item = Vec<Piece>>) {
    for (place, mut line) in lines.enumerate() {
        line.insert(0, Piece::own(format!("{:>4}  ", place + 1), Role::Dim));
        if let Some(all) = blame {
            let before = place.checked_sub(1).and_then(|before| all.get(before));
            line.splice(0..0, blamed(all.get(place), before));
        }
        doc.own(line);
    }
}

/// Which version wrote a line; nothing where it is the one of the line before.
fn blamed(line: Option<&BlamedLine>, before: Option<&BlamedLine>) -> Vec<Piece> {
    let Some(line) = line else { return Vec::new() };
    if before.is_some_and(|before| before.version == line.version) {
        return vec![Piece::own(" ".repeat(BLAME), Role::Dim)];
    }
    let version = text::cut(&text::foreign_plain(&line.version), 9);
    let date = line.committed_at.map(Timestamp::to_rfc3339).unwrap_or_default();
    let author = line.author.as_deref().map(|author| text::cut(&text::foreign_plain(author), 8)).unwrap_or_default();
    let said = format!("{version:<9} {:<10} {author:<8} ", date.get(..10).unwrap_or("not saved"));
    let role = if line.commit.is_some() { Role::Accent } else { Role::Warning };
    vec![Piece::own(said, role)]
}
