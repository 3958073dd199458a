//! Reading journals.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::error::{Result, StoreError};
use super::line;
use super::record::JournalRecord;

/// A line that could not be used; the rest of its file was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalDamage {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
    /// Whether it is the file's last line without its end, as a kill in the middle of a write leaves it.
    pub torn: bool,
}

impl fmt::Display for JournalDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, reason, torn } = self;
        if *torn {
            write!(
                f,
                "{}:{line}: the last line is not complete; it was never confirmed and is left out",
                path.display()
            )
        } else {
            write!(f, "{}:{line}: {reason}; the line is left out", path.display())
        }
    }
}

/// A journal, read.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalFile {
    /// The file.
    pub path: PathBuf,
    /// Its good records in order.
    pub records: Vec<JournalRecord>,
    /// Its bad lines.
    pub damage: Vec<JournalDamage>,
}

/// Reads one journal.
pub fn read_journal(path: &Path) -> Result<JournalFile> {
    let bytes = fs::read(path).map_err(|error| StoreError::file(path, error))?;
    let mut file = JournalFile { path: path.to_owned(), records: Vec::new(), damage: Vec::new() };
    let mut number = 0;
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        number += 1;
        let end = memchr::memchr(b'\n', rest);
        let (text, torn) = end.map_or((rest, true), |end| (&rest[..end], false));
        rest = end.map_or(&[][..], |end| &rest[end + 1..]);
        match line::decode(text) {
            // A last line without line feed was never confirmed, even where its checksum fits.
            Ok(record) if !torn => file.records.push(record),
            Ok(_) => {
                file.damage.push(JournalDamage { path: path.to_owned(), line: number, reason: String::new(), torn });
            }
            Err(reason) => file.damage.push(JournalDamage { path: path.to_owned(), line: number, reason, torn }),
        }
    }
    Ok(file)
}

/// Reads every journal of a state directory by file name; none where there is no directory yet.
pub fn read_journals(state_dir: &Path) -> Result<Vec<JournalFile>> {
    journal_paths(state_dir)?.iter().map(|path| read_journal(path)).collect()
}

/// The journals of a state directory by file name.
pub(in crate::store) fn journal_paths(state_dir: &Path) -> Result<Vec<PathBuf>> {
    let dir = state_dir.join("journal");
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::file(&dir, error)),
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "jsonl"))
        .collect();
    paths.sort();
    Ok(paths)
}
