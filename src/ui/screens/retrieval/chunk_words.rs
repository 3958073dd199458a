//! What is said of a chunk in few words.

use super::judging::grade_words;
use super::state::{Listed, Retrieval};
use crate::domain::chunk_edit::{Fate, Origin};
use crate::domain::chunk_relations::Relation;
use crate::domain::document_age::age;
use crate::services::replay::ChunkOrigin;
use crate::ui::glyphs::Glyphs;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

impl Retrieval {
    /// Where a recorded chunk comes from.
    pub(super) fn origin_of(&self, named: u32) -> Option<&ChunkOrigin> {
        let place = self.case.as_ref()?.chunks.iter().position(|chunk| chunk.rank == named)?;
        self.around.as_ref()?.origins.get(place)
    }
}

/// The rank of a chunk before a reranker moved it, and the one after.
pub fn moved_by_reranker(state: &Retrieval, named: u32) -> Option<(u32, u32)> {
    state.origin_of(named)?.before.map(|before| (before, named))
}

/// How old the document of a chunk was when the question was asked.
pub fn document_age(state: &Retrieval, named: u32) -> Option<String> {
    let changed = state.facts(named)?.changed_at?;
    Some(age(changed, state.around.as_ref()?.at))
}

/// What a chunk has to do with another.
pub fn relation_words(relation: &Relation) -> String {
    match relation {
        Relation::SameAs(rank) => format!("same text as {rank}"),
        Relation::Differs { from, here, there } => format!("differs from {from}: {here} here, {there} there"),
    }
}

/// The same in still fewer words.
fn short_relation(relation: &Relation) -> String {
    match relation {
        Relation::SameAs(rank) => format!("same as {rank}"),
        Relation::Differs { from, here, there } => format!("differs from {from}: {here} / {there}"),
    }
}

/// How far a chunk moved: up, down, or not at all.
pub fn shift(before: u32, after: u32, glyphs: &Glyphs) -> Option<Piece> {
    let far = before.abs_diff(after);
    match before.cmp(&after) {
        std::cmp::Ordering::Greater => Some(Piece::own(format!("{}{far}", glyphs.up), Role::Good)),
        std::cmp::Ordering::Less => Some(Piece::own(format!("{}{far}", glyphs.down), Role::Warning)),
        std::cmp::Ordering::Equal => None,
    }
}

/// What there is to say of a listed chunk, what matters most first.
pub fn notes(state: &Retrieval, listed: &Listed, glyphs: &Glyphs) -> Vec<Piece> {
    let arranged = &listed.arranged;
    let mut notes: Vec<Piece> = Vec::new();
    let mut say = |text: String, role: Role| {
        if !notes.is_empty() {
            notes.push(Piece::own(format!(" {} ", glyphs.dot), Role::Dim));
        }
        notes.extend(text::foreign(&text, role));
    };
    if let Some(other) = &state.other {
        match (listed.only_there, listed.there) {
            (true, Some(rank)) => say(format!("only there, at {rank}"), Role::Warning),
            (false, None)
                if other.trace_id.as_str() != state.trace_id.as_ref().map_or("", |id| id.as_str()) || other.is_try =>
            {
                say("not there".into(), Role::Warning);
            }
            (false, Some(rank)) if rank != arranged.chunk.rank && arranged.fate == Fate::Given => {
                say(format!("at {rank} there"), Role::Accent);
            }
            _ => {}
        }
        if listed.only_there {
            return notes;
        }
    }
    match (arranged.fate, arranged.origin) {
        (Fate::LeftOut, _) => say("left out".into(), Role::Warning),
        (_, Origin::Added) => say("put in".into(), Role::Warning),
        (_, Origin::Edited) => say("edited".into(), Role::Warning),
        (_, Origin::Recorded) => {}
    }
    if arranged.fate == Fate::Given && arranged.origin != Origin::Added && arranged.chunk.rank != arranged.named {
        say(format!("now {}", arranged.chunk.rank), Role::Warning);
    }
    let against = state.contradicted_by(arranged.named).len();
    if against > 0 && arranged.origin != Origin::Added {
        say(format!("{} contradicts {against}", glyphs.bad), Role::Bad);
    }
    let resting = state.resting_on(arranged.named).len();
    if resting > 0 && arranged.origin != Origin::Added {
        say(format!("{} supports {resting}", glyphs.good), Role::Good);
    }
    if let Some(item) = state.ablating.of_chunk(arranged.named).filter(|_| arranged.origin != Origin::Added) {
        let (sign, role) = if item.responsible { (glyphs.warning, Role::Warning) } else { ("", Role::Dim) };
        say(format!("{sign}effect {:.2}", item.effect), role);
    }
    if let Some(words) = grade_words(state.grade(arranged.chunk.document_id.as_deref())) {
        say(words.into(), Role::Accent);
    }
    if let Some(facts) = state.facts(arranged.named) {
        if facts.outdated.is_some() {
            say(format!("{} outdated", glyphs.warning), Role::Warning);
        }
        for relation in &facts.relations {
            say(format!("{} {}", glyphs.warning, short_relation(relation)), Role::Warning);
        }
    }
    if state.is_unused(arranged) {
        say("unused".into(), Role::Dim);
    }
    if let Some(age) = document_age(state, arranged.named) {
        say(format!("{age} old"), Role::Dim);
    }
    notes
}
