//! Edits chunks in the recorded variables of a prompt, so that its template writes them anew.

use serde_json::{Map, Value};

use super::chunk_edits::edit_texts;
use super::chunk_places::marker_for;
use crate::domain::chunk::Chunk;
use crate::domain::chunk_edit::{ArrangedChunk, ChunkEdit, Fate, Origin, arrange};

/// The variables with the chunks in them edited: in lists of chunks, and in texts that hold chunks. `None` where no
/// variable holds all that is edited; then they are edited in the messages.
pub(super) fn edit_variables(
    variables: &Map<String, Value>,
    chunks: &[Chunk],
    edits: &[ChunkEdit],
) -> Result<Option<Map<String, Value>>, String> {
    let all = arrange(chunks, edits)?;
    let mut edited = variables.clone();
    let mut found = false;
    for value in edited.values_mut() {
        found |= match value {
            Value::Array(items) => edit_list(items, chunks, &all),
            Value::String(text) => {
                let mut copy = text.clone();
                let done = edit_texts(&mut [&mut copy], chunks, edits).is_ok() && copy != *text;
                if done {
                    *text = copy;
                }
                done
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        };
    }
    Ok(found.then_some(edited))
}

/// Edits a list whose items are the chunks, one each; says whether it is one.
fn edit_list(items: &mut Vec<Value>, chunks: &[Chunk], all: &[ArrangedChunk]) -> bool {
    let of = |item: &Value| chunks.iter().find(|chunk| holds(item, chunk));
    let known: Option<Vec<&Chunk>> = items.iter().map(of).collect();
    let Some(known) = known.filter(|known| !known.is_empty()) else { return false };
    let place = |named: u32| known.iter().position(|chunk| chunk.rank == named);
    let changed = all.iter().filter(|slot| slot.fate == Fate::LeftOut || slot.origin == Origin::Edited);
    if changed.filter(|slot| slot.origin != Origin::Added).any(|slot| place(slot.named).is_none()) {
        return false;
    }
    let made = all.iter().enumerate().filter(|(_, slot)| slot.fate == Fate::Given).filter_map(|(at, slot)| {
        if slot.origin != Origin::Added {
            let place = place(slot.named)?;
            return Some(with_text(&items[place], known[place], &slot.chunk));
        }
        let neighbour = all[..at].iter().rev().find_map(|before| place(before.named)).unwrap_or(0);
        Some(as_neighbour(&items[neighbour], known[neighbour], &slot.chunk))
    });
    *items = made.collect();
    true
}

fn text_of(chunk: &Chunk) -> Option<&str> {
    chunk.content.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Whether an item is a chunk: its text, or an object with its text in a field.
fn holds(item: &Value, chunk: &Chunk) -> bool {
    let Some(wanted) = text_of(chunk) else { return false };
    match item {
        Value::String(text) => text.contains(wanted),
        Value::Object(fields) => fields.values().any(|field| field.as_str().is_some_and(|text| text.trim() == wanted)),
        _ => false,
    }
}

/// An item with another text of its chunk.
fn with_text(item: &Value, old: &Chunk, new: &Chunk) -> Value {
    let (Some(from), Some(to)) = (text_of(old), new.content.as_deref()) else { return item.clone() };
    match item {
        Value::String(text) => Value::String(text.replacen(from, to, 1)),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| {
                let is_text = field.as_str().is_some_and(|text| text.trim() == from);
                (name.clone(), if is_text && from != to.trim() { Value::from(to) } else { field.clone() })
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// An item for a chunk that was put in, shaped as its neighbour's; fields that tell of the neighbour alone are emptied.
fn as_neighbour(item: &Value, neighbour: &Chunk, added: &Chunk) -> Value {
    let text = added.content.as_deref().unwrap_or_default();
    match item {
        Value::String(whole) => {
            let from = text_of(neighbour).unwrap_or_default();
            let marker = whole.find(from).map(|at| marker_for(&whole[..at], neighbour, added)).unwrap_or_default();
            Value::String(format!("{marker}{text}"))
        }
        Value::Object(fields) => {
            let filled = |(name, field): (&String, &Value)| {
                let value = match field.as_str() {
                    Some(own) if text_of(neighbour) == Some(own.trim()) => Value::from(text),
                    Some(own) if neighbour.document_id.as_deref() == Some(own) => {
                        added.document_id.clone().map_or(Value::from("added"), Value::from)
                    }
                    _ => added.metadata.get(name).cloned().unwrap_or(Value::Null),
                };
                (name.clone(), value)
            };
            Value::Object(fields.iter().map(filled).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::case;
    use super::*;
    use serde_json::json;

    fn edited(variables: &Value, edits: &[ChunkEdit]) -> Option<Value> {
        let case = case("t");
        edit_variables(variables.as_object().unwrap(), &case.chunks, edits).unwrap().map(Value::Object)
    }

    fn add() -> ChunkEdit {
        ChunkEdit::Add {
            content: "New.".into(),
            document_id: Some("new-doc".into()),
            after: Some(1),
            metadata: Map::new(),
        }
    }

    #[test]
    fn lists_of_chunks_are_changed_item_by_item() {
        let (one, two) = ("The API allows 60 requests a minute.", "Exports are kept for 30 days.");
        let objects =
            json!({"docs": [{"id": "doc-1", "text": one, "lang": "en"}, {"id": "doc-2", "text": two, "lang": "en"}]});
        assert_eq!(
            edited(&objects, &[ChunkEdit::Drop(2), add()]).unwrap(),
            json!({"docs": [{"id": "doc-1", "text": one, "lang": "en"}, {"id": "new-doc", "text": "New.", "lang": null}]})
        );
        let texts = json!({"docs": [one, two], "k": 2});
        assert_eq!(edited(&texts, &[ChunkEdit::Order(vec![2, 1])]).unwrap(), json!({"docs": [two, one], "k": 2}));
        let replace = ChunkEdit::Replace { rank: 1, content: "600.".into() };
        assert_eq!(edited(&texts, &[replace]).unwrap(), json!({"docs": ["600.", two], "k": 2}));
    }

    #[test]
    fn texts_that_hold_chunks_are_changed_as_messages_are() {
        let context = json!({"context": "[1] The API allows 60 requests a minute.\n[2] Exports are kept for 30 days."});
        let dropped = edited(&context, &[ChunkEdit::Drop(1)]).unwrap();
        assert_eq!(dropped, json!({"context": "[1] Exports are kept for 30 days."}));
    }

    #[test]
    fn variables_without_chunks_are_left_to_the_messages() {
        assert_eq!(edited(&json!({"question": "x", "list": ["a"]}), &[ChunkEdit::Drop(1)]), None);
    }
}
