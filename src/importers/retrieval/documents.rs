//! Documents: a folder of texts, or a file of JSON lines.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{RetrievalFileError, lines, object, read_text, text_of};
use crate::domain::retrieval::DocumentId;

/// Suffixes of files that are one document each.
const TEXTS: [&str; 4] = ["md", "markdown", "txt", "rst"];
/// Suffixes of files that hold a document on each line.
const JSON_LINES: [&str; 2] = ["jsonl", "ndjson"];
/// Folders in folders that are looked into.
const DEEPEST: usize = 32;

/// A document as it stands in its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its id: that of its line, else the file's path below the folder without suffix.
    pub id: DocumentId,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Its text.
    pub text: String,
    /// What else its line says of it.
    pub fields: Map<String, Value>,
}

/// Reads the documents of a file, or of the files below a folder in the order of their paths. Hidden files, links and files
/// of other kinds are passed by. Two documents of one id are refused.
pub fn read_documents(path: &Path) -> Result<Vec<Document>, RetrievalFileError> {
    let mut documents = Vec::new();
    if path.is_dir() {
        let mut files = Vec::new();
        files_below(path, 0, &mut files)?;
        for file in files {
            let name = file.strip_prefix(path).unwrap_or(&file).with_extension("");
            read_file(&file, &name.to_string_lossy(), &mut documents)?;
        }
    } else {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        read_file(path, &name, &mut documents)?;
    }
    let nothing = || RetrievalFileError::Nothing { path: path.to_owned(), what: "documents (md, txt, jsonl)" };
    if documents.is_empty() {
        return Err(nothing());
    }
    let mut seen = HashSet::new();
    if let Some(twice) = documents.iter().find(|document| !seen.insert(&document.id)) {
        let reason = format!("two documents have the id {}", twice.id.as_str());
        return Err(RetrievalFileError::Unreadable { path: path.to_owned(), reason });
    }
    Ok(documents)
}

fn kind<'k>(path: &Path, kinds: &[&'k str]) -> Option<&'k str> {
    let suffix = path.extension()?.to_str()?;
    kinds.iter().copied().find(|kind| suffix.eq_ignore_ascii_case(kind))
}

fn files_below(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), RetrievalFileError> {
    let failed =
        |error: std::io::Error| RetrievalFileError::Unreadable { path: folder.to_owned(), reason: error.to_string() };
    let mut entries: Vec<std::fs::DirEntry> =
        std::fs::read_dir(folder).map_err(failed)?.collect::<Result<_, _>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind_of) = (entry.path(), entry.file_type().map_err(failed)?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if kind_of.is_dir() && depth < DEEPEST {
            files_below(&path, depth + 1, files)?;
        } else if kind_of.is_file() && (kind(&path, &TEXTS).is_some() || kind(&path, &JSON_LINES).is_some()) {
            files.push(path);
        }
    }
    Ok(())
}

fn read_file(path: &Path, name: &str, documents: &mut Vec<Document>) -> Result<(), RetrievalFileError> {
    let text = read_text(path)?;
    if kind(path, &JSON_LINES).is_none() {
        if !text.trim().is_empty() {
            let title =
                text.lines().next().and_then(|line| line.strip_prefix("# ")).map(|title| title.trim().to_owned());
            documents.push(Document { id: DocumentId::new(name), title, text, fields: Map::new() });
        }
        return Ok(());
    }
    for (number, line) in lines(&text) {
        let at = |reason: String| RetrievalFileError::Line { path: path.to_owned(), line: number, reason };
        let fields = object(line).map_err(at)?;
        let id =
            text_of(&fields, &["id", "document_id", "doc_id", "_id"]).unwrap_or_else(|| format!("{name}:{number}"));
        let text = text_of(&fields, &["text", "content", "page_content", "body"])
            .ok_or_else(|| at("it has no `text`".to_owned()))?;
        documents.push(Document { id: DocumentId::new(id), title: text_of(&fields, &["title"]), text, fields });
    }
    Ok(())
}
