//! `conflicting-format`: instructions about the answer's form that cannot both be followed.

use std::ops::Range;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::pattern::{Pattern, compile, is_match, matches};
use super::text::{code, within};
use crate::domain::message::Role;

/// The rule.
pub static RULE: Rule = Rule {
    name: "conflicting-format",
    severity: Severity::Warning,
    about: "Two instructions about the form of the answer contradict each other.",
    check: Some(check),
};

/// What an instruction asks of the answer's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Markdown,
    NoMarkdown,
    PlainText,
    Bullets,
    NoBullets,
    CodeBlock,
    /// So many sentences.
    Sentences(u32),
    /// So many paragraphs.
    Paragraphs(u32),
}

impl Form {
    /// Whether no answer can be both.
    fn excludes(self, other: Self) -> bool {
        let one_way = |a: Self, b: Self| match (a, b) {
            (Self::Json, Self::Markdown | Self::PlainText | Self::Bullets)
            | (Self::NoMarkdown | Self::PlainText, Self::Markdown | Self::CodeBlock)
            | (Self::NoBullets, Self::Bullets) => true,
            (Self::Sentences(sentences), Self::Paragraphs(paragraphs)) => sentences < paragraphs,
            (Self::Sentences(a), Self::Sentences(b)) | (Self::Paragraphs(a), Self::Paragraphs(b)) => a != b,
            _ => false,
        };
        one_way(self, other) || one_way(other, self)
    }

    fn words(self) -> String {
        match self {
            Self::Json => "JSON".into(),
            Self::Markdown => "Markdown".into(),
            Self::NoMarkdown => "no Markdown".into(),
            Self::PlainText => "plain text".into(),
            Self::Bullets => "a list".into(),
            Self::NoBullets => "no list".into(),
            Self::CodeBlock => "a code block".into(),
            Self::Sentences(1) => "one sentence".into(),
            Self::Sentences(count) => format!("{count} sentences"),
            Self::Paragraphs(1) => "one paragraph".into(),
            Self::Paragraphs(count) => format!("{count} paragraphs"),
        }
    }
}

/// An instruction and its place.
struct Said {
    form: Form,
    range: Range<usize>,
}

static NEGATED: &str = r"(?:do not|don['’]t|never|no|not|without|avoid)";

/// Words without which a sentence says nothing of the answer's form.
static WORDS: Pattern = Pattern::new(|| {
    compile(r"(?i)json|markdown|plain[- ]text|bullet|lists?\b|code (?:block|fence)|sentence|paragraph")
});

static JSON: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:(?:only|just|nothing but|exclusively|valid|strict)\b[^.\n]{0,30}\bJSON\b|JSON\b[^.\n]{0,15}\bonly\b|(?:respond|reply|answer|return|output)\b[^.\n]{0,20}\b(?:in|as|with|using)\s+(?:an?\s+)?(?:single\s+|valid\s+)?JSON\b)",
    )
});
static MARKDOWN: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:use|using|respond|reply|answer|format(?:ted)?|output|write)\b[^.\n]{0,30}?\b(?:(?:in|as|with|using)\s+)?(?:github[- ]flavou?red\s+|rich\s+)?markdown\b",
    )
});
static NO_MARKDOWN: Pattern = Pattern::new(|| {
    compile(&format!(r"(?i)\b{NEGATED}\b\s+(?:use\s+|write\s+|output\s+|any\s+|include\s+)*markdown\b"))
});
static PLAIN: Pattern = Pattern::new(|| {
    compile(r"(?i)\b(?:respond|reply|answer|return|output|write|use|in|as)\b[^.\n]{0,20}\bplain[- ]text\b")
});
static BULLETS: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:use|as|in|with|respond|answer|reply|give|write|return|format)\b[^.\n]{0,30}?\b(?:bullet(?:ed)?[- ]?(?:points?|lists?)|bullets|numbered lists?)\b",
    )
});
static NO_BULLETS: Pattern = Pattern::new(|| {
    compile(&format!(
        r"(?i)\b{NEGATED}\b\s+(?:use\s+|write\s+|any\s+)*(?:bullet(?:ed)?[- ]?(?:points?|lists?)|bullets|lists?)\b"
    ))
});
static CODE: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:wrap|put|inside|within|enclose|return|respond|use|in)\b[^.\n]{0,30}\b(?:a|the)?\s*(?:markdown )?code (?:block|fence)s?\b",
    )
});
static LENGTH: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(one|a single|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s+(?:short\s+|brief\s+|concise\s+|full\s+|complete\s+)?(sentence|paragraph)s?\b",
    )
});

