//! A comparison as one HTML file: no script, no other file, light and dark; a browser that obeys its policy loads nothing.

use std::fmt::Write as _;

use super::figures;
use super::lines::{beginning, row};
use super::report::{AnswerEntry, CaseEntry, Report};
use crate::domain::diff::{AnswerDiff, Nuance, Stretch, StructureDiff, TextDiff, rows, stretches};
use crate::domain::run::ResultStatus;
use crate::domain::untrusted::{safe_plain, safe_plain_lines};

/// Characters of an answer that are told.
const LONGEST: usize = 60_000;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
"#;

const STYLE: &str = r"<style>
:root { --text: #1b1f24; --dim: #59636e; --ground: #fff; --line: #d1d9e0; --soft: #f6f8fa; --new: #d2f4d9; --newtext: #0a4d1c; --old: #ffdcd7; --oldtext: #82071e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --dim: #9aa4af; --ground: #11151a; --line: #343c45; --soft: #1a2027; --new: #12371f; --newtext: #9be9a8; --old: #4a1a1c; --oldtext: #ffb3ad; } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 76rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; } th, td { padding: .3rem .6rem; border: 1px solid var(--line); text-align: left; } th { background: var(--soft); }
code, pre { font: 13px/1.5 ui-monospace, monospace; } pre { padding: .6rem; background: var(--soft); overflow-x: auto; margin: .3rem 0; }
section { border-top: 1px solid var(--line); margin-top: 1.5rem; } .answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; } .dim { color: var(--dim); }
ins { background: var(--new); color: var(--newtext); text-decoration: underline; } del { background: var(--old); color: var(--oldtext); }
.slight { background: none; color: inherit; text-decoration-style: dotted; } del.slight { opacity: .6; }
</style>
";

/// The page.
pub fn page(report: &Report) -> String {
    let title = format!("Comparison of run {}", text(report.run_id.as_str()));
    let mut page = format!("{HEAD}<title>{title}</title>\n{STYLE}</head>\n<body>\n<h1>{title}</h1>\n");
    for sentence in figures::introduction(report) {
        let _ = writeln!(page, "<p>{}</p>", text(&sentence));
    }
    if !report.filter.trim().is_empty() {
        let _ = writeln!(page, "<p>Cases: <code>{}</code></p>", text(&report.filter));
    }
    page.push_str("<h2>Variants</h2>\n");
    let lines: Vec<Vec<String>> = report.variants.iter().map(|variant| figures::variant_row(report, variant)).collect();
    table(&mut page, &figures::VARIANT_HEADS, &lines);
    if !report.differences.is_empty() {
        page.push_str("<h2>Measures, paired by case</h2>\n");
        let lines: Vec<Vec<String>> =
            report.differences.iter().map(|difference| figures::difference_row(report, difference)).collect();
        table(&mut page, &figures::DIFFERENCE_HEADS, &lines);
    }
    let _ = writeln!(page, "<h2>Cases</h2>\n<p>{}</p>", text(&figures::extent(report)));
    for entry in &report.cases {
        case(&mut page, entry);
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn case(page: &mut String, entry: &CaseEntry) {
    let question = entry.question.as_deref().unwrap_or("The recording is not in the index any more.");
    let _ = writeln!(page, "<section>\n<h3>Case {}</h3>", entry.number);
    said(page, question);
    let _ =
        writeln!(page, "<p class=\"dim\"><code>{}</code></p>\n<div class=\"answers\">", text(entry.trace_id.as_str()));
    for found in &entry.answers {
        answer(page, found);
    }
    page.push_str("</div>\n</section>\n");
}

fn answer(page: &mut String, entry: &AnswerEntry) {
    let _ = writeln!(
        page,
        "<div>\n<strong>{}</strong> <span class=\"dim\">{}</span>",
        text(&entry.name()),
        text(&figures::about(entry))
    );
    match &entry.error {
        Some(note) if entry.status == ResultStatus::Ok => {
            let _ = writeln!(page, "<p class=\"dim\">{}</p>", text(note));
        }
        Some(error) => said(page, error),
        None => {}
    }
    match &entry.diff {
        Some(diff) if diff.is_change() && diff.is_readable() => difference(page, diff),
        _ => as_said(page, entry),
    }
    page.push_str("</div>\n");
}

fn as_said(page: &mut String, entry: &AnswerEntry) {
    if let Some(words) = entry.text.as_deref().filter(|words| !words.trim().is_empty()) {
        said(page, words);
    }
    if !entry.tool_calls.is_empty() {
        let calls: Vec<String> =
            entry.tool_calls.iter().map(|call| text(&format!("{} {}", call.name, call.arguments))).collect();
        let _ = writeln!(page, "<pre>{}</pre>", calls.join("\n"));
    }
}

fn difference(page: &mut String, diff: &AnswerDiff) {
    match &diff.text {
        TextDiff::Words(pieces) if pieces.is_empty() => {}
        TextDiff::Words(pieces) => words(page, &stretches(pieces)),
        TextDiff::Structure(structure) => tree(page, structure),
    }
    if let Some(calls) = &diff.calls {
        page.push_str("<span class=\"dim\">tool calls</span>\n");
        tree(page, calls);
    }
}

fn words(page: &mut String, found: &[Stretch<'_>]) {
    page.push_str("<div class=\"said\">");
    for stretch in found {
        match stretch {
            Stretch::Equal(same) => page.push_str(&block(same)),
            Stretch::Changed(old, new, nuance) => {
                let class = if *nuance == Nuance::Words { "" } else { " class=\"slight\"" };
                for (tag, part) in [("del", old), ("ins", new)] {
                    if !part.is_empty() {
                        let _ = write!(page, "<{tag}{class}>{}</{tag}>", block(part));
                    }
                }
            }
        }
    }
    page.push_str("</div>\n");
}

fn tree(page: &mut String, diff: &StructureDiff) {
    page.push_str("<pre>");
    for line in rows(diff).iter().map(row) {
        let tag = match line.as_bytes().first() {
            Some(b'+') => Some("ins"),
            Some(b'-') => Some("del"),
            Some(b'!') => Some("strong"),
            _ => None,
        };
        let line = escaped(&line);
        let _ = match tag {
            Some(tag) => writeln!(page, "<{tag}>{line}</{tag}>"),
            None => writeln!(page, "{line}"),
        };
    }
    page.push_str("</pre>\n");
}

fn said(page: &mut String, foreign: &str) {
    let (shown, left) = beginning(foreign, LONGEST);
    let _ = writeln!(page, "<div class=\"said\">{}</div>", block(shown));
    if left > 0 {
        let _ = writeln!(page, "<p class=\"dim\">{left} more characters</p>");
    }
}

fn table(page: &mut String, heads: &[&str], lines: &[Vec<String>]) {
    page.push_str("<table>\n<tr>");
    for head in heads {
        let _ = write!(page, "<th>{}</th>", text(head));
    }
    page.push_str("</tr>\n");
    for line in lines {
        page.push_str("<tr>");
        for cell in line {
            let _ = write!(page, "<td>{}</td>", text(cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

/// Foreign text as one line.
fn text(foreign: &str) -> String {
    escaped(&safe_plain(foreign))
}

/// Foreign text with its line breaks.
fn block(foreign: &str) -> String {
    escaped(&safe_plain_lines(foreign))
}

fn escaped(safe: &str) -> String {
    let mut text = String::with_capacity(safe.len() + 8);
    for c in safe.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            c => text.push(c),
        }
    }
    text
}
