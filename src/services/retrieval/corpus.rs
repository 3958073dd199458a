//! What the lab searches.

use std::collections::HashMap;
use std::sync::Arc;

use super::lab_order::{CorpusChoice, LabOrder};
use crate::domain::cancel::Cancel;
use crate::domain::retrieval::{DocumentId, Passage};
use crate::error::AppError;
use crate::importers::retrieval::{Document, read_documents};
use crate::store::{SeenChunk, Store};

/// The passages that can be found.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Where they come from, in words.
    pub source: String,
    /// How many documents they are of.
    pub documents: usize,
    /// The passages.
    pub passages: Vec<Passage>,
}

impl Corpus {
    /// Reads what an order names.
    pub fn read(store: &Store, order: &LabOrder, cancel: &Cancel) -> Result<Self, AppError> {
        let (source, whole) = match &order.corpus {
            CorpusChoice::Chunks => ("every chunk seen".to_owned(), of_chunks(store.chunks_seen(cancel)?)),
            CorpusChoice::Files(path) => {
                let documents = read_documents(path)?;
                let kept = documents.into_iter().filter(|document| fits(document, &order.only));
                let passage = |document: Document| {
                    let whole = Passage::whole(document.id, document.title.as_deref(), &document.text);
                    let mut fields = document.fields;
                    fields.retain(|_, value| value.as_str() != Some(&document.text));
                    Passage { metadata: Arc::new(fields), ..whole }
                };
                (path.display().to_string(), kept.map(passage).collect::<Vec<_>>())
            }
        };
        if whole.is_empty() {
            let error = AppError::usage(format!("there is nothing to search in: {source}"));
            return Err(match order.corpus {
                CorpusChoice::Chunks => error.hint("--corpus names a folder or file of documents"),
                CorpusChoice::Files(_) => error.hint("no document has what --only asks for"),
            });
        }
        let documents = whole.len();
        let passages = match order.size {
            None => whole,
            Some(size) => whole.into_iter().flat_map(|passage| passage.cut(size)).collect(),
        };
        Ok(Self { source, documents, passages })
    }
}

/// The chunks as passages: several texts of one document are told apart by numbers.
fn of_chunks(seen: Vec<SeenChunk>) -> Vec<Passage> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    seen.into_iter()
        .map(|chunk| {
            let document = chunk.document_id.unwrap_or_else(|| {
                let hash = blake3::hash(chunk.content.as_bytes()).to_hex();
                format!("text:{}", &hash[..12])
            });
            let count = counts.entry(document.clone()).or_default();
            *count += 1;
            let id = if *count == 1 { document.clone() } else { format!("{document}#{count}") };
            let whole = Passage::whole(DocumentId::new(document), None, &chunk.content);
            Passage { id: DocumentId::new(id), metadata: Arc::new(chunk.metadata), ..whole }
        })
        .collect()
}

fn fits(document: &Document, only: &[(String, String)]) -> bool {
    only.iter().all(|(field, wanted)| match document.fields.get(field) {
        Some(serde_json::Value::String(text)) => text == wanted,
        Some(serde_json::Value::Null) | None => false,
        Some(value) => serde_json::from_str(wanted).is_ok_and(|wanted: serde_json::Value| wanted == *value),
    })
}
