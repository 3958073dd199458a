use ratatui::style::{Color, Modifier};

use super::*;

fn luminance(color: Color) -> f64 {
    let Color::Rgb(r, g, b) = color else { panic!("{color:?} has no fixed value") };
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// The ratio of the Web Content Accessibility Guidelines 2.2, 1.4.3.
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_theme_loads_and_its_text_can_be_read() {
    let library = Library::default();
    for (name, _) in BUILT_IN {
        let theme = library.load(name).unwrap();
        if name == "terminal" {
            continue;
        }
        let ground = theme.style(Role::Text).bg.expect("a ground");
        for role in Role::ALL {
            if matches!(role, Role::Border) {
                continue;
            }
            let style = theme.style(role);
            let (fg, bg) = (style.fg.or(theme.style(Role::Text).fg).unwrap(), style.bg.unwrap_or(ground));
            let found = contrast(fg, bg);
            assert!(found >= 4.5, "{name}: {} has a contrast of {found:.2}", role.key());
        }
        let on_selection = contrast(theme.style(Role::Text).fg.unwrap(), theme.style(Role::Selection).bg.unwrap());
        assert!(on_selection >= 4.5, "{name}: text on the selection has {on_selection:.2}");
    }
}

#[test]
fn the_default_uses_only_the_terminals_own_colours() {
    let theme = Library::default().load("terminal").unwrap();
    for role in Role::ALL {
        let style = theme.style(role);
        for color in [style.fg, style.bg].into_iter().flatten() {
            assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{}", role.key());
        }
    }
}

#[test]
fn without_colour_selection_and_hidden_text_are_still_seen() {
    let library = Library::default();
    for (name, _) in BUILT_IN {
        let theme = library.load(name).unwrap().at(Depth::None);
        for role in [Role::Selection, Role::Hidden] {
            let style = theme.style(role);
            assert!(style.add_modifier.contains(Modifier::REVERSED), "{name} {}", role.key());
            assert!(style.fg.is_none_or(|color| color == Color::Reset));
        }
    }
}

#[test]
fn added_and_removed_differ_for_eyes_that_see_no_red_and_green() {
    let theme = Library::default().load("high-contrast").unwrap();
    let (added, removed) = (theme.style(Role::Added).fg.unwrap(), theme.style(Role::Removed).fg.unwrap());
    let (Color::Rgb(_, _, added), Color::Rgb(_, _, removed)) = (added, removed) else { panic!() };
    assert!(added.abs_diff(removed) > 120, "they differ in blue, which such eyes see");
}

#[test]
fn a_users_theme_inherits_and_its_mistakes_have_a_line() {
    let mut library = Library::default();
    library.add(
        "mine".into(),
        "inherits = \"nord\"\n[palette]\npink = \"#ff00ff\"\n[roles]\naccent = \"pink bold\"\n".into(),
    );
    let theme = library.load("mine").unwrap();
    assert_eq!(theme.style(Role::Accent).fg, Some(Color::Rgb(255, 0, 255)));
    assert_eq!(theme.style(Role::Text), library.load("nord").unwrap().style(Role::Text));

    library.add("bad".into(), "[roles]\ntext = \"white\"\naccnt = \"blue\"\n".into());
    let error = library.load("bad").unwrap_err();
    assert_eq!(error.line, Some(3), "{error}");
    library.add("bad".into(), "[roles]\naccent = \"blu\"\n".into());
    assert_eq!(library.load("bad").unwrap_err().line, Some(2));
    library.add("bad".into(), "[rolls]\naccent = \"blue\"\n".into());
    assert_eq!(library.load("bad").unwrap_err().line, Some(1));
    library.add("loop".into(), "inherits = \"loop\"\n".into());
    assert!(library.load("loop").unwrap_err().message.contains("circle"));
    assert!(library.load("nope").unwrap_err().to_string().contains("gruvbox-dark"));
}
