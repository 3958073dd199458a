//! How many colours a terminal shows, and the nearest one it has.

use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None; bold, underlined and reversed remain.
    None,
    /// The sixteen of the user's palette.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// 24 bits.
    True,
}

/// Finds the depth from the environment: `NO_COLOR`, `COLORTERM`, `TERM`.
pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Depth {
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Depth::None;
    }
    let term = variable("TERM").unwrap_or_default();
    let colorterm = variable("COLORTERM").unwrap_or_default();
    if term == "dumb" {
        Depth::None
    } else if matches!(colorterm.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
        Depth::True
    } else if term.contains("256") || ["kitty", "alacritty", "foot", "ghostty"].iter().any(|name| term.contains(name)) {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}

impl Depth {
    /// The colour of this depth that is nearest to `color`.
    pub fn nearest(self, color: Color) -> Color {
        match (self, color) {
            (Self::None, _) => Color::Reset,
            (Self::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed([r, g, b])),
            (Self::Sixteen, Color::Rgb(r, g, b)) => nearest_ansi([r, g, b]),
            (Self::Sixteen, Color::Indexed(index)) if index >= 16 => nearest_ansi(indexed_rgb(index)),
            _ => color,
        }
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    // Weights as in the common red-mean approximation at medium red: the eye sees green best.
    one.iter().zip(other).zip([3, 4, 2]).map(|((&a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2)).sum()
}

fn indexed_rgb(index: u8) -> [u8; 3] {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        232.. => [8 + (index - 232) * 10; 3],
        16.. => {
            let cube = index - 16;
            [cube / 36, cube / 6 % 6, cube % 6].map(|step| STEPS[usize::from(step)])
        }
        _ => ANSI[usize::from(index)].1,
    }
}

fn nearest_indexed(rgb: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|&index| distance(rgb, indexed_rgb(index))).unwrap_or(15)
}

const ANSI: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [170, 0, 0]),
    (Color::Green, [0, 170, 0]),
    (Color::Yellow, [170, 110, 0]),
    (Color::Blue, [0, 0, 190]),
    (Color::Magenta, [170, 0, 170]),
    (Color::Cyan, [0, 170, 170]),
    (Color::Gray, [190, 190, 190]),
    (Color::DarkGray, [100, 100, 100]),
    (Color::LightRed, [255, 100, 100]),
    (Color::LightGreen, [110, 255, 110]),
    (Color::LightYellow, [255, 255, 110]),
    (Color::LightBlue, [110, 150, 255]),
    (Color::LightMagenta, [255, 110, 255]),
    (Color::LightCyan, [110, 255, 255]),
    (Color::White, [255, 255, 255]),
];

fn nearest_ansi(rgb: [u8; 3]) -> Color {
    ANSI.iter().min_by_key(|(_, known)| distance(rgb, *known)).map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &[(&str, &str)]) -> Depth {
        detect(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn depth_follows_the_environment() {
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "linux"), ("NO_COLOR", "")]), Depth::Sixteen);
    }

    #[test]
    fn colours_map_to_the_nearest() {
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(250, 250, 250)), Color::White);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(244)), Color::DarkGray);
        assert_eq!(Depth::None.nearest(Color::Red), Color::Reset);
        assert_eq!(Depth::Sixteen.nearest(Color::Red), Color::Red);
    }
}
