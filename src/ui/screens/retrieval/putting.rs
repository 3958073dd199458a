//! Putting chunks in and writing their texts.

use super::changes::NewChunk;
use super::finding::{Finding, Goal, Outcome};
use super::state::{CHUNKS, Mode, Retrieval, Shows, TEXT, Writing};
use crate::ui::action::Action;
use crate::ui::effect::Effect;
use crate::ui::screens::{Cx, ScreenId};
use crate::ui::widgets::text_area::TextArea;

impl Retrieval {
    /// Searches a chunk to put in.
    pub(super) fn find(&mut self, action: Action, cx: &Cx) -> Vec<Effect> {
        let named = self.chunk().map(|chunk| chunk.named);
        let goal = match (action, named) {
            (Action::SwapChunk, Some(named)) => Goal::InPlaceOf(named),
            _ => Goal::Behind(named),
        };
        let (finding, effects) = Finding::open(goal, cx);
        self.mode = Mode::Finding(Box::new(finding));
        effects
    }

    /// Takes what came of a key in the search.
    pub(super) fn found(&mut self, outcome: Outcome, cx: &Cx) -> Vec<Effect> {
        match outcome {
            Outcome::Stay(effects) => effects,
            Outcome::Chosen(chunk) => self.put_in(chunk, cx),
        }
    }

    /// Puts a chunk in where the search was begun for.
    fn put_in(&mut self, chunk: NewChunk, cx: &Cx) -> Vec<Effect> {
        let Mode::Finding(finding) = std::mem::take(&mut self.mode) else { return Vec::new() };
        let named = match finding.goal {
            Goal::InPlaceOf(named) => self.changes.swap(named, chunk),
            Goal::Behind(after) => self.changes.add(after, chunk),
        };
        let effects = self.changed(cx);
        self.go_to_chunk(named);
        self.shows = Shows::Chunk;
        self.show_text();
        effects
    }

    /// Opens the chunk under the cursor in the user's editor.
    pub(super) fn edit(&self) -> Vec<Effect> {
        let Some(chunk) = self.chunk() else { return Vec::new() };
        let text = chunk.chunk.content.clone().unwrap_or_default();
        vec![Effect::Edit { to: ScreenId::Retrieval, action: Action::EditExternal, text, suffix: ".md" }]
    }

    /// Takes the text that the editor was closed with.
    pub(super) fn edited(&mut self, text: &str, cx: &Cx) -> Vec<Effect> {
        let Some(named) = self.chunk().map(|chunk| chunk.named) else { return Vec::new() };
        let recorded = self.recorded(named).and_then(|chunk| chunk.content.clone()).unwrap_or_default();
        // Editors end the last line; the recorded text need not have.
        let text = if recorded.ends_with('\n') { text } else { text.trim_end_matches('\n') };
        self.changes.replace(named, &recorded, text.to_owned());
        self.changed(cx)
    }

    /// Begins to write the chunk under the cursor in place.
    pub(super) fn write(&mut self) {
        let Some(chunk) = self.chunk() else { return };
        let area = TextArea::new(chunk.chunk.content.as_deref().unwrap_or_default());
        self.mode = Mode::Writing(Box::new(Writing { named: chunk.named, area }));
        self.panes.focus(TEXT);
    }

    /// Keeps what was written in place.
    pub(super) fn written(&mut self, cx: &Cx) -> Vec<Effect> {
        let Mode::Writing(writing) = std::mem::take(&mut self.mode) else { return Vec::new() };
        let recorded = self.recorded(writing.named).and_then(|chunk| chunk.content.clone()).unwrap_or_default();
        self.changes.replace(writing.named, &recorded, writing.area.text());
        self.panes.focus(CHUNKS);
        self.changed(cx)
    }
}
