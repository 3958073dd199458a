//! What a text is written in, by its file's name.

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// Words only.
    #[default]
    Plain,
    /// Markdown, with front matter where the first line is `---`.
    Markdown,
    /// Dotprompt: front matter, then Markdown with Handlebars tags.
    Dotprompt,
    /// Prompty: front matter, then Markdown with Jinja tags and lines that name a role.
    Prompty,
    /// YAML with `{{variables}}`.
    Yaml,
}

impl Syntax {
    /// What a file of this name is written in.
    pub fn of(file_name: &str) -> Self {
        let lower = file_name.to_lowercase();
        match lower.rsplit('.').next().unwrap_or_default() {
            "prompt" => Self::Dotprompt,
            "prompty" => Self::Prompty,
            "yml" | "yaml" => Self::Yaml,
            "md" | "markdown" => Self::Markdown,
            _ => Self::Plain,
        }
    }
}
