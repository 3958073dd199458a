//! Where in its file a prompt uses its variables, and where its messages stand.

use std::ops::Range;

use crate::domain::message::Role;

/// What stands around a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Nothing: the template goes there always.
    Always,
    /// A condition.
    Conditional,
    /// A repetition over a list.
    Repeated,
}

/// What a use does with the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Its value is put into the text.
    Printed,
    /// A condition looks at it.
    Tested,
    /// Its items or fields are gone through; what is printed of them stands within.
    Entered,
}

/// One place at which a template uses a variable.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct VariableUse {
    /// The variable, without the path into it.
    pub name: String,
    /// The line in the file, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The bytes of the name with its path in the file.
    pub range: Range<usize>,
    /// The role of the message it stands in; `None` where only rendering tells.
    pub role: Option<Role>,
    /// What stands around it.
    pub placement: Placement,
    /// What is done with it.
    pub purpose: Purpose,
}

/// The source of one message: what stands between two role marks, or a `content` of GitHub Models.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Section {
    /// The role; `None` where only rendering tells.
    pub role: Option<Role>,
    /// The bytes in the file, without the mark.
    pub range: Range<usize>,
    /// The line in the file of its first character that is not white space, from 1.
    pub line: u32,
}

/// A use before its place in lines is known.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) name: String,
    /// Bytes in the template.
    pub(super) range: Range<usize>,
    pub(super) placement: Placement,
    pub(super) purpose: Purpose,
    /// Whether the template says what stands where the variable has no value.
    pub(super) optional: bool,
}

/// The mark of a new message within a template.
#[derive(Clone, Debug)]
pub(super) struct Boundary {
    /// Bytes of the mark in the template.
    pub(super) range: Range<usize>,
    /// The role of what follows; `None` where only rendering tells.
    pub(super) role: Option<Role>,
}

/// What reading a template found.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) uses: Vec<Found>,
    /// In the order of the file.
    pub(super) boundaries: Vec<Boundary>,
    /// Names of partials, each once.
    pub(super) partials: Vec<String>,
}

impl Layout {
    pub(super) fn note_partial(&mut self, name: &str) {
        if !self.partials.iter().any(|known| known == name) {
            self.partials.push(name.to_owned());
        }
    }

    /// The places in a file, of which the template is the end from byte `offset` on.
    pub(super) fn place(&self, file: &str, offset: usize, first: &Role) -> (Vec<VariableUse>, Vec<Section>) {
        let mut lines = Lines::of(file);
        let role_at = |at: usize| {
            let before = self.boundaries.partition_point(|boundary| boundary.range.start <= at);
            before.checked_sub(1).map_or(Some(first.clone()), |index| self.boundaries[index].role.clone())
        };
        let mut uses = Vec::with_capacity(self.uses.len());
        for found in &self.uses {
            let range = found.range.start + offset..found.range.end + offset;
            let (line, column) = lines.position(range.start);
            let role = role_at(found.range.start);
            let (placement, purpose) = (found.placement, found.purpose);
            uses.push(VariableUse { name: found.name.clone(), line, column, range, role, placement, purpose });
        }
        let starts = std::iter::once((offset, Some(first.clone())))
            .chain(self.boundaries.iter().map(|boundary| (boundary.range.end + offset, boundary.role.clone())));
        let ends = self.boundaries.iter().map(|boundary| boundary.range.start + offset).chain([file.len()]);
        let sections = starts.zip(ends).filter_map(|((start, role), end)| {
            let text = file.get(start..end)?;
            let blank = text.len() - text.trim_start().len();
            let line = lines.position(start + blank).0;
            (blank < text.len()).then_some(Section { role, range: start..end, line })
        });
        (uses, sections.collect())
    }
}

/// Finds lines and columns in a text; going forward in it costs each character once.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Where the lines begin.
    starts: Vec<usize>,
    /// The last place that was asked for, and its column from 0.
    last: (usize, usize),
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts, last: (0, 0) }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub(super) fn position(&mut self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).map_or(0, |index| self.starts[index]);
        let (known, column) = if (start..=at).contains(&self.last.0) { self.last } else { (start, 0) };
        let column = column + self.text.get(known..at).map_or(0, |between| between.chars().count());
        self.last = (at, column);
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column + 1).unwrap_or(u32::MAX))
    }
}
