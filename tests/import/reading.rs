//! Reads files the way an import does, into memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hindcast::domain::ids::SourceId;
use hindcast::domain::span::Span;
use hindcast::importers::{self, Batch, BatchSink, Input, SinkClosed, SpanPatch, container};

/// Everything one or more files gave.
#[derive(Default)]
pub struct Read {
    pub batch: Batch,
    pub formats: Vec<(PathBuf, Option<&'static str>)>,
}

impl BatchSink for Read {
    fn accept(&mut self, batch: Batch) -> Result<(), SinkClosed> {
        self.batch.append(batch);
        Ok(())
    }
}

impl Read {
    /// Spans by their key, the more complete of two, with all patches applied.
    pub fn spans(&self) -> BTreeMap<(String, String), Span> {
        let mut spans: BTreeMap<(String, String), Span> = BTreeMap::new();
        for span in &self.batch.spans {
            let key = (span.trace_id.as_str().to_owned(), span.span_id.as_str().to_owned());
            let is_better = spans.get(&key).is_none_or(|known| span.completeness() > known.completeness());
            if is_better {
                spans.insert(key, span.clone());
            }
        }
        for patch in &self.batch.patches {
            let key = (patch.trace_id.as_str().to_owned(), patch.span_id.as_str().to_owned());
            if let Some(span) = spans.get_mut(&key) {
                SpanPatch::apply_to(patch, span);
            }
        }
        spans
    }

    pub fn bytes(&mut self, content: &[u8]) -> Option<&'static str> {
        let opened = container::open(content).ok()?;
        let importer = importers::recognise(&opened.head)?;
        let input = Input { reader: opened.reader, source_id: SourceId::from("test") };
        if let Err(error) = importer.read(input, self) {
            self.batch.skipped.push(importers::Skipped { line: None, reason: error.to_string() });
        }
        Some(importer.name())
    }

    pub fn file(&mut self, path: &Path) {
        let content = std::fs::read(path).unwrap();
        let format = self.bytes(&content);
        self.formats.push((path.to_owned(), format));
    }

    pub fn folder(path: &Path) -> Self {
        let mut read = Self::default();
        let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().filter(|file| file.is_file()).for_each(|file| read.file(file));
        read
    }
}

/// The recordings in the repository.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recorded")
}
