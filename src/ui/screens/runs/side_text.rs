//! An answer and what changed in it, as lines: words in brackets, JSON as an indented tree with signs.

use crate::domain::diff::{
    AnswerDiff, Mark, Nuance, RowValue, Said, Stretch, StructureDiff, StructureRow, TextDiff, is_readable, rows,
    stretches,
};
use crate::ui::glyphs::Glyphs;
use crate::ui::text::{self, Piece};
use crate::ui::theme::Role;

/// Characters of an answer that are drawn; more is in the trace.
const LONGEST: usize = 60_000;
/// Rows of a tree that are drawn.
const MOST_ROWS: usize = 8_000;
/// The number of the line above the tool calls, beyond those of any text.
const CALLS: usize = 1 << 24;

/// A line, before it is broken to the width of its column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The line of the answer it is compared with that it belongs to.
    pub at: usize,
    /// What stands before it; the rows it is broken to begin as far in.
    pub lead: Vec<Piece>,
    /// What stands on it.
    pub pieces: Vec<Piece>,
    /// Whether it begins within a change that began above.
    pub within: bool,
}

impl Line {
    /// A line of our own words.
    pub fn own(at: usize, text: impl Into<String>, role: Role) -> Self {
        Self { at, pieces: vec![Piece::own(text, role)], ..Self::default() }
    }

    /// Broken to so many columns.
    pub fn wrapped(&self, room: usize) -> Vec<Vec<Piece>> {
        let lead = text::pieces_width(&self.lead).min(room / 2);
        let mut rows = text::wrap(&self.pieces, room - lead);
        for (place, row) in rows.iter_mut().enumerate() {
            let before = if place == 0 { self.lead.clone() } else { vec![Piece::own(" ".repeat(lead), Role::Text)] };
            if lead > 0 {
                row.splice(0..0, before);
            }
        }
        rows
    }
}

/// How lines go together with those of other columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Lines that belong to the same line stand at the same height.
    Aligned,
    /// They stand one below the other.
    Free,
}

/// An answer as lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The lines.
    pub lines: Vec<Line>,
    /// How they go together with others.
    pub flow: Flow,
}

/// Whether a piece is part of a change.
pub const fn is_change(role: Role) -> bool {
    matches!(role, Role::Added | Role::Removed | Role::Warning)
}

/// An answer with what changed; without a difference as it is.
pub fn answer(said: Said<'_>, diff: Option<&AnswerDiff>, glyphs: &Glyphs) -> Lines {
    let own;
    let shown = if let Some(diff) = diff {
        diff
    } else {
        own = AnswerDiff::between(said, said);
        &own
    };
    let mut writer = Writer { lines: vec![Line::default()], at: 0, glyphs, left: LONGEST };
    let mut flow = Flow::Aligned;
    match &shown.text {
        TextDiff::Words(pieces) if !is_readable(pieces) => {
            writer.own("too little in common for a word diff", Role::Warning);
            writer.next();
            writer.text(said.text.unwrap_or_default(), Role::Text, Counts::No);
            flow = Flow::Free;
        }
        TextDiff::Words(pieces) => writer.words(&stretches(pieces)),
        TextDiff::Structure(diff) => writer.tree(diff, 0),
    }
    if let Some(calls) = &shown.calls {
        if writer.is_blank() {
            writer.lines.clear();
        }
        writer.lines.push(Line::own(CALLS, "tool calls", Role::Heading));
        writer.lines.push(Line { at: CALLS + 1, ..Line::default() });
        writer.tree(calls, CALLS + 1);
    }
    Lines { lines: writer.lines, flow }
}

/// A text as it is.
pub fn plain(text: &str, role: Role, glyphs: &Glyphs) -> Vec<Line> {
    let mut writer = Writer { lines: vec![Line::default()], at: 0, glyphs, left: LONGEST };
    writer.text(text, role, Counts::Yes);
    writer.lines
}

/// Whether line breaks of a text are those of the answer that others are compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Yes,
    No,
}

struct Writer<'a> {
    lines: Vec<Line>,
    at: usize,
    glyphs: &'a Glyphs,
    left: usize,
}

