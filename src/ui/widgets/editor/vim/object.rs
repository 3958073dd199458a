//! Text objects: words, sentences, paragraphs, quotes, brackets and tags.

use super::mode::Extent;
use super::operator::Region;
use crate::ui::widgets::editor::bracket::{around, element, quotes};
use crate::ui::widgets::editor::buffer::Buffer;
use crate::ui::widgets::editor::class::{Class, Grain, class};
use crate::ui::widgets::editor::movement as to;

/// The text object of a key around an offset; `None` where there is none.
pub fn object(buffer: &Buffer, from: usize, key: char, extent: Extent, count: usize) -> Option<Region> {
    match key {
        'w' => Some(Region::Chars(word(buffer, from, Grain::Small, extent, count))),
        'W' => Some(Region::Chars(word(buffer, from, Grain::Big, extent, count))),
        's' => Some(sentence(buffer, from, extent, count)),
        'p' => paragraph(buffer, from, extent, count),
        '"' | '\'' | '`' => quoted(buffer, from, key, extent),
        '(' | ')' | 'b' => bracketed(buffer, from, ("(", ")"), extent, count),
        '{' | '}' | 'B' => bracketed(buffer, from, ("{", "}"), extent, count),
        '[' | ']' => bracketed(buffer, from, ("[", "]"), extent, count),
        '<' | '>' => bracketed(buffer, from, ("<", ">"), extent, count),
        't' => {
            let (open, close) = element(buffer, from)?;
            Some(Region::Chars(if extent == Extent::Inner { open.end..close.start } else { open.start..close.end }))
        }
        '%' => template_tag(buffer, from, extent),
        _ => None,
    }
}

/// The `{{ }}` or `{% %}` around an offset.
fn template_tag(buffer: &Buffer, from: usize, extent: Extent) -> Option<Region> {
    let line = buffer.line_at(from);
    // On the sign's second character too.
    let places = [Some(from), from.checked_sub(1).filter(|at| buffer.char_at(*at).is_some())];
    let (open, close) = places.into_iter().flatten().find_map(|at| {
        let found =
            [("{{", "}}"), ("{%", "%}")].into_iter().filter_map(|(open, close)| around(buffer, at, open, close));
        found.filter(|(start, end)| *start <= from && from < end + 2).max()
    })?;
    let _ = line;
    Some(Region::Chars(if extent == Extent::Inner { open + 2..close } else { open..close + 2 }))
}

fn word(buffer: &Buffer, from: usize, grain: Grain, extent: Extent, count: usize) -> std::ops::Range<usize> {
    let line = buffer.line_at(from);
    let (start, end) = (buffer.start(line), buffer.end(line));
    let kind = |at: usize| buffer.char_at(at).filter(|_| at < end).map(|c| class(c, grain));
    let run_end = |at: usize| {
        let here = kind(at);
        let mut to = at;
        while to < end && kind(to) == here {
            to = buffer.next(to);
        }
        to
    };
    let mut begin = from;
    while begin > start && kind(buffer.previous(begin)) == kind(from) {
        begin = buffer.previous(begin);
    }
    let mut to = run_end(from);
    if extent == Extent::Inner {
        for _ in 1..count {
            to = run_end(to);
        }
        return begin..to;
    }
    let on_blank = kind(from) == Some(Class::Blank);
    for place in 0..count {
        if place > 0 {
            to = run_end(to);
        }
        let blank_next = kind(to) == Some(Class::Blank);
        if on_blank || blank_next {
            to = run_end(to);
        } else if place + 1 == count && !on_blank {
            // Without blanks behind it, those before it are taken.
            let mut blank = begin;
            while blank > start && kind(buffer.previous(blank)) == Some(Class::Blank) {
                blank = buffer.previous(blank);
            }
            if blank > start {
                begin = blank;
            }
        }
    }
    begin..to
}

fn sentence(buffer: &Buffer, from: usize, extent: Extent, count: usize) -> Region {
    let (mut begin, mut end) = to::sentence(buffer, from);
    for _ in 1..count {
        end = to::sentence(buffer, end).1.max(end);
    }
    let text = buffer.slice(begin..end);
    let written = text.trim_end();
    if extent == Extent::Inner {
        return Region::Chars(begin..begin + written.len());
    }
    let same_paragraph =
        !text[written.len()..].contains('\n') || !text[written.len()..].trim_matches(' ').starts_with('\n');
    if written.len() == text.len() || !same_paragraph {
        // Nothing behind it: the blanks before it are taken.
        end = begin + written.len();
        let before = buffer.slice(buffer.start(buffer.line_at(begin))..begin);
        begin -= before.len() - before.trim_end().len();
    }
    Region::Chars(begin..end)
}

fn paragraph(buffer: &Buffer, from: usize, extent: Extent, count: usize) -> Option<Region> {
    let lines = buffer.written_lines();
    let line = buffer.line_at(from).min(lines - 1);
    let blank = |line: usize| to::is_blank_line(buffer, line);
    let run_end = |line: usize| {
        let mut end = line;
        while end + 1 < lines && blank(end + 1) == blank(line) {
            end += 1;
        }
        end
    };
    let mut first = line;
    while first > 0 && blank(first - 1) == blank(line) {
        first -= 1;
    }
    let mut last = run_end(line);
    for place in 0..count {
        if place > 0 {
            if last + 1 >= lines {
                return None;
            }
            last = run_end(last + 1);
        }
        if extent == Extent::Around {
            if last + 1 < lines {
                last = run_end(last + 1);
            } else if blank(line) {
                return None;
            } else {
                while first > 0 && blank(first - 1) {
                    first -= 1;
                }
            }
        }
    }
    Some(Region::Lines(first, last))
}

fn quoted(buffer: &Buffer, from: usize, quote: char, extent: Extent) -> Option<Region> {
    let (open, close) = quotes(buffer, from, quote)?;
    if extent == Extent::Inner {
        return Some(Region::Chars(open + 1..close));
    }
    let line = buffer.line_at(from);
    let after = buffer.slice(close + 1..buffer.end(line));
    let blanks = after.len() - after.trim_start().len();
    if blanks > 0 {
        return Some(Region::Chars(open..close + 1 + blanks));
    }
    let before = buffer.slice(buffer.start(line)..open);
    Some(Region::Chars(open - (before.len() - before.trim_end().len())..close + 1))
}

fn bracketed(
    buffer: &Buffer,
    from: usize,
    (open, close): (&str, &str),
    extent: Extent,
    count: usize,
) -> Option<Region> {
    let (mut start, mut end) = around(buffer, from, open, close)?;
    for _ in 1..count {
        (start, end) = around(buffer, start.checked_sub(1)?, open, close)?;
    }
    if extent == Extent::Around {
        return Some(Region::Chars(start..end + 1));
    }
    let (mut inner, mut stop) = (start + 1, end);
    // Brackets on lines of their own: the lines between are meant.
    let first = buffer.line_at(start);
    let last = buffer.line_at(end);
    if first < last && inner == buffer.end(first) {
        inner = buffer.start(first + 1);
        if buffer.slice(buffer.start(last)..end).trim().is_empty() {
            if first + 1 < last {
                return Some(Region::Lines(first + 1, last - 1));
            }
            stop = inner;
        }
    }
    Some(Region::Chars(inner..stop.max(inner)))
}
