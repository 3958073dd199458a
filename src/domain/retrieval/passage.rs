//! What a retriever of the lab searches: documents, or the pieces they are cut into.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::chunking::{ChunkSize, pieces};
use super::judgement::DocumentId;

/// A text that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The document it is of.
    pub document: DocumentId,
    /// Its own id: the document's, with `#` and its number from 1 where the document was cut.
    pub id: DocumentId,
    /// The document's title, where it has one.
    pub title: Option<Arc<str>>,
    /// The text, as a model would be given it.
    pub text: Arc<str>,
    /// What else is known of it; a list of chunks may show some of it, such as a date.
    pub metadata: Arc<Map<String, Value>>,
}

impl Passage {
    /// A whole document.
    pub fn whole(document: DocumentId, title: Option<&str>, text: &str) -> Self {
        let metadata = Arc::default();
        Self { id: document.clone(), document, title: title.map(Arc::from), text: text.into(), metadata }
    }

    /// What is searched: the title, where there is one, and the text.
    pub fn searched(&self) -> String {
        match &self.title {
            Some(title) if !self.text.contains(&**title) => format!("{title}. {}", self.text),
            _ => self.text.to_string(),
        }
    }

    /// The pieces of a document; itself where it fits one piece.
    pub fn cut(self, size: ChunkSize) -> Vec<Self> {
        let ranges = pieces(&self.text, size);
        if ranges.len() <= 1 {
            return vec![self];
        }
        let piece = |(number, range): (usize, std::ops::Range<usize>)| Self {
            id: DocumentId::new(format!("{}#{number}", self.document.as_str())),
            document: self.document.clone(),
            title: self.title.clone(),
            text: self.text[range].into(),
            metadata: Arc::clone(&self.metadata),
        };
        (1..).zip(ranges).map(piece).collect()
    }
}
