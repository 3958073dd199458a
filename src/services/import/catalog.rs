//! The list of files imported from elsewhere, so that the index can be made anew from nothing but files.
//!
//! `archive/sources.jsonl`: a CRC-32C of the JSON in hex, a tab, the JSON, a line each; a torn last line is left out.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the content of an imported file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In the archive, by its hash.
    Archive,
    /// Where it was, at its path.
    Link,
}

/// A file imported from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Its path, as in the `sources` table.
    pub path: String,
    /// The format it was read as.
    pub format: String,
    /// The BLAKE3 hash of its content in hex.
    pub hash: String,
    /// Where the content is.
    pub kept: Kept,
}

/// The list of a state directory.
#[derive(Clone, Debug)]
pub struct Catalog {
    path: PathBuf,
}

impl Catalog {
    /// The list of a state directory; nothing is touched.
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("archive").join("sources.jsonl") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All entries, of several with one path and kind the last; damaged lines are left out.
    pub fn entries(&self) -> Vec<CatalogEntry> {
        let text = fs::read(&self.path).unwrap_or_default();
        let mut entries: Vec<CatalogEntry> = Vec::new();
        for entry in text.split(|&byte| byte == b'\n').filter_map(parse) {
            // Two streams from standard input are two sources; a file that changed is one.
            entries.retain(|known| known.path != entry.path || (entry.path == "-" && known.hash != entry.hash));
            entries.push(entry);
        }
        entries
    }

    /// Adds entries; they are on disk when this returns. An entry that is there already is not added again.
    pub fn add(&self, entries: &[CatalogEntry]) -> io::Result<()> {
        let known = self.entries();
        let mut lines = String::new();
        for entry in entries.iter().filter(|entry| !known.contains(entry)) {
            let json = serde_json::to_string(entry)?;
            // A line break first ends a line that a kill has torn.
            let sum = format!("{:08x}", crc32c::crc32c(json.as_bytes()));
            lines.extend(["\n", &sum, "\t", &json, "\n"]);
        }
        if lines.is_empty() {
            return Ok(());
        }
        if let Some(parent) = self.path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    }
}

fn parse(line: &[u8]) -> Option<CatalogEntry> {
    let at = line.iter().position(|&byte| byte == b'\t')?;
    let (sum, json) = (line.get(..at)?, line.get(at + 1..)?);
    let sum = u32::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    if sum != crc32c::crc32c(json) {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, hash: &str) -> CatalogEntry {
        CatalogEntry { path: path.into(), format: "otlp-json".into(), hash: hash.into(), kept: Kept::Archive }
    }

    #[test]
    fn entries_come_back_and_a_torn_line_costs_only_itself() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Catalog::new(dir.path());
        assert_eq!(catalog.entries(), []);
        catalog.add(&[entry("/a", "1")]).unwrap();
        catalog.add(&[entry("-", "2")]).unwrap();
        let whole = fs::read(catalog.path()).unwrap();
        fs::write(catalog.path(), &whole[..whole.len() - 9]).unwrap();
        catalog.add(&[entry("-", "3")]).unwrap();
        catalog.add(&[entry("/a", "4")]).unwrap();
        catalog.add(&[entry("/a", "4")]).unwrap();
        assert_eq!(catalog.entries(), [entry("-", "3"), entry("/a", "4")]);
    }
}
