//! Flags that change the chunks of the cases of a replay.

use std::path::Path;

use serde_json::Map;

use crate::domain::run::ChunkEdit;
use crate::error::AppError;

/// Changes to the chunks of every case.
#[derive(Debug, Default, clap::Args)]
pub struct ChunkFlags {
    /// Leave out the chunk of this rank, from 1; may be repeated
    #[arg(long, value_name = "RANK", value_parser = clap::value_parser!(u32).range(1..))]
    pub drop_chunk: Vec<u32>,
    /// Put another text in the place of the chunk of this rank: a file's, else the text itself; may be repeated
    #[arg(long, value_name = "RANK=FILE|TEXT", value_parser = ranked)]
    pub edit_chunk: Vec<(u32, String)>,
    /// Add a chunk behind the others: a file's text, with the file's name as its document, else the text itself; may be
    /// repeated
    #[arg(long, value_name = "FILE|TEXT")]
    pub add_chunk: Vec<String>,
    /// Give the chunks in this order of ranks, such as 3,1,2; added chunks count on behind the last recorded one, and those
    /// that are not named follow
    #[arg(long, value_name = "RANKS", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub order: Vec<u32>,
}

impl ChunkFlags {
    /// The edits, in the order in which they are applied.
    pub fn edits(&self) -> Result<Vec<ChunkEdit>, AppError> {
        let mut edits: Vec<ChunkEdit> = self.drop_chunk.iter().map(|rank| ChunkEdit::Drop(*rank)).collect();
        for (rank, text) in &self.edit_chunk {
            let (content, _) = file_or_text(text)?;
            edits.push(ChunkEdit::Replace { rank: *rank, content });
        }
        for text in &self.add_chunk {
            let (content, document_id) = file_or_text(text)?;
            edits.push(ChunkEdit::Add { content, document_id, after: None, metadata: Map::new() });
        }
        if !self.order.is_empty() {
            edits.push(ChunkEdit::Order(self.order.clone()));
        }
        Ok(edits)
    }
}

/// Reads `RANK=TEXT`.
fn ranked(text: &str) -> Result<(u32, String), String> {
    let said = text.split_once('=').and_then(|(rank, text)| Some((rank.trim().parse::<u32>().ok()?, text)));
    match said {
        Some((rank, text)) if rank > 0 => Ok((rank, text.to_owned())),
        _ => Err("write RANK=FILE or RANK=TEXT, ranks count from 1: 2=\"Refunds take 14 days.\"".to_owned()),
    }
}

/// The text of a file and its name without suffix where there is such a file, else the text itself.
fn file_or_text(text: &str) -> Result<(String, Option<String>), AppError> {
    let path = Path::new(text);
    // A text of several lines, or one too long for a name, is no file.
    if text.contains('\n') || !path.is_file() {
        return Ok((text.to_owned(), None));
    }
    let content = std::fs::read_to_string(path)
        .map_err(|error| AppError::usage(format!("{text} cannot be read as a chunk's text: {error}")))?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    Ok((content.trim_end_matches(['\n', '\r']).to_owned(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_names_its_document() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("refunds.md");
        std::fs::write(&path, "Refunds take 14 days.\n").unwrap();
        let flags = ChunkFlags {
            drop_chunk: vec![2],
            edit_chunk: vec![ranked("1=New text").unwrap()],
            add_chunk: vec![path.display().to_string(), "Just text".into()],
            order: vec![4, 1],
        };
        let add = |content: &str, document_id: Option<&str>| ChunkEdit::Add {
            content: content.into(),
            document_id: document_id.map(str::to_owned),
            after: None,
            metadata: Map::new(),
        };
        assert_eq!(
            flags.edits().unwrap(),
            [
                ChunkEdit::Drop(2),
                ChunkEdit::Replace { rank: 1, content: "New text".into() },
                add("Refunds take 14 days.", Some("refunds")),
                add("Just text", None),
                ChunkEdit::Order(vec![4, 1]),
            ]
        );
        assert!(ranked("x").is_err() && ranked("0=x").is_err());
    }
}
