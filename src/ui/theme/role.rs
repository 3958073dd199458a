//! What a colour is used for; screens name roles and never colours.

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident $key:literal or $fallback:ident;)*) => {
        /// What a style is used for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$doc])* $name,)* }

        impl Role {
            /// Every role.
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$name),*];

            /// The role's name in theme files.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The role whose style is used where a theme does not name this one.
            #[must_use]
            pub const fn fallback(self) -> Self {
                match self { $(Self::$name => Self::$fallback,)* }
            }
        }
    };
}

roles! {
    /// Plain text on the background.
    Text "text" or Text;
    /// Secondary text.
    Dim "dim" or Text;
    /// What stands out: names of panes, the active tab.
    Accent "accent" or Text;
    /// Headings and heads of columns.
    Heading "heading" or Accent;
    /// Fine.
    Good "good" or Accent;
    /// Look at this.
    Warning "warning" or Accent;
    /// Wrong.
    Bad "bad" or Warning;
    /// The row under the cursor.
    Selection "selection" or Accent;
    /// The row under the cursor of a pane without focus.
    SelectionIdle "selection_idle" or Selection;
    /// Marks of marked rows.
    Mark "mark" or Accent;
    /// Hidden and control characters made visible; nothing else looks like it.
    Hidden "hidden" or Bad;
    /// What a search found.
    Match "match" or Selection;
    /// Lines between panes.
    Border "border" or Dim;
    /// The line of the focused pane.
    BorderFocus "border_focus" or Accent;
    /// Keys in hints.
    Key "key" or Accent;
    /// Text being typed.
    Input "input" or Text;
    /// Ground of dialogs and lists above the screen.
    Overlay "overlay" or Text;
    /// Added text.
    Added "added" or Good;
    /// Removed text.
    Removed "removed" or Bad;
    /// Keywords and names in code and JSON.
    CodeKey "code_key" or Accent;
    /// Strings in code and JSON.
    CodeString "code_string" or Good;
    /// Numbers in code and JSON.
    CodeNumber "code_number" or Warning;
    /// Comments in code.
    CodeComment "code_comment" or Dim;
    /// First series of a chart.
    Series1 "series_1" or Accent;
    /// Second series.
    Series2 "series_2" or Warning;
    /// Third series.
    Series3 "series_3" or Good;
    /// Fourth series.
    Series4 "series_4" or Bad;
    /// Fifth series.
    Series5 "series_5" or Text;
    /// Sixth series.
    Series6 "series_6" or Dim;
}

impl Role {
    /// Reads a role's name in theme files.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Whether the role is seen by its background, which must not get lost without colour.
    pub const fn is_told_by_background(self) -> bool {
        matches!(self, Self::Selection | Self::SelectionIdle | Self::Hidden | Self::Match)
    }

    /// The roles of chart series, in order.
    pub const SERIES: [Self; 6] =
        [Self::Series1, Self::Series2, Self::Series3, Self::Series4, Self::Series5, Self::Series6];
}
