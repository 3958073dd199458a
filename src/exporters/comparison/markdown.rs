//! A comparison as GitHub-flavoured Markdown, for a pull request or a report of an incident.

use std::fmt::Write as _;

use super::figures;
use super::lines::{beginning, row};
use super::report::{AnswerEntry, CaseEntry, Report};
use crate::domain::diff::{AnswerDiff, Stretch, StructureDiff, TextDiff, changed_rows, stretches, structured};
use crate::domain::run::ResultStatus;
use crate::domain::untrusted::{safe_plain, safe_plain_lines};

/// Characters of an answer that are told: code hosts refuse comments of more than 65,536 in all.
const LONGEST: usize = 3_000;
/// Characters of a question that stand in a heading.
const HEADING: usize = 100;

/// The page.
pub fn page(report: &Report) -> String {
    let mut page = format!("## Comparison of run `{}`\n\n", code(report.run_id.as_str()));
    for sentence in figures::introduction(report) {
        let _ = writeln!(page, "{}", text(&sentence));
    }
    if !report.filter.trim().is_empty() {
        let _ = writeln!(page, "\nCases: {}", span(&report.filter));
    }
    page.push_str("\n### Variants\n\n");
    let rows: Vec<Vec<String>> = report.variants.iter().map(|variant| figures::variant_row(report, variant)).collect();
    table(&mut page, &figures::VARIANT_HEADS, &rows);
    if !report.differences.is_empty() {
        page.push_str("\n### Measures, paired by case\n\n");
        let rows: Vec<Vec<String>> =
            report.differences.iter().map(|difference| figures::difference_row(report, difference)).collect();
        table(&mut page, &figures::DIFFERENCE_HEADS, &rows);
    }
    let _ = write!(page, "\n### Cases\n\n{}\n", figures::extent(report));
    for entry in &report.cases {
        case(&mut page, entry);
    }
    page
}

fn case(page: &mut String, entry: &CaseEntry) {
    let question = entry.question.as_deref().unwrap_or("The recording is not in the index any more.");
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    let (start, rest) = beginning(&line, HEADING);
    let _ = writeln!(page, "\n#### {}. {}{}", entry.number, text(start), if rest > 0 { "…" } else { "" });
    if rest > 0 || question.trim().contains('\n') {
        let (shown, left) = beginning(question, LONGEST);
        quote(page, &text_lines(shown));
        more(page, left);
    }
    let _ = write!(page, "\n`{}`\n", code(entry.trace_id.as_str()));
    for found in &entry.answers {
        answer(page, found);
    }
}

fn answer(page: &mut String, entry: &AnswerEntry) {
    let _ = write!(page, "\n**{}** · {}\n", text(&entry.name()), text(&figures::about(entry)));
    match &entry.error {
        // Beside an answer it is a note.
        Some(note) if entry.status == ResultStatus::Ok => {
            let _ = write!(page, "\n*{}*\n", text(beginning(note, LONGEST).0));
        }
        Some(error) => quote(page, &text_lines(beginning(error, LONGEST).0)),
        None => {}
    }
    match &entry.diff {
        Some(diff) if !diff.is_change() => {}
        Some(diff) if diff.is_readable() => difference(page, diff),
        _ => as_said(page, entry),
    }
}

/// An answer as it is.
fn as_said(page: &mut String, entry: &AnswerEntry) {
    if let Some(said) = entry.text.as_deref().filter(|said| !said.trim().is_empty()) {
        let (shown, left) = beginning(said, LONGEST);
        match structured(said) {
            Some(_) => fence(page, "json", &safe_plain_lines(shown)),
            None => quote(page, &text_lines(shown)),
        }
        more(page, left);
    }
    if !entry.tool_calls.is_empty() {
        let calls: Vec<String> =
            entry.tool_calls.iter().map(|call| safe_plain(&format!("{} {}", call.name, call.arguments))).collect();
        fence(page, "", beginning(&calls.join("\n"), LONGEST).0);
    }
}

fn difference(page: &mut String, diff: &AnswerDiff) {
    match &diff.text {
        TextDiff::Words(pieces) if pieces.is_empty() => {}
        TextDiff::Words(pieces) => words(page, &stretches(pieces)),
        TextDiff::Structure(structure) => patch(page, structure),
    }
    if let Some(calls) = diff.calls.as_ref().filter(|calls| calls.is_change()) {
        page.push_str("\nTool calls:\n");
        patch(page, calls);
    }
}

