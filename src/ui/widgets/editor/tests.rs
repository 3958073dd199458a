//! The editor as its user meets it: keys in, text and pictures out.

use std::cell::Cell;

use proptest::prelude::*;
use ratatui::buffer::Buffer as Screen;
use ratatui::layout::Rect;

use super::{Editor, LineMark, Numbers, Outcome, Place, Severity, Style, Syntax, Unsaved, Wrap};
use crate::domain::time::Timestamp;
use crate::ui::chord::{Chord, Key};
use crate::ui::glyphs;
use crate::ui::input::{Mouse, MouseKind};
use crate::ui::keymap::Keymap;
use crate::ui::screens::DrawCx;
use crate::ui::text;
use crate::ui::theme::{Library, Role};
use crate::ui::widgets::line_input::Active;

/// The screen after drawing, and where the terminal's cursor is.
fn drawn(editor: &Editor, width: u16, height: u16) -> (Screen, Option<(u16, u16)>) {
    let theme = Library::default().load("gruvbox-dark").unwrap();
    let (keymap, cursor) = (Keymap::default(), Cell::new(None));
    let now = Timestamp::parse_rfc3339("2026-11-23T06:50:00Z").unwrap();
    let cx = DrawCx { theme: &theme, keymap: &keymap, now, glyphs: &glyphs::UNICODE, cursor: &cursor, covered: false };
    let mut screen = Screen::empty(Rect::new(0, 0, width, height));
    editor.draw(screen.area, &mut screen, &cx, Active::Yes);
    (screen, cursor.get())
}

