//! File names from names that came from outside.

use std::path::PathBuf;

/// Most bytes of one part of a path; the longest suffix still fits behind it.
const MOST_PART: usize = 200;
/// Most parts.
const MOST_PARTS: usize = 8;
/// Names of devices on Windows, where a checkout of the repository could not be made.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The path below `prompts/` for a name, without suffix: `/` makes folders, blanks and odd signs become `-`.
///
/// The error says why a name is refused: a path that leads elsewhere, hidden or reserved parts, control characters,
/// no letters at all, too long.
pub fn path_of_name(name: &str) -> Result<PathBuf, String> {
    if name.chars().any(char::is_control) {
        return Err("the name holds control characters".to_owned());
    }
    if name.len() > MOST_PART * 2 {
        return Err(format!("the name is longer than {} bytes", MOST_PART * 2));
    }
    if name.starts_with(['/', '\\', '~']) || name.chars().nth(1) == Some(':') {
        return Err("the name is an absolute path".to_owned());
    }
    let parts: Vec<&str> = name.split(['/', '\\']).collect();
    if parts.len() > MOST_PARTS {
        return Err(format!("the name has more than {MOST_PARTS} folders"));
    }
    let mut path = PathBuf::new();
    for part in parts {
        path.push(path_part(part)?);
    }
    Ok(path)
}

fn path_part(part: &str) -> Result<String, String> {
    let part = part.trim();
    if part == "." || part == ".." {
        return Err("the name leads out of its folder".to_owned());
    }
    if part.starts_with('.') {
        return Err(format!("`{part}` would be a hidden file"));
    }
    let mut clean = String::new();
    for c in part.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '@') { c } else { '-' };
        // One `-` for several signs in a row; `@` divides a name from its version.
        let c = if c == '@' { '-' } else { c };
        if !(c == '-' && clean.ends_with('-')) {
            clean.push(c);
        }
    }
    let clean = clean.trim_matches(['-', '.']).trim_start_matches('_').to_owned();
    if !clean.chars().any(char::is_alphanumeric) {
        return Err(format!("`{part}` has no letter or digit to make a file name of"));
    }
    if clean.len() > MOST_PART {
        return Err(format!("a part of the name is longer than {MOST_PART} bytes"));
    }
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.len() == 4
        && (stem.starts_with("com") || stem.starts_with("lpt"))
        && stem.ends_with(|c: char| c.is_ascii_digit());
    if DEVICES.contains(&stem.as_str()) || numbered {
        return Err(format!("`{part}` is reserved on Windows"));
    }
    if clean.eq_ignore_ascii_case("readme") {
        return Err("a prompt cannot be named README".to_owned());
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_make_folders_and_odd_signs_dashes() {
        let path = |name: &str| path_of_name(name).unwrap().to_string_lossy().into_owned();
        assert_eq!(path("support/answer-from-docs"), "support/answer-from-docs");
        assert_eq!(path("Answer from: docs!"), "Answer-from-docs");
        assert_eq!(path("größe/v1.2"), "größe/v1.2");
        assert_eq!(path("a@b"), "a-b");
    }

    #[test]
    fn hostile_names_are_refused() {
        let long = "x".repeat(10_000);
        for name in [
            "../x",
            "a/../b",
            "/etc/passwd",
            "\\\\server\\x",
            "C:\\x",
            "~/x",
            "a\0b",
            "a\nb",
            ".git/config",
            "a/.x",
            "nul",
            "Con.txt",
            "a/com1",
            "",
            "a//b",
            "...",
            "!!",
            "\u{202e}",
            &long,
            "a/b/c/d/e/f/g/h/i",
            "README",
        ] {
            assert!(path_of_name(name).is_err(), "{name:?}");
        }
    }
}
