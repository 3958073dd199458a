//! The difference of two JSON values as an indented tree, a row a leaf.

use serde_json::Value;

use super::structure::StructureDiff;
use super::words::{DiffPiece, change_ratio, word_diff};

/// Texts that have less than this in common are shown one below the other rather than word by word.
const IN_COMMON: f64 = 0.4;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is in both.
    Same,
    /// It is in the new value only.
    Added,
    /// It is in the old value only.
    Removed,
    /// It is a text of which words changed.
    Edited,
}

impl Mark {
    /// The character for it, as in a patch.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::Added => "+",
            Self::Removed => "-",
            Self::Edited => "~",
        }
    }
}

/// What a row is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// Nothing: it is the whole value.
    Whole,
    /// A key of an object.
    Name(String),
    /// The place in an array, from 0: in the old one for what was removed, else in the new one.
    Place(usize),
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum RowValue {
    /// A value as JSON; an empty container too.
    Json(String),
    /// A text of which words changed, without quotes.
    Words(Vec<DiffPiece>),
    /// What belongs to it stands below, further in.
    Below,
}

/// A row of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureRow {
    /// How far in it stands, from 0.
    pub depth: usize,
    /// What happened.
    pub mark: Mark,
    /// What it is called.
    pub key: RowKey,
    /// What it says.
    pub value: RowValue,
}

impl StructureRow {
    /// Whether it stands in the old value too.
    pub const fn is_old(&self) -> bool {
        !matches!(self.mark, Mark::Added)
    }

    /// The key with what separates it from the value.
    pub fn label(&self) -> String {
        match (&self.key, &self.value) {
            (RowKey::Whole, _) => String::new(),
            (RowKey::Name(name), RowValue::Below) => format!("{name}:"),
            (RowKey::Name(name), _) => format!("{name}: "),
            (RowKey::Place(place), RowValue::Below) => format!("[{place}]"),
            (RowKey::Place(place), _) => format!("[{place}] "),
        }
    }
}

/// The whole tree.
pub fn rows(diff: &StructureDiff) -> Vec<StructureRow> {
    let mut rows = Vec::new();
    add(diff, 0, RowKey::Whole, &mut rows);
    rows
}

/// The rows that changed, with those they belong to.
pub fn changed_rows(diff: &StructureDiff) -> Vec<StructureRow> {
    let all = rows(diff);
    let mut kept = vec![false; all.len()];
    let mut within = 0;
    for at in (0..all.len()).rev() {
        let row = &all[at];
        if row.mark != Mark::Same || (within > row.depth && row.value == RowValue::Below) {
            kept[at] = true;
            within = row.depth;
        }
    }
    all.into_iter().zip(kept).filter_map(|(row, kept)| kept.then_some(row)).collect()
}

fn add(diff: &StructureDiff, depth: usize, key: RowKey, rows: &mut Vec<StructureRow>) {
    match diff {
        StructureDiff::Equal(value) => whole(value, depth, key, Mark::Same, rows),
        StructureDiff::Added(value) => whole(value, depth, key, Mark::Added, rows),
        StructureDiff::Removed(value) => whole(value, depth, key, Mark::Removed, rows),
        StructureDiff::Replaced { old: Value::String(old), new: Value::String(new) } => {
            let pieces = word_diff(old, new);
            if old.contains(' ') && change_ratio(&pieces) < 1.0 - IN_COMMON {
                rows.push(StructureRow { depth, mark: Mark::Edited, key, value: RowValue::Words(pieces) });
            } else {
                rows.push(leaf(&Value::from(old.as_str()), depth, key.clone(), Mark::Removed));
                rows.push(leaf(&Value::from(new.as_str()), depth, key, Mark::Added));
            }
        }
        StructureDiff::Replaced { old, new } => {
            whole(old, depth, key.clone(), Mark::Removed, rows);
            whole(new, depth, key, Mark::Added, rows);
        }
        StructureDiff::Object(fields) => {
            let depth = open(depth, key, Mark::Same, rows);
            for (name, field) in fields {
                add(field, depth, RowKey::Name(name.clone()), rows);
            }
        }
        StructureDiff::Array(items) => {
            let depth = open(depth, key, Mark::Same, rows);
            let (mut old, mut new) = (0, 0);
            for item in items {
                let place = if matches!(item, StructureDiff::Removed(_)) { old } else { new };
                add(item, depth, RowKey::Place(place), rows);
                old += usize::from(!matches!(item, StructureDiff::Added(_)));
                new += usize::from(!matches!(item, StructureDiff::Removed(_)));
            }
        }
    }
}

/// The row above what belongs to it; the whole value needs none. Returns how far in the others stand.
fn open(depth: usize, key: RowKey, mark: Mark, rows: &mut Vec<StructureRow>) -> usize {
    if key == RowKey::Whole {
        return depth;
    }
    rows.push(StructureRow { depth, mark, key, value: RowValue::Below });
    depth + 1
}

fn whole(value: &Value, depth: usize, key: RowKey, mark: Mark, rows: &mut Vec<StructureRow>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let depth = open(depth, key, mark, rows);
            for (name, field) in fields {
                whole(field, depth, RowKey::Name(name.clone()), mark, rows);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let depth = open(depth, key, mark, rows);
            for (place, item) in items.iter().enumerate() {
                whole(item, depth, RowKey::Place(place), mark, rows);
            }
        }
        _ => rows.push(leaf(value, depth, key, mark)),
    }
}

fn leaf(value: &Value, depth: usize, key: RowKey, mark: Mark) -> StructureRow {
    StructureRow { depth, mark, key, value: RowValue::Json(value.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(rows: &[StructureRow]) -> String {
        let line = |row: &StructureRow| {
            let value = match &row.value {
                RowValue::Json(json) => json.clone(),
                RowValue::Words(pieces) => format!("{} pieces", pieces.len()),
                RowValue::Below => String::new(),
            };
            format!("{} {}{}{value}", row.mark.sign(), "  ".repeat(row.depth), row.label()).trim_end().to_owned()
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_tree_says_what_was_added_removed_and_changed() {
        let old = json!({"plan": "business", "limit": 100, "tags": ["a", "b"], "why": "It is 100 on every plan"});
        let new = json!({"limit": 600, "plan": "business", "why": "It is 600 on every plan", "tags": ["a", "c", "b"], "more": {"x": []}});
        let diff = StructureDiff::between(&old, &new);
        insta::assert_snapshot!(shown(&rows(&diff)), @r#"
          plan: "business"
        - limit: 100
        + limit: 600
          tags:
            [0] "a"
        +   [1] "c"
            [2] "b"
        ~ why: 4 pieces
        + more:
        +   x: []
        "#);
        insta::assert_snapshot!(shown(&changed_rows(&diff)), @r#"
        - limit: 100
        + limit: 600
          tags:
        +   [1] "c"
        ~ why: 4 pieces
        + more:
        +   x: []
        "#);
    }

    #[test]
    fn equal_values_have_no_rows_that_changed() {
        let value = json!({"a": {"b": [1, {"c": 2}]}});
        assert!(changed_rows(&StructureDiff::between(&value, &value)).is_empty());
    }
}
