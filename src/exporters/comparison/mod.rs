//! A comparison of a run for others: a page for people, or rows for programs. One file a format; adding one is a line in
//! [`FORMATS`].

mod csv;
mod figures;
mod html;
mod json_lines;
mod lines;
mod markdown;
mod report;
mod rows;
#[cfg(test)]
mod tests;

pub use report::{AnswerEntry, CaseEntry, DifferenceEntry, Kept, Measure, Report, VariantEntry};
pub use rows::{Field, Rows, rows};

/// A format that a comparison can be written in.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The suffixes of its files, without the dot; the first is the usual one.
    pub suffixes: &'static [&'static str],
    /// What it is good for, in a few words.
    pub about: &'static str,
    /// How it is written.
    pub writing: Writing,
}

/// How a format is written.
#[derive(Clone, Copy, Debug)]
pub enum Writing {
    /// As a text.
    Text(fn(&Report) -> String),
    /// As an Apache Parquet file of [`rows`], by whoever has a database at hand.
    Parquet,
}

/// Every format.
pub static FORMATS: &[Format] = &[
    Format {
        name: "markdown",
        suffixes: &["md", "markdown"],
        about: "for a pull request",
        writing: Writing::Text(markdown::page),
    },
    Format {
        name: "html",
        suffixes: &["html", "htm"],
        about: "one file for a browser",
        writing: Writing::Text(html::page),
    },
    Format { name: "csv", suffixes: &["csv"], about: "a row an answer", writing: Writing::Text(csv::table) },
    Format {
        name: "jsonl",
        suffixes: &["jsonl", "ndjson"],
        about: "an object an answer",
        writing: Writing::Text(json_lines::lines),
    },
    Format { name: "parquet", suffixes: &["parquet"], about: "a row an answer, typed", writing: Writing::Parquet },
];

impl Format {
    /// The format of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that a file's suffix names.
    pub fn of_suffix(suffix: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.suffixes.iter().any(|known| known.eq_ignore_ascii_case(suffix)))
    }

    /// The usual suffixes of all formats with their dots: `.md, .html or .csv`.
    pub fn usual_suffixes() -> String {
        let all: Vec<String> =
            FORMATS.iter().filter_map(|format| Some(format!(".{}", format.suffixes.first()?))).collect();
        match all.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => all.concat(),
        }
    }
}
