//! Rows of a text with the cursor as `|`, keys, and what is there afterwards.

use super::super::{Editor, Outcome, Style, Syntax};
use crate::ui::chord::{Chord, Key};

/// Reads keys: characters, and names such as `<esc>`, `<ctrl-r>`, `<enter>`; `<lt>` is `<`.
pub fn keys(text: &str) -> Vec<Chord> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '<'
            && let Some(end) = rest.find('>')
            && (rest[1..end].len() > 1)
        {
            let name = &rest[1..end];
            out.push(if name == "lt" { Chord::char('<') } else { Chord::parse(name).unwrap() });
            rest = &rest[end + 1..];
            continue;
        }
        out.push(match c {
            '\n' => Chord::plain(Key::Enter),
            c => Chord::char(c),
        });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// An editor with the cursor where `|` stands.
pub fn editor(text: &str) -> Editor {
    let at = text.find('|').unwrap();
    let mut editor = Editor::new(&text.replacen('|', "", 1), Style::Vim, Syntax::Plain);
    let line = text[..at].matches('\n').count();
    let column = text[..at].rsplit('\n').next().unwrap().chars().count();
    editor.goto(super::super::Place { line, column });
    editor
}

/// The text with `|` at the cursor.
pub fn shown(editor: &Editor) -> String {
    let (before, after) = editor.text().split_at(editor.offset());
    format!("{before}|{after}")
}

fn press(editor: &mut Editor, text: &str) -> Outcome {
    keys(text).into_iter().fold(Outcome::Ignored, |_, chord| editor.key(chord))
}

/// Text, keys, expected. Checked against vim 9.0 by the script in `tests/by_hand/vim_rows.py`.
const ROWS: &str = include_str!("rows.txt");

/// The rows: fields between tabs; `⏎` is a line break.
pub fn rows() -> Vec<(String, String, String)> {
    ROWS.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut fields = line
                .split('\t')
                .filter(|field| !field.is_empty())
                .map(|field| field.replace('⏎', "\n").replace('␉', "\t"));
            (fields.next().unwrap(), fields.next().unwrap(), fields.next().expect(line))
        })
        .collect()
}

#[test]
fn commands_do_what_they_do_in_vim() {
    let mut wrong = Vec::new();
    for (start, typed, expected) in rows() {
        let mut editor = editor(&start);
        press(&mut editor, &typed);
        let found = shown(&editor);
        if found != expected {
            wrong.push(format!("{start:?} {typed:?}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows().len(), wrong.join("\n"));
}
