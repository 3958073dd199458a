//! What stdout and stderr are connected to, and what that allows.

use std::io::IsTerminal;

use clap::ValueEnum;

use crate::services::doctor::TerminalFacts;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set or TERM is dumb
    #[default]
    Auto,
    /// Always, on a pipe too
    Always,
    /// Never
    Never,
}

/// Whether escape sequences for colours may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// They may.
    Yes,
    /// They may not.
    No,
}

/// What a stream leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Whether it is a terminal, and how wide; `None` for a pipe or file.
    pub columns: Option<usize>,
    /// Whether to use colours on it.
    pub colour: Colour,
}

/// Width in columns of a terminal that does not tell.
const USUAL_COLUMNS: usize = 120;

impl Stream {
    /// The standard output of this process.
    pub fn stdout(when: When) -> Self {
        let stdout = std::io::stdout();
        let columns = stdout.is_terminal().then(|| width(&stdout));
        Self { columns, colour: colour(when, columns.is_some()) }
    }

    /// The standard error of this process.
    pub fn stderr(when: When) -> Self {
        let stderr = std::io::stderr();
        let columns = stderr.is_terminal().then(|| width(&stderr));
        Self { columns, colour: colour(when, columns.is_some()) }
    }

    /// Whether it is a terminal.
    pub const fn is_terminal(self) -> bool {
        self.columns.is_some()
    }

    /// Puts an SGR sequence around a text that is already safe.
    pub fn paint(self, style: Paint, text: &str) -> String {
        match self.colour {
            Colour::No => text.to_owned(),
            Colour::Yes => format!("\u{1b}[{}m{text}\u{1b}[0m", style.sgr()),
        }
    }
}

/// The few styles that plain output knows; none carries meaning alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Heads of tables and sections.
    Bold,
    /// Secondary text.
    Dim,
    /// Fine.
    Good,
    /// To be looked at.
    Warning,
    /// Wrong.
    Bad,
}

impl Paint {
    const fn sgr(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
        }
    }
}

/// Whether a person sits at both ends: keys can be read and screens drawn.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !is_dumb()
}

/// Whether a question on stderr can be answered on stdin.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

fn colour(when: When, is_terminal: bool) -> Colour {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match when {
        When::Always => Colour::Yes,
        When::Auto if is_terminal && !no_color && !is_dumb() => Colour::Yes,
        When::Auto | When::Never => Colour::No,
    }
}

fn width(stream: &impl std::os::fd::AsFd) -> usize {
    let told = rustix::termios::tcgetwinsize(stream).map_or(0, |size| usize::from(size.ws_col));
    let variable = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    [Some(told), variable()].into_iter().flatten().find(|columns| *columns > 0).unwrap_or(USUAL_COLUMNS)
}

/// What is known of the terminal on stdout.
pub fn facts() -> TerminalFacts {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let stdout = std::io::stdout();
    let size = stdout.is_terminal().then(|| rustix::termios::tcgetwinsize(&stdout).ok()).flatten();
    let name = variable("TERM");
    let true_colour = variable("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
    let colours = match &name {
        _ if true_colour => "true colour",
        Some(name) if name.contains("256color") => "256 colours",
        Some(name) if name == "dumb" => "no colours",
        _ => "16 colours",
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    TerminalFacts {
        size: size.map(|size| (size.ws_col, size.ws_row)),
        colours: colours.to_owned(),
        name,
        utf8: locale.contains("utf-8") || locale.contains("utf8"),
    }
}
