//! Going to matches of the pattern, and to other places of the word under the cursor.

use super::machine::Vim;
use super::mode::Extent;
use super::object::object;
use super::operator::Region;
use crate::ui::widgets::editor::bracket::Way;
use crate::ui::widgets::editor::class::{Class, Grain, class};
use crate::ui::widgets::editor::outcome::Outcome;
use crate::ui::widgets::editor::scope::Scope;
use crate::ui::widgets::editor::search::Pattern;

impl Vim {
    /// The count-th match.
    pub(super) fn found(&self, way: Way, scope: &Scope) -> Option<usize> {
        let mut at = scope.doc.cursor();
        for _ in 0..self.pending.times().unwrap_or(1).min(1_000) {
            at = scope.search.go(scope.doc, at, way).ok()?.0;
        }
        Some(at)
    }

    /// Goes to the next place of the word under the cursor.
    pub(super) fn search_word(&mut self, way: Way, scope: &mut Scope) -> Outcome {
        let buffer = scope.doc.buffer();
        let line = scope.doc.line();
        let end = buffer.end(line);
        let mut at = scope.doc.cursor();
        let is_word = |at: usize| {
            buffer.char_at(at).is_some_and(|c| !matches!(class(c, Grain::Small), Class::Blank | Class::Mark))
        };
        while at < end && !is_word(at) {
            at = buffer.next(at);
        }
        let Some(Region::Chars(range)) = object(buffer, at, 'w', Extent::Inner, 1).filter(|_| at < end) else {
            return Outcome::Message("there is no word under the cursor".to_owned());
        };
        let pattern = Pattern::word(buffer.slice(range.clone()));
        if let Err(why) = scope.search.set(&pattern, way) {
            return Outcome::Message(why);
        }
        let from = if way == Way::Back { range.start } else { scope.doc.cursor().max(range.start) };
        match scope.search.go(scope.doc, from, way) {
            Ok((at, words)) => {
                self.marks.insert('\'', scope.doc.cursor());
                scope.doc.go(at);
                Outcome::Message(words)
            }
            Err(why) => Outcome::Message(why),
        }
    }
}
