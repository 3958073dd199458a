//! The texts of the right-hand pane: a chunk with what is known of it, or the request as it would be sent.

use super::chunk_words::{document_age, moved_by_reranker, relation_words};
use super::state::{Retrieval, Shows};
use crate::domain::chunk_edit::{Fate, Origin};
use crate::domain::diff::Said;
use crate::domain::grounding::Verdict;
use crate::domain::message::Role as Speaker;
use crate::services::what_if::{Sent, SentMessage};
use crate::ui::glyphs;
use crate::ui::screens::runs::side_text;
use crate::ui::screens::traces::{count, money};
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;
use crate::ui::widgets::text_view::Doc;

impl Retrieval {
    /// Writes the text that the right-hand pane shows, and goes to what matters in it.
    pub(super) fn show_text(&mut self) {
        let (doc, line) = match self.shows {
            Shows::Chunk => self.chunk_doc(),
            Shows::Request => self.request_doc(),
        };
        // What is only read again stays where the reader is.
        if doc == self.doc {
            return;
        }
        self.doc = doc;
        self.view.reset();
        if let Some(line) = line {
            self.view.show_line(line, &self.doc);
        }
    }

    /// The chunk under the cursor, and the line with the evidence.
    fn chunk_doc(&self) -> (Doc, Option<usize>) {
        let mut doc = Doc::default();
        let Some(listed) = self.row() else { return (doc, None) };
        let (arranged, chunk) = (&listed.arranged, &listed.arranged.chunk);
        let note = match (listed.only_there, arranged.fate, arranged.origin) {
            (true, ..) => Some("only the other side was given this chunk"),
            (_, Fate::LeftOut, _) => Some("left out of the next try"),
            (_, _, Origin::Edited) => Some("edited for the next try"),
            (_, _, Origin::Added) => Some("put in for the next try"),
            (_, _, Origin::Recorded) => None,
        };
        if let Some(note) = note {
            doc.own(vec![Piece::own(note, Role::Warning)]);
        }
        self.known(&mut doc);
        if !doc.is_empty() {
            doc.blank();
        }
        let begin = doc.len();
        let marks = if arranged.origin == Origin::Recorded && !listed.only_there {
            self.evidence_in(arranged.named)
        } else {
            Vec::new()
        };
        let mut first = None;
        match &chunk.content {
            Some(content) => first = with_evidence(content, &marks, &mut doc),
            None => drop(doc.own(vec![Piece::own("the text was not recorded", Role::Dim)])),
        }
        if !chunk.metadata.is_empty() {
            doc.blank();
            for (name, value) in &chunk.metadata {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                doc.foreign(&format!("{name}: {value}"), Role::Dim);
            }
        }
        (doc, first.map(|line| begin + line))
    }

