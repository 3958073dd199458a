//! From a key to the drawn text: the editor's part of a frame, at a prompt of 32,000 tokens.
//!
//! `cargo bench --bench keystroke` prints, for each kind of key, the median, the 99th percentile and the longest of many
//! keys: the state is updated, the lines in sight are coloured and drawn into a buffer of 120×40.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench reports on stdout and stops at the first error")]

use std::cell::Cell;
use std::time::{Duration, Instant};

use hindcast::domain::time::Timestamp;
use hindcast::ui::chord::{Chord, Key};
use hindcast::ui::glyphs;
use hindcast::ui::keymap::Keymap;
use hindcast::ui::screens::DrawCx;
use hindcast::ui::theme::Library;
use hindcast::ui::widgets::editor::{Editor, Place, Style, Syntax, Wrap};
use hindcast::ui::widgets::line_input::Active;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// About 32,000 tokens of English.
const BYTES: usize = 130_000;
/// Keys of each kind.
const KEYS: usize = 300;

fn many_lines() -> String {
    let part = "## Rules for {{product}}\n\nAnswer **only** from the documents below, and cite them as `[id]`.\n\
                {{#each docs}}\n- [{{id}}] {{text}}\n{{/each}}\nWhere they disagree, use the newest; say so in one sentence.\n\n";
    let mut text = "---\nmodel: local/gemma3\nconfig:\n  temperature: 0.2\n---\n{{role \"system\"}}\n".to_owned();
    while text.len() < BYTES {
        text.push_str(part);
    }
    text
}

fn one_line(part: &str) -> String {
    part.repeat(BYTES / part.len())
}

fn chords(keys: &str) -> Vec<Chord> {
    keys.split(' ').map(|key| Chord::parse(key).expect("a key")).collect()
}

/// A kind of key: what is pressed before measuring, and what is pressed again and again while measuring.
struct Kind {
    name: &'static str,
    line: f64,
    column: f64,
    before: &'static str,
    keys: &'static str,
}

const fn kind(name: &'static str, at: f64, before: &'static str, keys: &'static str) -> Kind {
    Kind { name, line: at, column: at, before, keys }
}

fn main() {
    let kinds = [
        kind("typing in the middle", 0.5, "i", "a b space"),
        kind("typing at the start", 0.0, "i", "a b space"),
        kind("typing at the end", 1.0, "A", "a b space"),
        kind("deleting a line and undo", 0.5, "l", "d d u"),
        kind("undo and redo of a letter", 0.5, "x", "u ctrl-r"),
        kind("next match", 0.0, "/ t h e enter", "n"),
        kind("typing a pattern", 0.3, "/", "t h e backspace backspace backspace"),
        kind("opening a tag and closing it", 0.0, "i", "{ % backspace backspace"),
        kind("half a page and back", 0.5, "l", "ctrl-d ctrl-u"),
        kind("to the end and the start", 0.5, "l", "G $ g g 0"),
    ];
    let texts = [
        ("many lines", many_lines()),
        ("one line", one_line("Answer only from the documents {{docs}} and cite them. ")),
        ("one line without blanks", one_line("abcdefghij")),
        ("one line of Japanese", one_line("文書だけを見て答えてください。")),
        ("one line of hidden characters", one_line("a\u{200b}b\u{202e}👩\u{200d}🚀 ")),
    ];
    for (name, text) in &texts {
        for (wrap, word) in [(Wrap::Soft, "wrapped"), (Wrap::Off, "not wrapped")] {
            println!("{name}, {} bytes, {word}", text.len());
            for kind in &kinds {
                println!("  {:<30} {}", kind.name, measure(text, wrap, kind));
            }
        }
    }
}

fn measure(text: &str, wrap: Wrap, kind: &Kind) -> String {
    let theme = Library::default().load("gruvbox-dark").expect("a theme");
    let (keymap, cursor) = (Keymap::default(), Cell::new(None));
    let now = Timestamp::parse_rfc3339("2026-11-23T06:50:00Z").expect("a time");
    let cx = DrawCx { theme: &theme, keymap: &keymap, now, glyphs: &glyphs::UNICODE, cursor: &cursor, covered: false };
    let mut screen = Buffer::empty(Rect::new(0, 0, 120, 40));
    let mut editor = Editor::new(text, Style::Vim, Syntax::Dotprompt);
    editor.set_wrap(wrap);
    let lines = text.lines().count();
    let line = ((lines - 1) as f64 * kind.line) as usize;
    let columns = text.lines().nth(line).unwrap_or_default().chars().count();
    editor.goto(Place { line, column: (columns as f64 * kind.column) as usize });
    editor.draw(screen.area, &mut screen, &cx, Active::Yes);
    for chord in chords(kind.before) {
        editor.key(chord);
    }
    editor.draw(screen.area, &mut screen, &cx, Active::Yes);
    let mut taken = Vec::new();
    for chord in chords(kind.keys).into_iter().cycle().take(KEYS) {
        screen.reset();
        let started = Instant::now();
        editor.key(chord);
        editor.draw(screen.area, &mut screen, &cx, Active::Yes);
        taken.push(started.elapsed());
    }
    let _ = editor.key(Chord::plain(Key::Esc));
    spread(taken)
}

fn spread(mut taken: Vec<Duration>) -> String {
    taken.sort_unstable();
    let at = |part: usize| taken[(taken.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    format!("p50 {:>7.3} ms   p99 {:>7.3} ms   max {:>7.3} ms", at(50), at(99), at(100))
}
