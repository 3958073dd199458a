//! A file that prompts are read from.

/// Reads a file that a configuration names; paths are relative to it, and the caller keeps them inside its folder.
pub type Load<'l> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'l;

/// A file to read prompts from.
pub struct Source<'s> {
    /// Its path, for messages and for names of prompts that have none; `-` for standard input.
    pub path: &'s str,
    /// Its bytes.
    pub bytes: &'s [u8],
    /// Reads the files that it names.
    pub load: &'s Load<'s>,
}

impl Source<'_> {
    /// The file's name without folders.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(self.path)
    }

    /// The file's name without endings, for prompts that have no name.
    pub(super) fn stem(&self) -> &str {
        let name = self.file_name();
        match name.split('.').next() {
            Some(stem) if !stem.is_empty() && stem != "-" => stem,
            _ => "prompt",
        }
    }

    pub(super) fn text(&self) -> Result<&str, String> {
        let text = std::str::from_utf8(self.bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}
