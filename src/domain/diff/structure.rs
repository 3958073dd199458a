//! What changed between two JSON values, by path. The order of an object's keys does not count; elements of arrays are
//! matched by what they are, then by what they are about.

use serde_json::{Map, Value};
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Nesting beyond which values are compared as a whole.
const DEEPEST: usize = 64;
/// Elements of one array beyond which what lies between the common beginning and end is compared place by place.
const MAX_ELEMENTS: usize = 4_000;
/// Bytes of a text beyond which it is not read as JSON.
const MAX_BYTES: usize = 1 << 20;
/// Keys by whose value an element of an array is known again.
const IDENTITY: [&str; 4] = ["id", "key", "name", "title"];

/// What happened to a JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum StructureDiff {
    /// It is in both.
    Equal(Value),
    /// It is in the new one only.
    Added(Value),
    /// It is in the old one only.
    Removed(Value),
    /// Another value stands in its place.
    Replaced {
        /// What was there.
        old: Value,
        /// What is there now.
        new: Value,
    },
    /// Both are objects; what happened to each key, the old one's first.
    Object(Vec<(String, Self)>),
    /// Both are arrays; what happened to their elements in order.
    Array(Vec<Self>),
}

impl StructureDiff {
    /// The difference between two values.
    pub fn between(old: &Value, new: &Value) -> Self {
        between(old, new, 0)
    }

    /// The old value; `None` where there was none.
    pub fn before(&self) -> Option<Value> {
        match self {
            Self::Equal(value) | Self::Removed(value) | Self::Replaced { old: value, .. } => Some(value.clone()),
            Self::Added(_) => None,
            Self::Object(fields) => Some(object(fields, Self::before)),
            Self::Array(items) => Some(items.iter().filter_map(Self::before).collect()),
        }
    }

    /// The new value; `None` where there is none.
    pub fn after(&self) -> Option<Value> {
        match self {
            Self::Equal(value) | Self::Added(value) | Self::Replaced { new: value, .. } => Some(value.clone()),
            Self::Removed(_) => None,
            Self::Object(fields) => Some(object(fields, Self::after)),
            Self::Array(items) => Some(items.iter().filter_map(Self::after).collect()),
        }
    }

    /// Whether anything differs.
    pub const fn is_change(&self) -> bool {
        !matches!(self, Self::Equal(_))
    }

    /// How much differs: 0 for equal values, 1 where no leaf is in both.
    ///
    /// It is `1 - 2e / (o + n)` of the leaves that are equal `e`, of the old value's `o` and of the new one's `n`.
    pub fn ratio(&self) -> f64 {
        let (mut shared, mut all) = (0_usize, 0_usize);
        self.count(&mut shared, &mut all);
        match (self.is_change(), all) {
            (false, _) => 0.0,
            (true, 0) => 1.0,
            (true, all) => 1.0 - shared as f64 / all as f64,
        }
    }

    fn count(&self, shared: &mut usize, all: &mut usize) {
        match self {
            Self::Equal(value) => {
                *shared += 2 * leaves(value);
                *all += 2 * leaves(value);
            }
            Self::Added(value) | Self::Removed(value) => *all += leaves(value),
            Self::Replaced { old, new } => *all += leaves(old) + leaves(new),
            Self::Object(fields) => fields.iter().for_each(|(_, field)| field.count(shared, all)),
            Self::Array(items) => items.iter().for_each(|item| item.count(shared, all)),
        }
    }
}

/// A text as JSON where it is an object or an array and nothing else, in a code fence or bare.
pub fn structured(text: &str) -> Option<Value> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let text = unfenced(text.trim());
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

/// What stands in the code fence that is the whole text.
fn unfenced(text: &str) -> &str {
    let inner = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some((language, body)) = inner.and_then(|inner| inner.split_once('\n')) else { return text };
    if matches!(language.trim(), "" | "json" | "JSON") { body.trim() } else { text }
}

fn object(fields: &[(String, StructureDiff)], side: fn(&StructureDiff) -> Option<Value>) -> Value {
    let kept = fields.iter().filter_map(|(key, field)| Some((key.clone(), side(field)?)));
    Value::Object(kept.collect::<Map<_, _>>())
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

fn between(old: &Value, new: &Value, depth: usize) -> StructureDiff {
    if old == new {
        return StructureDiff::Equal(old.clone());
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) if depth < DEEPEST => {
            let mut fields: Vec<(String, StructureDiff)> = old
                .iter()
                .map(|(key, value)| {
                    let field = match new.get(key) {
                        Some(other) => between(value, other, depth + 1),
                        None => StructureDiff::Removed(value.clone()),
                    };
                    (key.clone(), field)
                })
                .collect();
            let added = new.iter().filter(|(key, _)| !old.contains_key(*key));
            fields.extend(added.map(|(key, value)| (key.clone(), StructureDiff::Added(value.clone()))));
            StructureDiff::Object(fields)
        }
        (Value::Array(old), Value::Array(new)) if depth < DEEPEST => {
            StructureDiff::Array(elements(old, new, depth + 1))
        }
        _ => StructureDiff::Replaced { old: old.clone(), new: new.clone() },
    }
}

/// Equal elements as in the longest common run of them; what lies between is paired by kinship.
fn elements(old: &[Value], new: &[Value], depth: usize) -> Vec<StructureDiff> {
    if old.len().max(new.len()) > MAX_ELEMENTS {
        return by_place(old, new, depth);
    }
    let mut found = Vec::new();
    let (mut old_from, mut new_from) = (0, 0);
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        let (tag, old_range, new_range) = operation.as_tag_tuple();
        if tag == DiffTag::Equal {
            gap(&old[old_from..old_range.start], &new[new_from..new_range.start], depth, &mut found);
            found.extend(old[old_range.clone()].iter().cloned().map(StructureDiff::Equal));
            (old_from, new_from) = (old_range.end, new_range.end);
        }
    }
    gap(&old[old_from..], &new[new_from..], depth, &mut found);
    found
}