fn words(page: &mut String, found: &[Stretch<'_>]) {
    let mut lines = vec![String::new()];
    let mut room = LONGEST;
    let mut put = |piece: &str, open: &str, close: &str| {
        let (piece, _) = beginning(piece, room);
        room -= piece.chars().count();
        for (place, line) in safe_plain_lines(piece).split('\n').enumerate() {
            if place > 0 {
                lines.push(String::new());
            }
            if let (Some(last), false) = (lines.last_mut(), line.is_empty()) {
                let start = last.is_empty() && open.is_empty();
                let shown = escaped(line, start);
                let _ = write!(last, "{open}{shown}{close}");
            }
        }
    };
    for stretch in found {
        match stretch {
            Stretch::Equal(same) => put(same, "", ""),
            Stretch::Changed(old, new, _) => {
                put(old, "<del>", "</del>");
                put(new, "<ins>", "</ins>");
            }
        }
    }
    let cut = room == 0;
    quote(page, &lines);
    if cut {
        page.push_str("\n*(the rest is left out)*\n");
    }
}

fn patch(page: &mut String, diff: &StructureDiff) {
    let lines: Vec<String> = changed_rows(diff).iter().map(row).collect();
    let whole = lines.join("\n");
    let (shown, left) = beginning(&whole, LONGEST);
    fence(page, "diff", shown);
    more(page, left);
}

fn more(page: &mut String, left: usize) {
    if left > 0 {
        let _ = write!(page, "\n*({left} more characters)*\n");
    }
}

/// Lines in a quote, each on a line of its own.
fn quote(page: &mut String, lines: &[String]) {
    page.push('\n');
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap_or(0);
    for (place, line) in lines.iter().take(last + 1).enumerate() {
        // A backslash at the end breaks the line, where another follows in the same paragraph.
        let next = lines.get(place + 1).is_some_and(|next| place < last && !next.trim().is_empty());
        let end = if next && !line.trim().is_empty() { "\\" } else { "" };
        let _ = writeln!(page, "> {}{end}", line.trim_end());
    }
}

/// Text in a code fence that nothing in it can close. The text is safe already.
fn fence(page: &mut String, language: &str, body: &str) {
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(page, "\n{fence}{language}\n{}\n{fence}\n", body.trim_end_matches('\n'));
}

fn table(page: &mut String, heads: &[&str], rows: &[Vec<String>]) {
    let _ = writeln!(page, "| {} |", heads.join(" | "));
    let _ = writeln!(page, "|{}", "---|".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| text(cell)).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
}

/// Foreign text in code, which nothing can leave: without back-ticks and line breaks.
fn code(foreign: &str) -> String {
    safe_plain(foreign).replace('`', "'")
}

/// Foreign text as a code span, whatever back-ticks it holds.
fn span(foreign: &str) -> String {
    format!("`{}`", code(foreign))
}

/// Foreign text as one line of plain text.
fn text(foreign: &str) -> String {
    escaped(&safe_plain(foreign), true)
}

fn text_lines(foreign: &str) -> Vec<String> {
    safe_plain_lines(foreign).split('\n').map(|line| escaped(line, true)).collect()
}

/// Safe text in which no character means anything to Markdown, and nobody is mentioned and nothing linked.
///
/// Any ASCII punctuation may be escaped with a backslash (`CommonMark` 0.31, section 2.4); an empty comment keeps code hosts
/// from making mentions and references of `@name` and `#1`.
fn escaped(safe: &str, is_start: bool) -> String {
    let mut text = String::with_capacity(safe.len() + 8);
    // What begins a list, a rule or a heading's underline, at the start of a line only.
    let indented = safe.len() - safe.trim_start().len();
    let digits = safe[indented..].bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in safe.char_indices() {
        let next = safe[at + c.len_utf8()..].chars().next();
        let ends = next.is_none_or(char::is_whitespace);
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '@' => text.push_str("@<!-- -->"),
            '#' => text.push_str("#<!-- -->"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' | '$' | '^' => text.extend(['\\', c]),
            ':' if next.is_some_and(|next| next == '/' || next.is_ascii_alphabetic()) => text.push_str("\\:"),
            '+' | '-' | '=' if is_start && at == indented && (ends || next == Some(c)) => text.extend(['\\', c]),
            '.' | ')' if is_start && digits > 0 && at == indented + digits && ends => text.extend(['\\', c]),
            '.' if safe[..at].ends_with("www") => text.push_str("\\."),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_means_anything_to_markdown() {
        assert_eq!(text("# Title"), "#<!-- --> Title");
        assert_eq!(text("1. one"), "1\\. one");
        assert_eq!(text("0.5 at 06:41, -2"), "0.5 at 06:41, -2");
        assert_eq!(text("---"), "\\---");
        assert_eq!(text("- a | b"), "\\- a \\| b");
        assert_eq!(text("![x](https://a/b)"), "\\!\\[x\\](https\\://a/b)");
        assert_eq!(text("@team <script>"), "@<!-- -->team &lt;script&gt;");
        assert_eq!(code("a`b\nc"), "a'b⏎c");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let mut page = String::new();
        fence(&mut page, "json", "````\nx");
        assert_eq!(page, "\n`````json\n````\nx\n`````\n");
    }
}