    /// Adds what is known of the chunk under the cursor, a line for each thing.
    fn known(&self, doc: &mut Doc) {
        let Some(chunk) = self.chunk() else { return };
        let mut parts = vec![chunk.chunk.score.map(|score| format!("score {score:.4}"))];
        let origin = self.origin_of(chunk.named);
        parts.push(origin.and_then(|origin| origin.found_by.clone()).map(|name| format!("from {name}")));
        parts.push(moved_by_reranker(self, chunk.named).map(|(before, _)| format!("rank {before} before reranking")));
        let facts = self.facts(chunk.named);
        if let Some(facts) = facts {
            let sign = self.look.as_ref().map_or("", |look| look.counted.sign());
            parts.push(Some(format!("{sign}{} tokens", count(Some(facts.tokens)))));
            parts.push(Some(format!("{} characters", count(Some(facts.characters as u64)))));
            parts.push(facts.cost.map(|cost| format!("${} as input", money(Some(cost)))));
        }
        parts.push(document_age(self, chunk.named).map(|age| format!("{age} old when asked")));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            doc.foreign(&parts.join(" · "), Role::Dim);
        }
        for relation in facts.map(|facts| facts.relations.as_slice()).unwrap_or_default() {
            doc.foreign(&format!("! {}", relation_words(relation)), Role::Warning);
        }
        if let Some(why) = facts.and_then(|facts| facts.outdated.as_deref()) {
            doc.foreign(&format!("! outdated: {why}"), Role::Warning);
        }
        let of = |places: &[usize]| {
            let numbers: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
            format!("{} {}", if places.len() == 1 { "sentence" } else { "sentences" }, numbers.join(", "))
        };
        let (resting, against) = (self.resting_on(chunk.named), self.contradicted_by(chunk.named));
        if !resting.is_empty() {
            doc.foreign(&format!("supports {}", of(&resting)), Role::Good);
        }
        if !against.is_empty() {
            doc.foreign(&format!("contradicts {}", of(&against)), Role::Bad);
        }
        if let Some(item) = self.ablating.of_chunk(chunk.named) {
            let between = item.low.zip(item.high).map(|(low, high)| format!(", {low:.2} to {high:.2}"));
            let effect = format!("without it the answer moves by {:.2}{}", item.effect, between.unwrap_or_default());
            doc.foreign(&effect, if item.responsible { Role::Warning } else { Role::Dim });
            if item.responsible && !item.moved.is_empty() {
                doc.foreign(&item.moved, Role::Dim);
            }
        }
        if self.is_unused(chunk) {
            doc.foreign("no sentence rests on it", Role::Dim);
        }
    }

    /// The parts of a chunk that the sentence under the cursor rests on, or is contradicted by.
    fn evidence_in(&self, named: u32) -> Vec<(usize, usize)> {
        let evidence = self.sentence().filter(|sentence| sentence.standing() != Verdict::NoClaim);
        let evidence = evidence.map(|sentence| sentence.evidence.as_slice()).unwrap_or_default();
        let own = evidence.iter().filter(|evidence| evidence.rank == named && evidence.start < evidence.end);
        let mut spans: Vec<(usize, usize)> = own.map(|evidence| (evidence.start, evidence.end)).collect();
        spans.sort_unstable();
        spans
    }

    /// The request as it would be sent, and the line of its first change.
    fn request_doc(&self) -> (Doc, Option<usize>) {
        let mut doc = Doc::default();
        let Some(look) = &self.look else {
            doc.own(vec![Piece::own("the request is being made …", Role::Dim)]);
            return (doc, None);
        };
        let (messages, before, tokens) = match &look.sent {
            Sent::Not(why) => {
                doc.foreign(&format!("it cannot be sent: {why}"), Role::Bad);
                return (doc, None);
            }
            Sent::Messages { messages, tokens_before, tokens } => (messages, *tokens_before, *tokens),
        };
        let sign = look.counted.sign();
        let size = if before == tokens {
            format!("{sign}{} tokens, as recorded", count(Some(tokens)))
        } else {
            format!("{sign}{} tokens, {sign}{} as recorded", count(Some(tokens)), count(Some(before)))
        };
        doc.own(vec![Piece::own(size, Role::Dim)]);
        let mut first = None;
        for message in messages {
            doc.blank();
            let changed = if message.changed { "  changed" } else { "" };
            doc.own(vec![Piece::own(speaker(&message.role), Role::Heading), Piece::own(changed, Role::Warning)]);
            let begin = doc.len();
            let change = say(message, &mut doc);
            first = first.or(change.map(|line| begin + line));
        }
        (doc, first)
    }
}

/// Who speaks.
fn speaker(role: &Speaker) -> String {
    text::foreign_plain(role.as_str())
}

/// Adds a message with its changes; says which of its lines has the first.
fn say(message: &SentMessage, doc: &mut Doc) -> Option<usize> {
    let lines =
        side_text::answer(Said { text: Some(&message.text), calls: &[] }, Some(&message.diff), &glyphs::UNICODE).lines;
    let first = lines.iter().position(|line| line.pieces.iter().any(|piece| side_text::is_change(piece.role)));
    for line in lines {
        doc.own([line.lead, line.pieces].concat());
    }
    first.filter(|_| message.changed)
}

/// Adds a text line by line, the evidence in it marked; offsets count code points. Says which line has the first.
fn with_evidence(content: &str, evidence: &[(usize, usize)], doc: &mut Doc) -> Option<usize> {
    if evidence.is_empty() {
        doc.foreign(content, Role::Text);
        return None;
    }
    let byte = |point: usize| content.char_indices().nth(point).map_or(content.len(), |(at, _)| at);
    let spans: Vec<(usize, usize)> = evidence.iter().map(|(start, end)| (byte(*start), byte(*end))).collect();
    let (mut at, mut first) = (0, None);
    for (number, line) in content.split_inclusive('\n').enumerate() {
        let line_end = at + line.trim_end_matches(['\n', '\r']).len();
        let (mut pieces, mut from) = (Vec::new(), at);
        for (start, end) in &spans {
            let (start, end) = ((*start).clamp(from, line_end), (*end).clamp(from, line_end));
            if start < end {
                first = first.or(Some(number));
                pieces.extend(content.get(from..start).map(|part| text::foreign(part, Role::Text)).unwrap_or_default());
                pieces.extend(content.get(start..end).map(|part| text::foreign(part, Role::Match)).unwrap_or_default());
                from = end;
            }
        }
        pieces.extend(content.get(from..line_end).map(|part| text::foreign(part, Role::Text)).unwrap_or_default());
        doc.own(pieces);
        at += line.len();
    }
    first
}
