//! Theme files: TOML with a palette, roles, and another theme to inherit from.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{Role, Theme};

/// The themes compiled in: name and text. The first is the default.
pub const BUILT_IN: [(&str, &str); 8] = [
    ("terminal", include_str!("../../../themes/terminal.toml")),
    ("catppuccin-mocha", include_str!("../../../themes/catppuccin-mocha.toml")),
    ("catppuccin-latte", include_str!("../../../themes/catppuccin-latte.toml")),
    ("gruvbox-dark", include_str!("../../../themes/gruvbox-dark.toml")),
    ("nord", include_str!("../../../themes/nord.toml")),
    ("tokyo-night", include_str!("../../../themes/tokyo-night.toml")),
    ("solarized-light", include_str!("../../../themes/solarized-light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
];

/// How deep themes may inherit.
const DEPTH_LIMIT: usize = 8;

/// What is wrong with a theme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("theme {theme}{}: {message}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct ThemeError {
    /// The theme's name.
    pub theme: String,
    /// The line, from 1, where known.
    pub line: Option<usize>,
    /// What is wrong, and what is expected.
    pub message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, String>,
}

/// The themes there are: those compiled in, and the user's own over them.
#[derive(Clone, Debug)]
pub struct Library {
    texts: BTreeMap<String, String>,
}

impl Default for Library {
    fn default() -> Self {
        Self { texts: BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect() }
    }
}

impl Library {
    /// Adds a theme, in the place of one of the same name.
    pub fn add(&mut self, name: String, text: String) {
        self.texts.insert(name, text);
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// Reads a theme and those it inherits from.
    pub fn load(&self, name: &str) -> Result<Theme, ThemeError> {
        let mut chain = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(current) = next {
            let Some(text) = self.texts.get(&current) else {
                let names = self.names().collect::<Vec<_>>().join(", ");
                return Err(error(name, None, format!("there is no theme `{current}`; there are: {names}")));
            };
            if chain.len() == DEPTH_LIMIT {
                return Err(error(name, None, "it inherits in a circle".to_owned()));
            }
            let mut file: File = toml::from_str(text).map_err(|wrong| {
                let line = wrong.span().map(|span| line_at(text, span.start));
                error(&current, line, wrong.message().to_owned())
            })?;
            next = file.inherits.take();
            chain.push((current, text.as_str(), file));
        }
        resolve(name, &chain)
    }
}

fn error(theme: &str, line: Option<usize>, message: String) -> ThemeError {
    ThemeError { theme: theme.to_owned(), line, message }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The line that sets `key`.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let sets = |line: &str| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ', '\t']).starts_with('='))
    };
    text.lines().position(sets).map(|place| place + 1)
}

/// From the theme asked for (first) to the one that inherits from none: the nearest definition of a role wins.
fn resolve(name: &str, chain: &[(String, &str, File)]) -> Result<Theme, ThemeError> {
    let mut palette = BTreeMap::new();
    for (_, _, file) in chain.iter().rev() {
        palette.extend(file.palette.iter().map(|(key, color)| (key.as_str(), color.as_str())));
    }
    let mut found: [Option<Style>; Role::ALL.len()] = [None; Role::ALL.len()];
    for (theme, text, file) in chain.iter().rev() {
        for (key, value) in &file.roles {
            let wrong = |message| error(theme, line_of(text, key), message);
            let role = Role::parse(key).ok_or_else(|| {
                let known = Role::ALL.map(Role::key).join(", ");
                wrong(format!("there is no role `{key}`; there are: {known}"))
            })?;
            found[role as usize] = Some(style(value, &palette).map_err(wrong)?);
        }
    }
    let mut styles = [Style::default(); Role::ALL.len()];
    for role in Role::ALL {
        let mut from = role;
        while found[from as usize].is_none() && from.fallback() != from {
            from = from.fallback();
        }
        styles[role as usize] = found[from as usize].unwrap_or_default();
    }
    Ok(Theme::new(name.to_owned(), styles))
}

/// Reads `blue bold`, `#1e1e2e on peach`, `default reverse`.
fn style(text: &str, palette: &BTreeMap<&str, &str>) -> Result<Style, String> {
    let mut style = Style::default();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            "on" => {
                let name = words.next().ok_or_else(|| "`on` is followed by a colour".to_owned())?;
                style.bg = Some(color(name, palette)?);
                continue;
            }
            name => {
                style.fg = Some(color(name, palette)?);
                continue;
            }
        };
        style.add_modifier |= modifier;
    }
    Ok(style)
}

fn color(name: &str, palette: &BTreeMap<&str, &str>) -> Result<Color, String> {
    let literal = palette.get(name).copied().unwrap_or(name);
    if literal == "default" {
        return Ok(Color::Reset);
    }
    literal.parse().map_err(|_| {
        format!("`{name}` is no colour: write a name of the palette, one of the 16 names such as `blue`, or `#1e1e2e`")
    })
}