impl Writer<'_> {
    fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.pieces.is_empty())
    }

    fn push(&mut self, pieces: Vec<Piece>) {
        if let Some(last) = self.lines.last_mut() {
            last.pieces.extend(pieces);
        }
    }

    fn own(&mut self, text: &str, role: Role) {
        self.push(vec![Piece::own(text, role)]);
    }

    fn next(&mut self) {
        self.lines.push(Line { at: self.at, ..Line::default() });
    }

    fn text(&mut self, text: &str, role: Role, counts: Counts) {
        let end = text.char_indices().nth(self.left).map_or(text.len(), |(at, _)| at);
        for (place, part) in text[..end].split('\n').enumerate() {
            if place > 0 {
                self.at += usize::from(counts == Counts::Yes);
                self.next();
                if let Some(last) = self.lines.last_mut() {
                    last.within = is_change(role);
                }
            }
            self.push(text::foreign(part.strip_suffix('\r').unwrap_or(part), role));
        }
        self.left -= text[..end].chars().count();
    }

    fn words(&mut self, found: &[Stretch<'_>]) {
        for stretch in found {
            match stretch {
                Stretch::Equal(same) => self.text(same, Role::Text, Counts::Yes),
                Stretch::Changed(old, new, Nuance::Words) => {
                    for (part, open, close, role, counts) in
                        [(old, "[-", "-]", Role::Removed, Counts::Yes), (new, "{+", "+}", Role::Added, Counts::No)]
                    {
                        if !part.is_empty() {
                            self.own(open, role);
                            self.text(part, role, counts);
                            self.own(close, role);
                        }
                    }
                }
                Stretch::Changed(old, new, nuance) => {
                    self.own("{~", Role::Warning);
                    let shown = if *nuance == Nuance::Space { self.visible(new) } else { (*new).to_owned() };
                    self.text(&shown, Role::Warning, Counts::No);
                    self.own("~}", Role::Warning);
                    self.at += old.matches('\n').count();
                }
            }
        }
    }

    /// Text with its white space made visible.
    fn visible(&self, text: &str) -> String {
        let space = self.glyphs.space;
        text.chars().fold(String::new(), |mut shown, c| {
            match c {
                '\n' => shown.extend([self.glyphs.line_end, "\n"]),
                c if c.is_whitespace() => shown.push_str(space),
                c => shown.push(c),
            }
            shown
        })
    }

    /// A tree whose rows are compared with lines from `first` on; it begins on the last line.
    fn tree(&mut self, diff: &StructureDiff, first: usize) {
        let all = rows(diff);
        let mut at = first;
        for (place, row) in all.iter().take(MOST_ROWS).enumerate() {
            self.at = at;
            if place > 0 {
                self.next();
            } else if let Some(last) = self.lines.last_mut() {
                last.at = at;
            }
            self.row(row);
            at += usize::from(row.is_old());
        }
        if all.len() > MOST_ROWS {
            self.next();
            self.own(&format!("{} more rows", all.len() - MOST_ROWS), Role::Dim);
        }
    }

    fn row(&mut self, row: &StructureRow) {
        let (sign, key, value) = match row.mark {
            Mark::Same => (Role::Dim, Role::CodeKey, Role::Text),
            Mark::Added => (Role::Added, Role::Added, Role::Added),
            Mark::Removed => (Role::Removed, Role::Removed, Role::Removed),
            Mark::Edited => (Role::Warning, Role::CodeKey, Role::Text),
        };
        let lead = Piece::own(format!("{} {}", row.mark.sign(), "  ".repeat(row.depth.min(24))), sign);
        if let Some(last) = self.lines.last_mut() {
            last.lead.push(lead);
        }
        self.push(text::foreign(&row.label(), key));
        match &row.value {
            RowValue::Below => {}
            RowValue::Json(json) => {
                let end = json.char_indices().nth(self.left).map_or(json.len(), |(at, _)| at);
                self.left -= json[..end].chars().count();
                self.push(text::foreign(&json[..end], value));
            }
            RowValue::Words(pieces) => self.inline(&stretches(pieces)),
        }
    }

    /// Changed words on one line, whatever breaks they hold.
    fn inline(&mut self, found: &[Stretch<'_>]) {
        for stretch in found {
            match stretch {
                Stretch::Equal(same) => self.push(text::foreign(same, Role::Text)),
                Stretch::Changed(old, new, _) => {
                    for (part, open, close, role) in [(old, "[-", "-]", Role::Removed), (new, "{+", "+}", Role::Added)]
                    {
                        if !part.is_empty() {
                            self.own(open, role);
                            self.push(text::foreign(part, role));
                            self.own(close, role);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyphs::UNICODE;

    fn shown(old: &str, new: &str) -> Vec<(usize, String)> {
        let said = |text| Said { text: Some(text), calls: &[] };
        let diff = AnswerDiff::between(said(old), said(new));
        let lines = answer(said(new), Some(&diff), &UNICODE).lines;
        let text =
            |line: &Line| line.lead.iter().chain(&line.pieces).map(|piece| piece.text.as_str()).collect::<String>();
        lines.iter().map(|line| (line.at, text(line))).collect()
    }

    #[test]
    fn lines_know_which_line_they_belong_to() {
        let lines =
            shown("One line here.\nTwo lines here.\nThree.", "One line here.\nA new one.\nTwo lines here.\nThree.");
        assert_eq!(lines[0], (0, "One line here.".into()));
        let two = lines.iter().find(|(_, text)| text.contains("Two")).unwrap();
        assert_eq!(two.0, 1, "{lines:?}");
        assert_eq!(lines.last().unwrap(), &(2, "Three.".into()));
    }

    #[test]
    fn case_and_white_space_are_told_apart_from_words() {
        let lines = shown("the limit is  60. Ask more.", "The limit is 60.\nAsk more.");
        assert_eq!(lines[0].1, "{~The~} limit is{~␣~}60.{~⏎");
        assert_eq!(lines[1].1, "~}Ask more.");
    }

    #[test]
    fn a_tree_has_a_line_for_every_row_of_the_other_side() {
        let lines = shown(r#"{"a": 1, "b": {"c": 2}}"#, r#"{"a": 1, "b": {"c": 3, "d": 4}}"#);
        let expected = [(0, "  a: 1"), (1, "  b:"), (2, "-   c: 2"), (3, "+   c: 3"), (3, "+   d: 4")];
        assert_eq!(lines, expected.map(|(at, text)| (at, text.to_owned())));
    }
}
