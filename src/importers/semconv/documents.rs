//! Retrieved documents from JSON, in the shapes that recorders use.

use serde_json::{Map, Value};

use super::attributes::{as_text, label, number, parsed};
use crate::domain::chunk::{Chunk, ChunkRole};

const IDS: [&str; 4] = ["id", "document_id", "doc_id", "id_"];
const SCORES: [&str; 4] = ["score", "relevance_score", "_score", "similarity"];
const CONTENTS: [&str; 5] = ["content", "text", "page_content", "document", "chunk"];

/// Fills in what a document's metadata says about it where the document itself says nothing.
pub fn complete(chunk: &mut Chunk) {
    if chunk.document_id.is_none() {
        chunk.document_id = first(&chunk.metadata, &["id", "doc_id", "document_id"], label);
    }
    if chunk.score.is_none() {
        chunk.score = first(&chunk.metadata, &["score", "relevance_score"], number);
    }
}

/// Documents from a list of objects, or from an object that holds one.
pub fn from_value(value: Value, role: ChunkRole) -> Vec<Chunk> {
    let items = match parsed(value) {
        Value::Array(items) => items,
        Value::Object(mut members) => {
            let list =
                ["documents", "results", "matches", "nodes", "chunks"].iter().find_map(|key| members.remove(*key));
            match list.map(parsed) {
                Some(Value::Array(items)) => items,
                _ => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let mut chunks = Vec::with_capacity(items.len());
    for item in items {
        if let Value::Object(members) = item {
            let rank = chunks.len() as u32 + 1;
            chunks.push(from_object(members, role, rank));
        }
    }
    chunks
}

/// Whether a value looks like what a retriever returns: a list of objects that have a text or score, and an id.
pub fn is_list(value: &Value) -> bool {
    let Value::Array(items) = value else { return false };
    let is_document = |item: &Value| {
        let Value::Object(members) = item else { return false };
        let has = |keys: &[&str]| keys.iter().any(|key| members.contains_key(*key));
        (has(&CONTENTS) && (has(&SCORES) || has(&IDS) || has(&["metadata"]))) || (has(&SCORES) && has(&IDS))
    };
    !items.is_empty() && items.iter().all(is_document)
}

fn from_object(mut members: Map<String, Value>, role: ChunkRole, rank: u32) -> Chunk {
    // LangChain's and LlamaIndex's wrappers hold the document one level down.
    for wrapper in ["kwargs", "node", "document"] {
        if let Some(Value::Object(inner)) = members.get(wrapper).cloned() {
            members.remove(wrapper);
            for (key, value) in inner {
                members.entry(key).or_insert(value);
            }
        }
    }
    let mut take = |keys: &[&str]| keys.iter().find_map(|key| members.remove(*key).filter(|value| !value.is_null()));
    let document_id = take(&IDS).as_ref().and_then(label);
    let score = take(&SCORES).as_ref().and_then(number);
    let content = take(&CONTENTS).and_then(as_text);
    let mut metadata = match take(&["metadata"]).map(parsed) {
        Some(Value::Object(metadata)) => metadata,
        Some(other) => Map::from_iter([("metadata".to_owned(), other)]),
        None => Map::new(),
    };
    for (key, value) in members {
        metadata.entry(key).or_insert(value);
    }
    let mut chunk = Chunk { role, rank, document_id, score, content, metadata };
    complete(&mut chunk);
    chunk
}

fn first<T>(metadata: &Map<String, Value>, keys: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    keys.iter().find_map(|key| metadata.get(*key).and_then(&read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shapes_of_documents() {
        let chunks = from_value(
            json!([{"id":"kb-1","score":0.5,"text":"A"},{"page_content":"B","metadata":{"doc_id":7,"score":0.25}}]),
            ChunkRole::Retrieved,
        );
        assert_eq!(chunks[0].document_id.as_deref(), Some("kb-1"));
        assert_eq!((chunks[1].document_id.as_deref(), chunks[1].score), (Some("7"), Some(0.25)));
        assert_eq!((chunks[1].rank, chunks[1].content.as_deref()), (2, Some("B")));
        assert!(is_list(&json!([{"id":"a","score":1}])));
        assert!(!is_list(&json!([{"order_id":"A-1"}])));
        assert!(!is_list(&json!([])));
    }
}
