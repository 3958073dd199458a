//! Vectors of documents and questions, made by any model, in a file of JSON lines.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::{RetrievalFileError, lines, object, read_text, text_of};

/// Vectors by the id of what they stand for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileVectors {
    /// Of documents, and of whatever the file does not call a question.
    pub documents: HashMap<String, Vec<f32>>,
    /// Of questions: lines whose `kind` is `question` or `query`.
    pub questions: HashMap<String, Vec<f32>>,
}

/// Reads lines of `{"id", "kind", "vector"}`; `embedding` and `values` are other names of `vector`. All vectors have as many
/// numbers as the first.
pub fn read_vectors(path: &Path) -> Result<FileVectors, RetrievalFileError> {
    let text = read_text(path)?;
    let mut vectors = FileVectors::default();
    let mut width = None;
    for (number, line) in lines(&text) {
        let at = |reason: String| RetrievalFileError::Line { path: path.to_owned(), line: number, reason };
        let fields = object(line).map_err(at)?;
        let id = text_of(&fields, &["id", "document_id", "doc_id"]).ok_or_else(|| at("it has no `id`".to_owned()))?;
        let list = ["vector", "embedding", "values"].iter().find_map(|name| fields.get(*name)?.as_array());
        let list = list.ok_or_else(|| at("it has no `vector`".to_owned()))?;
        let vector: Option<Vec<f32>> = list.iter().map(|one| one.as_f64().map(|one| one as f32)).collect();
        let vector = vector.ok_or_else(|| at("its vector holds something that is no number".to_owned()))?;
        let first = *width.get_or_insert(vector.len());
        if first != vector.len() || first == 0 {
            return Err(at(format!("its vector has {} numbers, the first one has {first}", vector.len())));
        }
        let question = matches!(fields.get("kind").and_then(Value::as_str), Some("question" | "query"));
        let side = if question { &mut vectors.questions } else { &mut vectors.documents };
        side.insert(id, vector);
    }
    if width.is_none() {
        return Err(RetrievalFileError::Nothing { path: path.to_owned(), what: "vectors" });
    }
    Ok(vectors)
}
