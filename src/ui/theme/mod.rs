//! Themes: what a colour means, and where it comes from.

mod depth;
mod load;
mod role;

pub use depth::{Depth, detect};
pub use load::{BUILT_IN, Library, ThemeError};
pub use role::Role;

use ratatui::style::{Modifier, Style};

/// A style for every role, ready for the terminal's depth of colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    styles: [Style; Role::ALL.len()],
}

impl Theme {
    /// A theme from its styles, in the order of [`Role::ALL`].
    pub const fn new(name: String, styles: [Style; Role::ALL.len()]) -> Self {
        Self { name, styles }
    }

    /// A theme that styles nothing.
    pub fn plain(name: &str) -> Self {
        Self::new(name.to_owned(), [Style::new(); Role::ALL.len()])
    }

    /// The theme's name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The same theme with colours that the terminal can show.
    ///
    /// Without colour, what is told by a background is told by reversing.
    #[must_use]
    pub fn at(&self, depth: Depth) -> Self {
        let mut theme = self.clone();
        for role in Role::ALL {
            let style = &mut theme.styles[role as usize];
            let told_by_background = style.bg.is_some() && role.is_told_by_background();
            style.fg = style.fg.map(|color| depth.nearest(color));
            style.bg = style.bg.map(|color| depth.nearest(color));
            if depth == Depth::None && told_by_background {
                style.add_modifier |= Modifier::REVERSED;
            }
        }
        theme
    }
}

#[cfg(test)]
mod tests;
