//! Line endings: what git keeps with LF may lie in the working tree with CRLF.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue};

use super::error::VcsError;
use super::repository::Repository;

/// What git does with the line endings of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEndings {
    /// Nothing: the file is kept as it is.
    AsTheyAre,
    /// They are kept as LF, and written as LF.
    Lf,
    /// They are kept as LF, and written as CRLF.
    CrLf,
}

impl LineEndings {
    /// A file's text as git keeps it.
    pub fn stored(self, text: String) -> String {
        if self == Self::AsTheyAre || !text.contains('\r') { text } else { text.replace("\r\n", "\n") }
    }

    /// A text that git keeps, as it is written into the working tree.
    pub fn written(self, text: String) -> String {
        if self == Self::CrLf && !text.contains('\r') { text.replace('\n', "\r\n") } else { text }
    }
}

impl Repository {
    /// What git does with a file's line endings, by its attributes and settings.
    pub fn line_endings(&self, path: &Path) -> Result<LineEndings, VcsError> {
        let relative = self.relative(path)?;
        let repository = self.open()?;
        let text = attribute(&repository, &relative, "text")?;
        if text == Attribute::Unset {
            return Ok(LineEndings::AsTheyAre);
        }
        match attribute(&repository, &relative, "eol")? {
            Attribute::CrLf => return Ok(LineEndings::CrLf),
            Attribute::Lf => return Ok(LineEndings::Lf),
            _ => {}
        }
        let config = repository.config()?;
        let setting = |name: &str| config.get_string(name).unwrap_or_default().to_ascii_lowercase();
        let by_settings = match (setting("core.autocrlf").as_str(), setting("core.eol").as_str()) {
            ("true" | "yes" | "on" | "1", _) => LineEndings::CrLf,
            ("input", _) => LineEndings::Lf,
            (_, "crlf") if text != Attribute::Unspecified => LineEndings::CrLf,
            _ if text != Attribute::Unspecified && cfg!(windows) => LineEndings::CrLf,
            _ if text != Attribute::Unspecified => LineEndings::Lf,
            _ => LineEndings::AsTheyAre,
        };
        // Where git is to find out by itself, a file that was committed with CRLF stays so.
        let guessed = text != Attribute::Set;
        if guessed && by_settings != LineEndings::AsTheyAre && committed_with_cr(&repository, &relative) {
            return Ok(LineEndings::AsTheyAre);
        }
        Ok(by_settings)
    }
}

/// The values of the attributes `text` and `eol`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Set,
    Unset,
    Auto,
    CrLf,
    Lf,
    Unspecified,
}

fn attribute(repository: &git2::Repository, path: &Path, name: &str) -> Result<Attribute, VcsError> {
    let value = repository.get_attr_bytes(path, name, AttrCheckFlags::FILE_THEN_INDEX)?;
    Ok(match AttrValue::always_bytes(value) {
        AttrValue::True => Attribute::Set,
        AttrValue::False => Attribute::Unset,
        AttrValue::Bytes(b"auto") => Attribute::Auto,
        AttrValue::Bytes(b"crlf") => Attribute::CrLf,
        AttrValue::Bytes(b"lf") => Attribute::Lf,
        _ => Attribute::Unspecified,
    })
}

fn committed_with_cr(repository: &git2::Repository, path: &Path) -> bool {
    let blob = || {
        let id = repository.index().ok()?.get_path(path, 0)?.id;
        repository.find_blob(id).ok()
    };
    blob().is_some_and(|blob| memchr::memmem::find(blob.content(), b"\r\n").is_some())
}
