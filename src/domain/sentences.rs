//! A text cut into sentences: prose by Unicode's rules and known abbreviations; headings, list items, tables and code
//! stay whole.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// What a sentence was cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentenceKind {
    /// A sentence of running text.
    Prose,
    /// A heading of Markdown.
    Heading,
    /// A list item with its continuation lines.
    ListItem,
    /// A table of Markdown, all rows.
    Table,
    /// A fenced block of code, its fences included.
    Code,
}

/// A sentence of a text, without white space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// What it was cut from.
    pub kind: SentenceKind,
    /// Where it stands, in bytes; never empty.
    pub bytes: Range<usize>,
}

/// Abbreviations, in lower case, after which a sentence goes on whatever follows.
const ABBREVIATIONS: [&str; 44] = [
    "a.k.a.", "abb.", "approx.", "art.", "bzw.", "capt.", "cf.", "ch.", "col.", "dept.", "dr.", "e.g.", "ed.", "eq.",
    "est.", "fig.", "figs.", "gen.", "gov.", "hon.", "i.e.", "incl.", "jr.", "lt.", "max.", "min.", "mr.", "mrs.",
    "ms.", "mt.", "no.", "nos.", "p.", "pp.", "prof.", "rev.", "sec.", "sen.", "sgt.", "sr.", "st.", "viz.", "vol.",
    "vs.",
];

/// Bytes of the longest citation marker (`[12]`, `[doc-7]`) that is drawn to the sentence before it.
const MAX_CITATION: usize = 48;

/// Cuts a text into sentences, in order and without overlap; together they hold everything but white space.
///
/// Prose is cut by UAX #29 with line breaks within a paragraph taken as spaces; it goes on after an abbreviation and
/// after single letters with dots (`U.S.`), and takes citation markers that follow its full stop.
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut cutter = Cutter { text, sentences: Vec::new(), open: None };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        cutter.line(line, start);
        start += line.len();
    }
    cutter.close();
    cutter.sentences
}

/// A block of lines that is not complete yet.
struct Block {
    kind: SentenceKind,
    bytes: Range<usize>,
    /// The fence that ends it, for code.
    fence: &'static str,
}

struct Cutter<'a> {
    text: &'a str,
    sentences: Vec<Sentence>,
    open: Option<Block>,
}

impl Cutter<'_> {
    fn line(&mut self, line: &str, start: usize) {
        let end = start + line.len();
        let trimmed = line.trim();
        if let Some(block) = &mut self.open
            && block.kind == SentenceKind::Code
        {
            block.bytes.end = end;
            if trimmed.starts_with(block.fence) {
                self.close();
            }
            return;
        }
        let fence = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence));
        let kind = match fence {
            Some(_) => SentenceKind::Code,
            None if trimmed.is_empty() => return self.close(),
            None if trimmed.starts_with('|') => SentenceKind::Table,
            None if is_heading(trimmed) => SentenceKind::Heading,
            None if is_list_item(trimmed) => SentenceKind::ListItem,
            None => SentenceKind::Prose,
        };
        let indented = line.starts_with([' ', '\t']);
        if let Some(block) = &mut self.open {
            let goes_on = match (block.kind, kind) {
                (SentenceKind::Prose, SentenceKind::Prose) | (SentenceKind::Table, SentenceKind::Table) => true,
                (SentenceKind::ListItem, SentenceKind::Prose) => indented,
                _ => false,
            };
            if goes_on {
                block.bytes.end = end;
                return;
            }
        }
        self.close();
        self.open = Some(Block { kind, bytes: start..end, fence: fence.unwrap_or_default() });
        if kind == SentenceKind::Heading {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some(block) = self.open.take() else { return };
        if block.kind == SentenceKind::Prose {
            self.prose(block.bytes);
        } else {
            self.push(block.kind, block.bytes);
        }
    }

    fn push(&mut self, kind: SentenceKind, bytes: Range<usize>) {
        let whole = &self.text[bytes.clone()];
        let start = bytes.start + whole.len() - whole.trim_start().len();
        let end = start + whole.trim().len();
        if start < end {
            self.sentences.push(Sentence { kind, bytes: start..end });
        }
    }

    fn prose(&mut self, bytes: Range<usize>) {
        // A line break would end a sentence, and a citation would join two; spaces in their place keep every offset.
        let flat = without_citations(&self.text[bytes.clone()].replace(['\n', '\r'], " "));
        let mut start = 0;
        let mut end = 0;
        for segment in flat.split_sentence_bounds() {
            if end > start && !goes_on(&flat[start..end]) {
                self.push(SentenceKind::Prose, bytes.start + start..bytes.start + end);
                start = end;
            }
            end += segment.len();
        }
        self.push(SentenceKind::Prose, bytes.start + start..bytes.start + end);
    }
}

fn is_heading(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    rest.len() < line.len() && line.len() - rest.len() <= 6 && rest.starts_with(' ')
}

