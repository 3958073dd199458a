//! Spans in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::NamedTempFile;

use super::export::resource;
use super::sink::{Given, OtlpSink};
use crate::domain::cancel::Cancel;
use crate::error::AppError;
use crate::exporters::otlp::{OtlpSpan, request, resource_spans};

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// One JSON document.
    Json,
    /// A JSON document a line, as the Collector writes them.
    JsonLines,
    /// Protobuf.
    Protobuf,
}

impl FileFormat {
    /// The format that a file's suffix names.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "pb" | "binpb" | "protobuf" => Some(Self::Protobuf),
            _ => None,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Protobuf => "protobuf",
        }
    }
}

/// Writes beside the file first, and renames at the end.
pub struct FileSink {
    path: PathBuf,
    format: FileFormat,
    /// `None` once it is finished.
    out: Option<BufWriter<NamedTempFile>>,
    batches: u64,
}

impl FileSink {
    /// A file at a path whose suffix names the format.
    pub fn create(path: &Path, format: FileFormat) -> Result<Self, AppError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file =
            tempfile::Builder::new().prefix(".otlp-").tempfile_in(folder).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), format, out: Some(BufWriter::new(file)), batches: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(bytes).map_err(|error| failed(&self.path, &error))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> AppError {
    AppError::store(format!("{} cannot be written: {error}", path.display()))
}

impl OtlpSink for FileSink {
    fn give(&mut self, spans: &[OtlpSpan], cancel: &Cancel) -> Result<(), AppError> {
        if cancel.is_cancelled() {
            return Err(AppError::new(
                crate::error::ErrorKind::Interrupted,
                "the export was stopped; no file was written",
            ));
        }
        let version = env!("CARGO_PKG_VERSION");
        let is_first = self.batches == 0;
        self.batches += 1;
        match self.format {
            FileFormat::Protobuf => self.write(&request(spans, &resource(), version)),
            FileFormat::JsonLines => {
                let line = json!({"resourceSpans": [resource_spans(spans, &resource(), version)]});
                self.write(format!("{line}\n").as_bytes())
            }
            FileFormat::Json => {
                let before = if is_first { "{\"resourceSpans\":[" } else { "," };
                self.write(format!("{before}{}", resource_spans(spans, &resource(), version)).as_bytes())
            }
        }
    }

    fn finish(&mut self) -> Result<Given, AppError> {
        if self.format == FileFormat::Json {
            let end: &[u8] = if self.batches == 0 { b"{\"resourceSpans\":[]}\n" } else { b"]}\n" };
            self.write(end)?;
        }
        let Some(out) = self.out.take() else { return Ok(Given::default()) };
        let file = out.into_inner().map_err(|error| failed(&self.path, error.error()))?;
        file.as_file().sync_all().map_err(|error| failed(&self.path, &error))?;
        let file: File = file.persist(&self.path).map_err(|error| failed(&self.path, &error.error))?;
        drop(file);
        Ok(Given::default())
    }
}
