//! The text of a prompt at a version: as it is, as a difference, or being edited.

use std::sync::Arc;

use super::diff_view::DiffView;
use crate::ui::effects::prompts::{History, VersionRow};
use crate::ui::text::Piece;
use crate::ui::theme::Role;
use crate::ui::widgets::line_input::LineInput;
use crate::ui::widgets::list::ListState;
use crate::ui::widgets::text_area::TextArea;
use crate::ui::widgets::text_view::{Doc, TextView};

/// Two versions and what changed.
#[derive(Debug)]
pub struct Shown {
    /// The older version's name.
    pub from: String,
    /// The newer version's name.
    pub to: String,
    /// What changed, once it is known.
    pub view: Option<DiffView>,
}

/// A prompt with its versions.
#[derive(Debug, Default)]
pub struct Source {
    /// Its history, once it is known.
    pub history: Option<Arc<History>>,
    /// Why it is not known.
    pub problem: Option<String>,
    /// The cursor in the versions.
    pub versions: ListState,
    /// The version marked for a difference.
    pub marked: Option<usize>,
    /// The text shown.
    pub doc: Doc,
    /// Where the reader is in it.
    pub view: TextView,
    /// What is searched for, while it is typed.
    pub search: Option<LineInput>,
    /// The difference shown instead of the text.
    pub diff: Option<Shown>,
    /// The text being edited, and the text it began with.
    pub editing: Option<(TextArea, String)>,
    colours: Vec<(String, Arc<Vec<Vec<Piece>>>)>,
}

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
        match known {
            Some(lines) => numbered(&mut doc, lines.iter().cloned()),
            None => numbered(&mut doc, text.lines().map(|line| crate::ui::text::foreign(line, Role::Text))),
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

    /// The two versions a difference is asked for: the marked one or the one before, and the one under the cursor.
    pub fn pair(&self) -> Option<(usize, usize)> {
        let here = self.versions.selected;
        let other = self.marked.filter(|marked| *marked != here).unwrap_or(here + 1);
        // Versions are listed newest first.
        (other < self.len()).then(|| (here.max(other), here.min(other)))
    }

    /// Ends editing; the draft is known before it is on disk.
    pub fn leave_editor(&mut self, draft: Option<String>) {
        self.editing = None;
        if let Some(history) = &mut self.history {
            Arc::make_mut(history).draft = draft;
        }
    }

    /// Whether something was written that is not saved.
    pub fn unsaved(&self) -> Option<String> {
        let (area, before) = self.editing.as_ref()?;
        let text = area.text();
        (text != *before).then_some(text)
    }
}

fn numbered(doc: &mut Doc, lines: impl Iterator<Item = Vec<Piece>>) {
    for (place, mut line) in lines.enumerate() {
        line.insert(0, Piece::own(format!("{:>4}  ", place + 1), Role::Dim));
        doc.own(line);
    }
}
