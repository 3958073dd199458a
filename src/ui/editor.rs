//! Handing a text to the user's own editor.

use std::io::Write as _;
use std::process::Command;

/// The editor's command line: `$VISUAL`, else `$EDITOR`, else `vi`.
pub fn command(variable: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, String> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let line = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    match shlex::split(&line) {
        Some(words) if !words.is_empty() => Ok(words),
        _ => Err(format!("the editor's command line `{line}` cannot be read; set $VISUAL or $EDITOR")),
    }
}

/// Opens `text` in the editor and waits; the text as saved, or why there is none. Any failure keeps the old text.
///
/// The caller has given the terminal back and does not read from it.
pub fn edit(text: &str, suffix: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let words = command(variable)?;
    let failed = |what: &str, error: std::io::Error| format!("{what}: {error}; the text is as it was");
    let mut file = tempfile::Builder::new()
        .prefix("hindcast-")
        .suffix(suffix)
        .tempfile()
        .map_err(|error| failed("no temporary file", error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed("cannot write a temporary file", error))?;
    let path = file.into_temp_path();
    let status = Command::new(&words[0])
        .args(&words[1..])
        .arg(&path)
        .status()
        .map_err(|error| failed(&format!("cannot start `{}`", words[0]), error))?;
    if !status.success() {
        return Err(format!("`{}` ended with {status}; the text is as it was", words[0]));
    }
    let bytes = std::fs::read(&path).map_err(|error| failed("cannot read the edited text", error))?;
    String::from_utf8(bytes).map_err(|_| "the edited text is not UTF-8; the text is as it was".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(visual: &str) -> impl Fn(&str) -> Option<String> {
        move |name| (name == "VISUAL").then(|| visual.to_owned())
    }

    #[test]
    fn the_command_line_is_split_as_a_shell_would() {
        assert_eq!(command(with("'my editor' -w")).unwrap(), ["my editor", "-w"]);
        assert_eq!(command(|_| None).unwrap(), ["vi"]);
        assert!(command(with("code 'open")).is_err());
    }

    #[test]
    fn what_the_editor_saved_comes_back_and_failure_keeps_the_text() {
        assert_eq!(edit("one", ".md", with("sh -c 'printf two >> \"$0\"'")).unwrap(), "onetwo");
        assert!(edit("one", ".md", with("false")).unwrap_err().contains("as it was"));
        assert!(edit("one", ".md", with("/no/such/editor")).unwrap_err().contains("/no/such/editor"));
    }
}