/// `- `, `* `, `+ `, `• `, or a number of at most three digits with `. ` or `) `.
fn is_list_item(line: &str) -> bool {
    if ["- ", "* ", "+ ", "• ", "– "].iter().any(|mark| line.starts_with(mark)) {
        return true;
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    (1..=3).contains(&(line.len() - rest.len())) && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// Whether what looks like a whole sentence ends with an abbreviation or single letters with dots.
fn goes_on(sentence: &str) -> bool {
    let Some(last) = sentence.split_whitespace().next_back() else { return true };
    let last = last.trim_start_matches(['(', '[', '"', '“', '\'']).to_lowercase();
    let letters = !last.is_empty()
        && last.ends_with('.')
        && last.split_terminator('.').all(|part| {
            let mut chars = part.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        });
    // A sentence may end with the word "I" or a letter alone, but far less often than a name has an initial.
    letters || ABBREVIATIONS.binary_search(&last.as_str()).is_ok()
}

/// The text with spaces in place of its citation markers, byte for byte; links of Markdown are none.
fn without_citations(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        masked.push_str(&rest[..open]);
        rest = &rest[open..];
        let length = citation(rest);
        if length > 0 {
            masked.push_str(&" ".repeat(length));
            rest = &rest[length..];
        } else {
            masked.push('[');
            rest = &rest[1..];
        }
    }
    masked.push_str(rest);
    masked
}

/// The bytes of the citation marker at the start, 0 where there is none.
fn citation(text: &str) -> usize {
    let end = text.len().min(MAX_CITATION);
    let Some(close) = text.as_bytes()[..end].iter().position(|&byte| byte == b']') else { return 0 };
    let marker = &text[1..close];
    let is_link = text[close + 1..].starts_with('(');
    if marker.is_empty() || marker.contains([' ', '[']) || is_link { 0 } else { close + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).iter().map(|sentence| &text[sentence.bytes.clone()]).collect()
    }

    #[test]
    fn prose_is_cut_where_a_reader_pauses() {
        assert!(ABBREVIATIONS.is_sorted());
        for (text, expected) in [
            ("One. Two! Three?", vec!["One.", "Two!", "Three?"]),
            ("It costs 3.5 dollars. Dr. Smith paid.", vec!["It costs 3.5 dollars.", "Dr. Smith paid."]),
            ("See e.g. Berlin, i.e. Germany.", vec!["See e.g. Berlin, i.e. Germany."]),
            (
                "J. R. Smith of the U.S. Senate spoke. He left.",
                vec!["J. R. Smith of the U.S. Senate spoke.", "He left."],
            ),
            ("A line\nthat wraps. The next\r\none.", vec!["A line\nthat wraps.", "The next\r\none."]),
            (
                "Refunds take 30 days. [1] [doc-2] They are free.[3] Yes.",
                vec!["Refunds take 30 days. [1] [doc-2]", "They are free.[3]", "Yes."],
            ),
            ("これは文です。次の文です。", vec!["これは文です。", "次の文です。"]),
            ("He said “Stop.” Then he left.", vec!["He said “Stop.”", "Then he left."]),
            ("  \n ", vec![]),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
    }

    #[test]
    fn headings_items_tables_and_code_stay_whole() {
        let text = "# Refunds. Now\nFirst. Second.\n- one. still one\n  and on\n- two\n1. three. Yes\n\n| a | b. |\n|---|---|\n| C. | D |\n```sh\nrm x. Y\n\nz\n```\nEnd.";
        let found: Vec<(SentenceKind, &str)> =
            sentences(text).into_iter().map(|sentence| (sentence.kind, &text[sentence.bytes])).collect();
        assert_eq!(
            found,
            [
                (SentenceKind::Heading, "# Refunds. Now"),
                (SentenceKind::Prose, "First."),
                (SentenceKind::Prose, "Second."),
                (SentenceKind::ListItem, "- one. still one\n  and on"),
                (SentenceKind::ListItem, "- two"),
                (SentenceKind::ListItem, "1. three. Yes"),
                (SentenceKind::Table, "| a | b. |\n|---|---|\n| C. | D |"),
                (SentenceKind::Code, "```sh\nrm x. Y\n\nz\n```"),
                (SentenceKind::Prose, "End."),
            ]
        );
    }

    proptest! {
        #[test]
        fn only_white_space_is_left_out(text in "[A-Za-z. \n\\[\\]#|`*1-]{0,60}|\\PC{0,40}") {
            let mut end = 0;
            let mut kept = String::new();
            for sentence in sentences(&text) {
                prop_assert!(sentence.bytes.start >= end && sentence.bytes.end > sentence.bytes.start);
                end = sentence.bytes.end;
                kept.push_str(&text[sentence.bytes]);
            }
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&kept), letters(&text));
        }
    }
}
