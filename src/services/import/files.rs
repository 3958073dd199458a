//! The files that paths on a command line stand for.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories are not entered deeper than this, so that no odd file system keeps an import busy for ever.
const DEEPEST: usize = 64;

/// How a file came to be imported: what a walk finds may be anything, what was named is meant to be a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The user named it.
    Named,
    /// It is in a directory that the user named.
    Walked,
}

/// A file to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its path; `-` is standard input.
    pub path: PathBuf,
    /// How it was found.
    pub found: Found,
    /// Its size in bytes, 0 where unknown.
    pub bytes: u64,
}

/// The files behind the paths, in order, directories walked by name; hidden files and links to directories are left out.
pub fn expand(paths: &[PathBuf]) -> Vec<FoundFile> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() != "-" && path.is_dir() {
            walk(path, 0, &mut files);
        } else {
            let bytes = fs::metadata(path).map_or(0, |about| about.len());
            files.push(FoundFile { path: path.clone(), found: Found::Named, bytes });
        }
    }
    files
}

fn walk(directory: &Path, depth: usize, files: &mut Vec<FoundFile>) {
    let Ok(entries) = fs::read_dir(directory) else {
        // The file report says why it cannot be read.
        files.push(FoundFile { path: directory.to_owned(), found: Found::Named, bytes: 0 });
        return;
    };
    let mut entries: Vec<fs::DirEntry> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let Ok(kind) = entry.file_type() else { continue };
        if is_hidden {
            continue;
        }
        let path = entry.path();
        if kind.is_dir() && depth < DEEPEST {
            walk(&path, depth + 1, files);
        } else if let Ok(about) = fs::metadata(&path)
            && about.is_file()
        {
            files.push(FoundFile { path, found: Found::Walked, bytes: about.len() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_walked_by_name_without_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.jsonl", "a/2.pb", "a/1.pb", ".hindcast/index", "a/.x"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let found = expand(&[dir.path().to_owned(), PathBuf::from("-")]);
        let names: Vec<String> = found
            .iter()
            .map(|file| file.path.strip_prefix(dir.path()).unwrap_or(&file.path).display().to_string())
            .collect();
        assert_eq!(names, ["a/1.pb", "a/2.pb", "b.jsonl", "-"]);
        assert_eq!((found[0].found, found[0].bytes, found[3].found), (Found::Walked, 1, Found::Named));
    }
}
