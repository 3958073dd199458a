//! The file of golden cases: JSON lines, of which only the line that is kept anew is ever written again.

use serde_json::Value;

use super::case::{GoldenCase, NewGolden};
use super::fields::{FieldError, kind_of};

/// What begins a line that a merge of git left.
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoldenFileError {
    /// It is no JSON object.
    #[error("line {line}: {reason}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A field of it is wrong.
    #[error("line {line}: {error}")]
    Field {
        /// The line, from 1.
        line: usize,
        /// The field and what is wrong.
        error: FieldError,
    },
}

impl GoldenFileError {
    /// The mistake as editors find it: `golden.jsonl:3: field chunks[0].content: expected text, found a number`.
    pub fn at(&self, file: &str) -> String {
        match self {
            Self::Line { line, reason } => format!("{file}:{line}: {reason}"),
            Self::Field { line, error } => format!("{file}:{line}: {error}"),
        }
    }
}

/// A file of golden cases as it was read; every byte of it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoldenFile {
    lines: Vec<Line>,
}

/// A line with its end, and the case on it; a blank line has none.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    raw: String,
    case: Option<GoldenCase>,
}

/// What keeping a case did to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The case is a new line, the last one.
    Added,
    /// The case was there, and its line says something else now.
    Updated,
    /// The case was there and says the same.
    Unchanged,
}

impl GoldenFile {
    /// Reads a file; a mistake names its line and field.
    pub fn parse(text: &str) -> Result<Self, GoldenFileError> {
        let lines = text.split_inclusive('\n').enumerate();
        Ok(Self { lines: lines.map(|(place, raw)| line(place + 1, raw)).collect::<Result<_, _>>()? })
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        self.lines.iter().map(|line| line.raw.as_str()).collect()
    }

    /// The cases in the order of the file. Where a merge left one twice, the last line counts, in the place of the first.
    pub fn cases(&self) -> Vec<&GoldenCase> {
        let mut cases: Vec<&GoldenCase> = Vec::new();
        for case in self.lines.iter().filter_map(|line| line.case.as_ref()) {
            match cases.iter_mut().find(|known| known.id == case.id) {
                Some(known) => *known = case,
                None => cases.push(case),
            }
        }
        cases
    }

    /// Keeps a case: as a new line, or in the place of the line that has it already. No other line changes.
    pub fn keep(&mut self, new: NewGolden) -> (Kept, GoldenCase) {
        let is_it = |line: &Line| line.case.as_ref().is_some_and(|case| case.is_of(&new.trace_id, &new.span_id));
        let ending = self.ending();
        if let Some(place) = self.lines.iter().rposition(is_it)
            && let Some(old) = &self.lines[place].case
        {
            let case = old.kept_again(new);
            if case == *old {
                return (Kept::Unchanged, case);
            }
            let own = &self.lines[place].raw;
            let end = &own[own.trim_end_matches(['\r', '\n']).len()..];
            self.lines[place] = Line { raw: case.to_line() + end, case: Some(case.clone()) };
            return (Kept::Updated, case);
        }
        let case = GoldenCase::new(new);
        if let Some(last) = self.lines.last_mut().filter(|last| !last.raw.ends_with('\n')) {
            last.raw.push_str(ending);
        }
        self.lines.push(Line { raw: case.to_line() + ending, case: Some(case.clone()) });
        (Kept::Added, case)
    }

    /// How lines of this file end.
    fn ending(&self) -> &'static str {
        if self.lines.first().is_some_and(|first| first.raw.ends_with("\r\n")) { "\r\n" } else { "\n" }
    }
}

fn line(number: usize, raw: &str) -> Result<Line, GoldenFileError> {
    let text = if number == 1 { raw.trim_start_matches('\u{feff}') } else { raw }.trim();
    if text.is_empty() {
        return Ok(Line { raw: raw.to_owned(), case: None });
    }
    let wrong = |reason: String| GoldenFileError::Line { line: number, reason };
    if MERGE_MARKS.iter().any(|mark| text.starts_with(mark)) {
        return Err(wrong(
            "a merge was not finished here: keep the lines of both sides and delete the marks".to_owned(),
        ));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => {
            let case = GoldenCase::from_json(object).map_err(|error| GoldenFileError::Field { line: number, error })?;
            Ok(Line { raw: raw.to_owned(), case: Some(case) })
        }
        Ok(other) => Err(wrong(format!("expected an object, found {}", kind_of(&other)))),
        Err(error) => Err(wrong(format!("no JSON: {}", in_column(&error)))),
    }
}

/// What is wrong with a text, with the column and without the line, which is always the first.
fn in_column(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    format!("{reason} in column {}", error.column())
}