fn by_place(old: &[Value], new: &[Value], depth: usize) -> Vec<StructureDiff> {
    let both = old.iter().zip(new).map(|(old, new)| between(old, new, depth));
    let shared = old.len().min(new.len());
    let removed = old[shared..].iter().cloned().map(StructureDiff::Removed);
    let added = new[shared..].iter().cloned().map(StructureDiff::Added);
    both.chain(removed).chain(added).collect()
}

/// Elements of which none is in both arrays.
fn gap(old: &[Value], new: &[Value], depth: usize, found: &mut Vec<StructureDiff>) {
    if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same_type(old, new)) {
        // As many of the same types: each stands where its predecessor stood, unless one is known again elsewhere.
        let strangers = old.iter().enumerate().all(|(at, one)| {
            new.iter()
                .enumerate()
                .all(|(other, two)| at == other || identity(one).is_none_or(|id| identity(two) != Some(id)))
        });
        if strangers {
            found.extend(old.iter().zip(new).map(|(old, new)| between(old, new, depth)));
            return;
        }
    }
    let mut from = 0;
    for one in old {
        match new[from..].iter().position(|other| is_kin(one, other)) {
            Some(offset) => {
                found.extend(new[from..from + offset].iter().cloned().map(StructureDiff::Added));
                found.push(between(one, &new[from + offset], depth));
                from += offset + 1;
            }
            None => found.push(StructureDiff::Removed(one.clone())),
        }
    }
    found.extend(new[from..].iter().cloned().map(StructureDiff::Added));
}

fn same_type(old: &Value, new: &Value) -> bool {
    std::mem::discriminant(old) == std::mem::discriminant(new)
}

fn identity(value: &Value) -> Option<(&'static str, &Value)> {
    let fields = value.as_object()?;
    IDENTITY.into_iter().find_map(|key| Some((key, fields.get(key)?)))
}

/// Whether two containers are about the same thing: the same identity, else at least half of the keys shared.
fn is_kin(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(one), Value::Object(two)) => match (identity(old), identity(new)) {
            (Some(old), Some(new)) => old == new,
            _ => 2 * one.keys().filter(|key| two.contains_key(*key)).count() >= one.len().max(two.len()).max(1),
        },
        (Value::Array(_), Value::Array(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4_i64).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec(("[abc]|id|name", inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn the_order_of_keys_does_not_count() {
        let (old, new) = (json!({"a": 1, "b": {"c": 2, "d": 3}}), json!({"b": {"d": 3, "c": 2}, "a": 1}));
        assert!(!StructureDiff::between(&old, &new).is_change());
    }

    #[test]
    fn an_element_that_came_in_the_middle_moves_no_other() {
        let diff = StructureDiff::between(&json!([1, 2, 3]), &json!([1, 9, 2, 3]));
        let StructureDiff::Array(items) = &diff else { panic!("{diff:?}") };
        assert_eq!(items[1], StructureDiff::Added(json!(9)));
        assert_eq!(items.iter().filter(|item| item.is_change()).count(), 1);
        assert!((diff.ratio() - 1.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn elements_are_known_again_by_what_they_are_about() {
        let old = json!([{"id": "a", "n": 1}, {"id": "b", "n": 1}]);
        let new = json!([{"id": "x", "n": 7}, {"id": "b", "n": 2}]);
        let StructureDiff::Array(items) = StructureDiff::between(&old, &new) else { panic!("arrays") };
        assert_eq!(items.len(), 2, "{items:?}");
        let moved = json!([{"id": "b", "n": 2}, {"id": "x", "n": 7}]);
        let StructureDiff::Array(items) = StructureDiff::between(&old, &moved) else { panic!("arrays") };
        assert!(matches!(&items[0], StructureDiff::Removed(value) if value["id"] == "a"), "{items:?}");
        assert!(matches!(&items[1], StructureDiff::Object(fields) if fields[1].0 == "n"), "{items:?}");
        assert!(matches!(&items[2], StructureDiff::Added(value) if value["id"] == "x"), "{items:?}");
    }

    #[test]
    fn only_whole_json_texts_are_structured() {
        assert_eq!(structured(" {\"a\": 1}\n"), Some(json!({"a": 1})));
        assert_eq!(structured("```json\n[1, 2]\n```"), Some(json!([1, 2])));
        for text in ["", "60", "[1] says so", "{answer}", "```rust\n{}\n```", "```"] {
            assert_eq!(structured(text), None, "{text}");
        }
    }

    #[test]
    fn very_long_arrays_are_compared_place_by_place() {
        let old: Vec<Value> = (0..MAX_ELEMENTS as i64 + 2).map(Value::from).collect();
        let mut new = old.clone();
        new[7] = json!("seven");
        let diff = StructureDiff::between(&old.clone().into(), &new.clone().into());
        assert_eq!((diff.before(), diff.after()), (Some(old.into()), Some(new.into())));
    }

    proptest! {
        #[test]
        fn both_sides_can_be_read_back(old in values(), new in values()) {
            let diff = StructureDiff::between(&old, &new);
            prop_assert_eq!(diff.before(), Some(old.clone()));
            prop_assert_eq!(diff.after(), Some(new.clone()));
            prop_assert_eq!(diff.is_change(), old != new);
            prop_assert!((0.0..=1.0).contains(&diff.ratio()));
        }
    }
}
