//! A golden case as a line of JSON, and back.

use serde_json::{Map, Value, json};

use super::case::{GoldenCase, GoldenChunk, RelevantDocument};
use super::fields::{FieldError, Fields};
use crate::domain::ids::GoldenId;
use crate::domain::time::Timestamp;
use crate::domain::untrusted::escape_json;

impl GoldenCase {
    /// Reads a case. Only the question has to be there; a chunk may be its text alone, a relevant document its id alone.
    pub fn from_json(object: Map<String, Value>) -> Result<Self, FieldError> {
        let mut fields = Fields::new(String::new(), object);
        let id = fields.text("id")?;
        let question = fields.text("question")?.filter(|text| !text.trim().is_empty());
        let question =
            question.ok_or_else(|| FieldError::new("question", "there is none, and a case is a question"))?;
        let trace_id = fields.text("trace_id")?.map(Into::into);
        let span_id = fields.text("span_id")?.map(Into::into);
        let created_at = match fields.text("created_at")? {
            None => None,
            Some(text) => Some(Timestamp::parse_rfc3339(&text).ok_or_else(|| {
                FieldError::new("created_at", format!("`{text}` is no time such as 2026-11-23T14:05:00Z"))
            })?),
        };
        Ok(Self {
            id: id.map_or_else(|| Self::id_of(trace_id.as_ref(), span_id.as_ref(), &question), GoldenId::from),
            question,
            trace_id,
            span_id,
            chunks: fields.list("chunks", chunk)?,
            expected_facts: fields.list("expected_facts", fact)?,
            relevant: fields.list("relevant", relevant)?,
            variables: fields.object("variables")?,
            note: fields.text("note")?,
            created_at,
            extra: fields.rest(),
        })
    }

    /// The case as one line of JSON without its end; nothing in it can steer a terminal that shows the file.
    pub fn to_line(&self) -> String {
        let mut object = Map::new();
        let mut put = |field: &str, value: Value| drop(object.insert(field.to_owned(), value));
        put("id", self.id.as_str().into());
        put("question", self.question.as_str().into());
        if let Some(trace) = &self.trace_id {
            put("trace_id", trace.as_str().into());
        }
        if let Some(span) = &self.span_id {
            put("span_id", span.as_str().into());
        }
        put("chunks", self.chunks.iter().map(chunk_json).collect());
        put("expected_facts", self.expected_facts.clone().into());
        put("relevant", self.relevant.iter().map(relevant_json).collect());
        if let Some(variables) = &self.variables {
            put("variables", variables.clone().into());
        }
        if let Some(note) = &self.note {
            put("note", note.as_str().into());
        }
        if let Some(created_at) = self.created_at {
            put("created_at", created_at.to_rfc3339().into());
        }
        object.extend(self.extra.clone());
        escape_json(&Value::Object(object).to_string())
    }
}

fn chunk(name: String, item: Value) -> Result<GoldenChunk, FieldError> {
    match item {
        Value::String(content) => Ok(GoldenChunk { content: Some(content), ..GoldenChunk::default() }),
        Value::Object(object) => {
            let mut fields = Fields::new(format!("{name}."), object);
            let document_id = fields.text("document_id")?;
            Ok(GoldenChunk { document_id, content: fields.text("content")?, extra: fields.rest() })
        }
        other => Err(FieldError::wrong(name, "an object with document_id and content", &other)),
    }
}

fn fact(name: String, item: Value) -> Result<String, FieldError> {
    match item {
        Value::String(text) if text.trim().is_empty() => Err(FieldError::new(name, "the fact is empty")),
        Value::String(text) => Ok(text),
        other => Err(FieldError::wrong(name, "text", &other)),
    }
}

fn relevant(name: String, item: Value) -> Result<RelevantDocument, FieldError> {
    match item {
        Value::String(document_id) => Ok(RelevantDocument { document_id, grade: 1, extra: Map::new() }),
        Value::Object(object) => {
            let mut fields = Fields::new(format!("{name}."), object);
            let document_id = fields.text("document_id")?;
            let document_id =
                document_id.ok_or_else(|| FieldError::new(fields.name("document_id"), "there is none"))?;
            let grade = match fields.value("grade") {
                None => 1,
                Some(value) => value
                    .as_u64()
                    .and_then(|grade| u8::try_from(grade).ok())
                    .ok_or_else(|| FieldError::new(fields.name("grade"), "expected a whole number from 0 to 255"))?,
            };
            Ok(RelevantDocument { document_id, grade, extra: fields.rest() })
        }
        other => Err(FieldError::wrong(name, "an object with document_id and grade", &other)),
    }
}

fn chunk_json(chunk: &GoldenChunk) -> Value {
    with(json!({ "document_id": chunk.document_id, "content": chunk.content }), &chunk.extra)
}

fn relevant_json(document: &RelevantDocument) -> Value {
    with(json!({ "document_id": document.document_id, "grade": document.grade }), &document.extra)
}

fn with(mut value: Value, extra: &Map<String, Value>) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.extend(extra.clone());
    }
    value
}