fn picture(editor: &Editor, width: u16, height: u16) -> String {
    let (screen, cursor) = drawn(editor, width, height);
    let mut out = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            if cursor == Some((x, y)) {
                line.push('▮');
            }
            let symbol = screen[(x, y)].symbol();
            line.push_str(symbol);
            x += (text::width(symbol) as u16).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn pressed(text: &str, style: Style, keys: &str) -> Editor {
    let mut editor = Editor::new(text, style, Syntax::Plain);
    for key in keys.split_whitespace() {
        editor.key(Chord::parse(key).unwrap());
    }
    editor
}

fn plain(text: &str, keys: &str) -> String {
    let editor = pressed(text, Style::Plain, keys);
    let (before, after) = editor.text().split_at(editor.offset());
    format!("{before}|{after}")
}

#[test]
fn plain_keys_are_those_of_common_editors() {
    for (text, keys, expected) in [
        ("ab", "right enter x", "a\nx|b"),
        ("  ab", "end enter x", "  ab\n  x|"),
        ("ab", "tab", "  |ab"),
        ("one two", "ctrl-right x", "one x|two"),
        ("one two", "end ctrl-backspace", "one |"),
        ("one two", "end ctrl-w", "one |"),
        ("one\ntwo", "end delete", "one|two"),
        ("one\ntwo", "down backspace", "one|two"),
        ("one two", "ctrl-delete", "|two"),
        ("  one", "end home x", "  x|one"),
        ("  one", "end home home x", "x|  one"),
        ("one\ntwo\n", "ctrl-end x", "one\ntwo\nx|"),
        ("one two", "shift-right shift-right shift-right x", "x| two"),
        ("one two", "shift-ctrl-right ctrl-x end ctrl-v", "twoone |"),
        ("one\ntwo\n", "ctrl-x ctrl-v ctrl-v", "one\none\n|two\n"),
        ("one two", "shift-right shift-right left x", "x|one two"),
        ("one two", "shift-right shift-right right x", "onx|e two"),
        ("abc", "x y z ctrl-z", "|abc"),
        ("abc", "x y z ctrl-z ctrl-y", "xyz|abc"),
        ("abc", "x space y ctrl-z", "x |abc"),
        ("abc", "x right y ctrl-z", "xa|bc"),
        ("one two", "right ctrl-k", "o|"),
        ("one\ntwo", "down down", "one\n|two"),
        ("a\r\nb", "enter", "\r\n|a\r\nb"),
        ("a\r\nb", "end delete", "a|b"),
        ("e\u{301}x", "right backspace", "|x"),
        ("👩\u{200d}🚀x", "delete", "|x"),
        ("one two one", "ctrl-f t w o enter x", "one x|two one"),
        ("one two one", "ctrl-f t w esc x", "x|one two one"),
        ("Aa aA", "ctrl-f A enter f3 x", "Aa ax|A"),
    ] {
        assert_eq!(plain(text, keys), expected, "{text:?} {keys}");
    }
}

#[test]
fn what_the_screen_must_do_is_told() {
    for (keys, expected) in [
        (": w enter", Outcome::Save),
        (": q enter", Outcome::Quit(Unsaved::Keep)),
        (": q ! enter", Outcome::Quit(Unsaved::Discard)),
        (": w q enter", Outcome::SaveAndQuit),
        (": e ! enter", Outcome::Revert),
        ("Z Z", Outcome::SaveAndQuit),
        ("esc", Outcome::Leave),
        ("d esc", Outcome::Moved),
        ("i esc", Outcome::Moved),
        ("\" + y y", Outcome::Copy("one\n".into())),
        ("x", Outcome::Edited),
        ("h", Outcome::Ignored),
    ] {
        let mut editor = Editor::new("one", Style::Vim, Syntax::Plain);
        let outcome = keys.split(' ').map(|key| editor.key(Chord::parse(key).unwrap())).last();
        assert_eq!(outcome, Some(expected), "{keys}");
    }
    let mut editor = Editor::new("one", Style::Vim, Syntax::Plain);
    let Outcome::Message(words) = editor.key(Chord::ctrl('x')) else { panic!("an unknown key is told") };
    assert!(words.contains("ctrl-x"));
}

#[test]
fn a_paste_is_text_in_every_mode() {
    for style in [Style::Plain, Style::Vim] {
        let mut editor = Editor::new("one", style, Syntax::Plain);
        editor.paste(":q!\ndd");
        assert_eq!(editor.text(), ":q!\nddone");
        editor.undo();
        assert_eq!(editor.text(), "one", "as one step");
    }
    let mut editor = pressed("one", Style::Vim, "A");
    editor.paste("\x1bdd");
    assert_eq!(editor.text(), "one\x1bdd");
    let mut editor = pressed("a\r\n", Style::Plain, "");
    editor.paste("x\ny");
    assert_eq!(editor.text(), "x\r\nya\r\n", "with the line breaks of the text");
}

#[test]
fn saved_is_a_state_and_not_a_moment() {
    let mut editor = pressed("one", Style::Plain, "x");
    assert!(editor.is_modified());
    editor.mark_saved();
    editor.key(Chord::char('y'));
    assert!(editor.is_modified());
    editor.undo();
    assert!(!editor.is_modified(), "taken back to what is saved");
    editor.undo();
    assert!(editor.is_modified());
}

#[test]
fn text_from_outside_keeps_the_cursor_with_its_surroundings() {
    let mut editor = Editor::new("one\ntwo\nthree\n", Style::Vim, Syntax::Markdown);
    editor.goto(Place { line: 2, column: 3 });
    editor.replace_all("zero\none\ntwo, changed\nthree\nfour\n");
    assert_eq!(editor.cursor(), Place { line: 3, column: 3 });
    editor.undo();
    assert_eq!(editor.text(), "one\ntwo\nthree\n");
}

#[test]
fn marks_move_with_the_text_and_are_told_at_the_cursor() {
    let mut editor = Editor::new("one\ntwo three", Style::Vim, Syntax::Plain);
    let text = "`three` is not declared".to_owned();
    editor.set_marks(vec![LineMark { line: 1, columns: 4..9, severity: Severity::Warning, text: text.clone() }]);
    assert_eq!(editor.mark_here(), None);
    for key in ["O", "x", "esc"] {
        editor.key(Chord::parse(key).unwrap());
    }
    assert_eq!(editor.goto_next_mark(), Some(text));
    assert_eq!(editor.cursor(), Place { line: 2, column: 4 });
    assert!(picture(&editor, 40, 5).contains("!  3 two ▮three"));
}

#[test]
fn looks_at_several_sizes() {
    let text = "---\nmodel: local/gemma3\n---\n{{role \"system\"}}\n# Answer\nUse *only* these documents, and say so where \
                they do not hold the answer: {{docs}}\n日本語\t\u{202e}x\n";
    let mut editor = Editor::new(text, Style::Vim, Syntax::Dotprompt);
    let finding = "hidden character".to_owned();
    editor.set_marks(vec![LineMark { line: 6, columns: 4..5, severity: Severity::Error, text: finding }]);
    editor.goto(Place { line: 5, column: 60 });
    insta::assert_snapshot!("wrapped", picture(&editor, 40, 12));
    editor.set_wrap(Wrap::Off);
    insta::assert_snapshot!("sideways", picture(&editor, 40, 8));
    editor.set_wrap(Wrap::Soft);
    editor.set_numbers(Numbers::Off);
    insta::assert_snapshot!("narrow", picture(&editor, 10, 6));
}

#[test]
fn selection_and_matches_have_their_styles() {
    let theme = Library::default().load("gruvbox-dark").unwrap();
    let editor = pressed("one two one", Style::Vim, "/ o n e enter v l");
    let (screen, _) = drawn(&editor, 20, 1);
    assert_eq!(screen[(1, 0)].bg, theme.style(Role::Match).bg.unwrap());
    assert_eq!(screen[(9, 0)].bg, theme.style(Role::Selection).bg.unwrap());
    assert_eq!(screen[(5, 0)].bg, screen[(6, 0)].bg);
}

#[test]
fn the_mouse_puts_the_cursor_selects_and_scrolls() {
    let mut editor = Editor::new(&"one two\n".repeat(50), Style::Vim, Syntax::Plain);
    drawn(&editor, 40, 10);
    editor.mouse(Mouse { kind: MouseKind::Click, column: 9, row: 2 });
    assert_eq!(editor.cursor(), Place { line: 2, column: 4 });
    editor.drag(11, 2);
    assert_eq!(editor.mode_label(), Some("VISUAL"));
    editor.key(Chord::char('d'));
    assert_eq!(editor.text().lines().nth(2), Some("one "));
    editor.mouse(Mouse { kind: MouseKind::WheelDown, column: 0, row: 0 });
    assert!(picture(&editor, 40, 10).starts_with("   4 one two"));
    assert_eq!(editor.mouse(Mouse { kind: MouseKind::Click, column: 50, row: 2 }), Outcome::Ignored);
}

#[test]
fn rows_of_one_long_line_are_moved_through() {
    let editor = pressed(&"word ".repeat(2_000), Style::Plain, "down down down");
    let before = editor.offset();
    let mut editor = editor;
    drawn(&editor, 40, 10);
    editor.key(Chord::plain(Key::Down));
    editor.key(Chord::plain(Key::Up));
    editor.key(Chord::plain(Key::Up));
    assert!(editor.offset() < before, "{} {before}", editor.offset());
    let (_, cursor) = drawn(&editor, 40, 10);
    assert!(cursor.is_some_and(|(x, y)| x < 40 && y > 0));
}

fn any_key() -> impl Strategy<Value = Chord> {
    let named = prop::sample::select(vec![
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Backspace,
        Key::Delete,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::F(3),
        Key::Insert,
    ]);
    let letters: Vec<char> =
        "hjklwbeWBE0^$%{}()[]gGfFtT;,dcy><=~xXsSrRpPuJoOaAiIDCYvVnN*#/?:m'`\"123.q@+_-zZ&|!\\ é日\u{202e}"
            .chars()
            .collect();
    prop_oneof![
        8 => prop::sample::select(letters).prop_map(Chord::char),
        1 => prop::sample::select("abcdefhikruvwxyz".chars().collect::<Vec<_>>()).prop_map(Chord::ctrl),
        3 => (named, any::<bool>(), any::<bool>()).prop_map(|(key, ctrl, shift)| Chord { ctrl, shift, ..Chord::plain(key) }),
    ]
}

const HOSTILE: &str = "(a|b c|\n|\r\n|\r|\t|\\{\\{x\\}\\}|\\{% y|\"|'|\\(|\\)|# |- |`{3}\n|---\n|k: v\n|é|e\u{301}|日本|👩\u{200d}🚀|🇩🇪|\
                       \u{202e}|\u{200b}|\u{feff}|\u{e0041}|‹U\\+|\u{1b}\\[31m|<b>|</b>){0,30}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_anywhere_breaks_it(
        text in HOSTILE,
        keys in proptest::collection::vec(any_key(), 0..60),
        paste in HOSTILE,
        (width, height) in (1..=200_u16, 1..=60_u16),
        style in prop::sample::select(vec![Style::Plain, Style::Vim]),
        wrap in prop::sample::select(vec![Wrap::Soft, Wrap::Off]),
    ) {
        let mut editor = Editor::new(&text, style, Syntax::Dotprompt);
        editor.set_wrap(wrap);
        prop_assert_eq!(editor.text(), &text);
        editor.set_marks(vec![LineMark { line: 1, columns: 0..3, severity: Severity::Info, text: String::new() }]);
        for (place, key) in keys.into_iter().enumerate() {
            editor.key(key.normal());
            if place % 7 == 3 {
                let (screen, cursor) = drawn(&editor, width, height);
                prop_assert!(cursor.is_none_or(|(x, y)| x < width && y < height));
                for cell in &screen.content {
                    let steers = cell.symbol().chars().any(|c| matches!(c, '\0'..='\x1f' | '\u{202e}' | '\u{200b}'));
                    prop_assert!(!steers);
                }
            }
            if place == 20 {
                editor.paste(&paste);
                editor.mouse(Mouse { kind: MouseKind::Click, column: width / 2, row: height / 2 });
                editor.drag(width / 3, height / 3);
                editor.mouse(Mouse { kind: MouseKind::WheelDown, column: 0, row: 0 });
            }
            prop_assert!(editor.text().is_char_boundary(editor.offset()));
        }
        drawn(&editor, width, height);
        editor.key(Chord::plain(Key::Esc));
        editor.key(Chord::plain(Key::Esc));
        for _ in 0..400 {
            if editor.undo() != Outcome::Edited {
                break;
            }
        }
        prop_assert_eq!(editor.text(), &text, "all taken back");
    }
}
