//! The characters that lines, bars and marks are made of, in Unicode and in ASCII.

/// A set of characters.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// The mark of the selected row in the gutter.
    pub cursor: &'static str,
    /// A marked row.
    pub mark: &'static str,
    /// Fine.
    pub good: &'static str,
    /// Look at it.
    pub warning: &'static str,
    /// Wrong.
    pub bad: &'static str,
    /// Rated good.
    pub up: &'static str,
    /// Rated bad.
    pub down: &'static str,
    /// In part.
    pub partial: &'static str,
    /// Not known.
    pub none: &'static str,
    /// Between things.
    pub dot: &'static str,
    /// A line across.
    pub horizontal: &'static str,
    /// A line across, of the focused pane.
    pub horizontal_focus: &'static str,
    /// A line down.
    pub vertical: &'static str,
    /// A line down, of the focused pane.
    pub vertical_focus: &'static str,
    /// An open branch of a tree.
    pub open: &'static str,
    /// A closed branch of a tree.
    pub closed: &'static str,
    /// A child with more after it.
    pub tee: &'static str,
    /// The last child.
    pub corner: &'static str,
    /// A full cell of a bar.
    pub full: &'static str,
    /// Eighths of a cell, from one to seven.
    pub eighths: [&'static str; 7],
    /// Heights of a sparkline, from lowest to highest.
    pub heights: [&'static str; 8],
    /// A branch of git.
    pub branch: &'static str,
    /// Something runs.
    pub running: &'static str,
    /// Text goes on.
    pub ellipsis: &'static str,
    /// A blank made visible.
    pub space: &'static str,
    /// The end of a line made visible.
    pub line_end: &'static str,
    /// The end of a prompt for input.
    pub prompt: &'static str,
}

/// For terminals with Unicode.
pub const UNICODE: Glyphs = Glyphs {
    cursor: "▌",
    mark: "●",
    good: "✓",
    warning: "!",
    bad: "✗",
    up: "▲",
    down: "▼",
    partial: "~",
    none: "—",
    dot: "·",
    horizontal: "─",
    horizontal_focus: "━",
    vertical: "│",
    vertical_focus: "┃",
    open: "▾",
    closed: "▸",
    tee: "├",
    corner: "└",
    full: "█",
    eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"],
    heights: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    branch: "⎇",
    running: "⟳",
    ellipsis: "…",
    space: "␣",
    line_end: "⏎",
    prompt: "›",
};

/// For screen readers and terminals without Unicode (`--ascii`).
pub const ASCII: Glyphs = Glyphs {
    cursor: ">",
    mark: "*",
    good: "+",
    warning: "!",
    bad: "x",
    up: "^",
    down: "v",
    partial: "~",
    none: "-",
    dot: "|",
    horizontal: "-",
    horizontal_focus: "=",
    vertical: "|",
    vertical_focus: "#",
    open: "v",
    closed: ">",
    tee: "|",
    corner: "`",
    full: "#",
    eighths: [".", ".", ":", ":", "=", "=", "#"],
    heights: [".", ".", ":", ":", "=", "=", "#", "#"],
    branch: "git:",
    running: "@",
    ellipsis: "~",
    space: "_",
    line_end: "/",
    prompt: ">",
};
