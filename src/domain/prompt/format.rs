//! Which format a prompt file has, told by its name.

use std::path::{Component, Path};

/// A format of prompt files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromptFormat {
    /// Google's Dotprompt: `.prompt`, Handlebars.
    Dotprompt,
    /// Microsoft's Prompty: `.prompty`, Jinja.
    Prompty,
    /// GitHub Models: `.prompt.yml`, plain `{{name}}`.
    GithubModels,
    /// Text or Markdown: one user message with plain `{{name}}`.
    Text,
}

/// Name endings by format; a longer one stands before a shorter one that it ends with.
const ENDINGS: [(&str, PromptFormat); 6] = [
    (".prompt.yml", PromptFormat::GithubModels),
    (".prompt.yaml", PromptFormat::GithubModels),
    (".prompty", PromptFormat::Prompty),
    (".prompt", PromptFormat::Dotprompt),
    (".txt", PromptFormat::Text),
    (".md", PromptFormat::Text),
];

impl PromptFormat {
    /// The format's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dotprompt => "dotprompt",
            Self::Prompty => "prompty",
            Self::GithubModels => "github-models",
            Self::Text => "text",
        }
    }
}

/// The name and format of a prompt file from its path below `prompts/`: the path without suffix, with slashes.
///
/// `None` for what is no prompt: other suffixes, hidden files, readmes, names that are no text, and partials (`_x.prompt`).
pub fn prompt_name(path: &Path) -> Option<(String, PromptFormat)> {
    let mut parts = Vec::new();
    for component in path.components() {
        let Component::Normal(part) = component else { return None };
        parts.push(part.to_str().filter(|part| !part.starts_with('.'))?);
    }
    let file = parts.pop()?;
    let (ending, format) =
        ENDINGS.into_iter().find(|(ending, _)| file.len() > ending.len() && file.ends_with(ending))?;
    let stem = &file[..file.len() - ending.len()];
    let readme = format == PromptFormat::Text && stem.eq_ignore_ascii_case("readme");
    if readme || stem.starts_with('_') {
        return None;
    }
    parts.push(stem);
    Some((parts.join("/"), format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_path_without_suffix() {
        let name =
            |path: &str| prompt_name(Path::new(path)).map(|(name, format)| format!("{name} {}", format.as_str()));
        assert_eq!(name("answer.prompt").as_deref(), Some("answer dotprompt"));
        assert_eq!(name("support/answer.de.prompt").as_deref(), Some("support/answer.de dotprompt"));
        assert_eq!(name("a.prompt.yml").as_deref(), Some("a github-models"));
        assert_eq!(name("a.prompty").as_deref(), Some("a prompty"));
        assert_eq!(name("notes.md").as_deref(), Some("notes text"));
        for none in ["_part.prompt", "README.md", ".hidden.txt", ".d/x.txt", "x.json", ".prompt", "../x.txt"] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
