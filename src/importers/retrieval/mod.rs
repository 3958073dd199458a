//! Files around retrieval: which documents answer which questions, documents, and vectors of both.

mod documents;
mod ground_truth;
mod vectors;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use documents::{Document, read_documents};
pub use ground_truth::{JudgedQuestion, read_ground_truth};
pub use vectors::{FileVectors, read_vectors};

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RetrievalFileError {
    /// It cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A line of it is not as it should be.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what belongs there.
        reason: String,
    },
    /// There is nothing in it.
    #[error("{} holds no {what}", path.display())]
    Nothing {
        /// The file or folder.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
}

fn read_text(path: &Path) -> Result<String, RetrievalFileError> {
    let failed = |reason: String| RetrievalFileError::Unreadable { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_owned()))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The lines of a text that say something, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(before, line)| (before + 1, line)).filter(|(_, line)| !line.trim().is_empty())
}

fn object(line: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(line) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err("it is JSON, and no object".to_owned()),
        Err(error) => Err(format!("it is no JSON object ({error})")),
    }
}

/// The first of these fields that holds a text or a number.
fn text_of(fields: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match fields.get(*name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