/// Words that make an instruction hold sometimes or for a part of the answer only.
static PARTIAL: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:if|when|whenever|unless|otherwise|except|for (?:each|every|short|long|simple|complex)|each|every|field|fields|value|values|property|properties|key|keys|string|inside|within the|column|per|first|then|followed|title|headline|or|may|can|e\.g|example|between|least|about)\b|[`{}]",
    )
});
/// Words that make a length one of the answer.
static ABOUT_ANSWER: Pattern = Pattern::new(|| {
    compile(
        r"(?i)\b(?:answer|answers|reply|respond|response|write|output|summari[sz]e|summary|explain|describe|keep it|limit)\b",
    )
});
static DENIED: Pattern = Pattern::new(|| compile(&format!(r"(?i)\b{NEGATED}\b")));

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut said = declared(context);
    for section in &context.source.sections {
        if matches!(section.role, Role::System | Role::User) {
            let start = section.body().start;
            let text = context.source.slice(section.body());
            let code = code(text);
            let mut words = matches(&WORDS, text).map(|word| word.start()).peekable();
            for sentence in sentences(text) {
                let mut speaks = false;
                while words.next_if(|at| *at < sentence.end).is_some() {
                    speaks = true;
                }
                if speaks && !within(&code, sentence.start) {
                    read(&text[sentence.clone()], start + sentence.start, &mut said);
                }
            }
        }
    }
    for (index, later) in said.iter().enumerate() {
        let Some(earlier) = said[..index].iter().find(|earlier| earlier.form.excludes(later.form)) else { continue };
        let line = context.source.lines.position(earlier.range.start).line;
        let message =
            format!("This asks for {}, but line {line} asks for {}.", later.form.words(), earlier.form.words());
        findings.push(&RULE, later.range.clone(), message, "Keep one of the two, or say when each holds.");
    }
}

/// What the front matter says of the answer's form.
fn declared(context: &Context<'_>) -> Vec<Said> {
    let source = &context.source;
    let json = |key: &str, path: &[&str]| {
        let key = source
            .key(path)
            .filter(|found| source.slice(found.value.clone()).trim_matches(['"', '\'']).starts_with(key))?;
        Some(Said { form: Form::Json, range: key.value.clone() })
    };
    [json("json", &["output", "format"]), json("json", &["responseFormat"])].into_iter().flatten().collect()
}

/// The sentences of a text: between full stops, question and exclamation marks before white space, and line breaks.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in text.bytes().enumerate() {
        let stop = matches!(byte, b'.' | b'!' | b'?' | b';') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        if stop || byte == b'\n' {
            ranges.push(start..at + 1);
            start = at + 1;
        }
    }
    ranges.push(start..text.len());
    ranges
}

/// Notes what one sentence asks for.
fn read(sentence: &str, offset: usize, said: &mut Vec<Said>) {
    if sentence.len() > 400 || is_match(&PARTIAL, sentence) {
        return;
    }
    let mut note =
        |form, range: Range<usize>| said.push(Said { form, range: offset + range.start..offset + range.end });
    let find = |pattern: &Pattern| pattern.as_ref().and_then(|regex| regex.find(sentence)).map(|found| found.range());
    let denied = find(&DENIED);
    let free = |range: &Range<usize>| {
        denied.as_ref().is_none_or(|denied| denied.start > range.end || denied.end + 40 < range.start)
    };
    match (find(&NO_MARKDOWN), find(&MARKDOWN)) {
        (Some(range), _) => note(Form::NoMarkdown, range),
        (None, Some(range)) if free(&range) => note(Form::Markdown, range),
        _ => {}
    }
    match (find(&NO_BULLETS), find(&BULLETS)) {
        (Some(range), _) => note(Form::NoBullets, range),
        (None, Some(range)) if free(&range) => note(Form::Bullets, range),
        _ => {}
    }
    for (pattern, form) in [(&JSON, Form::Json), (&PLAIN, Form::PlainText), (&CODE, Form::CodeBlock)] {
        if let Some(range) = find(pattern).filter(|range| free(range)) {
            note(form, range);
        }
    }
    if let Some(groups) = LENGTH.as_ref().and_then(|regex| regex.captures(sentence))
        && let (Some(whole), Some(count), Some(unit)) = (groups.get(0), groups.get(1), groups.get(2))
        && denied.is_none()
    {
        // “One sentence.” by itself is an instruction too.
        let alone = sentence.trim().len() <= whole.len() + 1;
        if let Some(count) = number(count.as_str())
            && (alone || is_match(&ABOUT_ANSWER, sentence))
        {
            let sentences = unit.as_str().eq_ignore_ascii_case("sentence");
            note(if sentences { Form::Sentences(count) } else { Form::Paragraphs(count) }, whole.range());
        }
    }
}

fn number(word: &str) -> Option<u32> {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let word = word.to_ascii_lowercase();
    if word == "a single" {
        return Some(1);
    }
    WORDS.iter().position(|known| *known == word).map(|at| at as u32 + 1).or_else(|| word.parse().ok())
}

#[cfg(test)]
pub(in super::super) fn compiles() -> bool {
    [
        &WORDS,
        &JSON,
        &MARKDOWN,
        &NO_MARKDOWN,
        &PLAIN,
        &BULLETS,
        &NO_BULLETS,
        &CODE,
        &LENGTH,
        &PARTIAL,
        &ABOUT_ANSWER,
        &DENIED,
    ]
    .iter()
    .all(|pattern| pattern.is_some())
}
