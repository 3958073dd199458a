//! Reads values out of a TOML file, collecting mistakes with their lines.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Mistake;
use super::model::{Setting, Source};
use crate::domain::money::Money;
use crate::domain::nearest::nearest;

/// A value of the file with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A file being read.
pub(super) struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    /// What was wrong so far.
    pub(super) mistakes: Vec<Mistake>,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, text, mistakes: Vec::new() }
    }

    fn line(&self, offset: usize) -> u32 {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        1 + memchr::memchr_iter(b'\n', before).count() as u32
    }

    /// Notes a mistake at a place of the file.
    pub(super) fn wrong(&mut self, at: Range<usize>, key: &str, message: impl Into<String>) {
        let line = Some(self.line(at.start));
        let key = key.chars().take(120).collect();
        self.mistakes.push(Mistake { path: Some(self.path.to_owned()), line, key, message: message.into() });
    }

    /// Notes a key that no one knows.
    pub(super) fn unknown(&mut self, at: Range<usize>, table: &str, key: &str, known: &[&str]) {
        let full = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
        let message = nearest(key, known.iter().copied()).map_or_else(
            || format!("unknown key; the keys here are {}", known.join(", ")),
            |near| format!("unknown key; the nearest known one is {near}"),
        );
        self.wrong(at, &full, message);
    }

    /// A value with its place as the source.
    pub(super) fn setting<T>(&self, at: &Value<'_>, value: T) -> Setting<T> {
        let line = self.line(at.span().start);
        Setting { value, source: Source::File { path: self.path.to_owned(), line } }
    }

    fn wrong_type(&mut self, value: &Value<'_>, key: &str, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(value.span(), key, format!("expected {expected}, found {found}"));
    }

    /// A table.
    pub(super) fn table<'v, 'd>(&mut self, key: &str, value: &'v Value<'d>) -> Option<&'v DeTable<'d>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        self.wrong_type(value, key, "a table");
        None
    }

    /// A string that is not empty.
    pub(super) fn string(&mut self, key: &str, value: &Value<'_>) -> Option<Setting<String>> {
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(self.setting(value, text.to_string())),
            DeValue::String(_) => {
                self.wrong(value.span(), key, "is empty; give a value or leave the key out");
                None
            }
            _ => {
                self.wrong_type(value, key, "a string");
                None
            }
        }
    }

    /// A string in a notation of its own.
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        parse: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Option<Setting<T>> {
        let text = self.string(key, value)?;
        if let Some(value) = parse(&text.value) {
            return Some(Setting { value, source: text.source });
        }
        self.wrong(value.span(), key, format!("must be {expected}"));
        None
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &str, value: &Value<'_>) -> Option<Setting<bool>> {
        if let DeValue::Boolean(yes) = value.get_ref() {
            return Some(self.setting(value, *yes));
        }
        self.wrong_type(value, key, "true or false");
        None
    }

    /// A whole number in a range.
    pub(super) fn integer(&mut self, key: &str, value: &Value<'_>, range: Range<u64>) -> Option<Setting<u64>> {
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(value, key, "a whole number");
            return None;
        };
        match u64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if range.contains(&number) => Some(self.setting(value, number)),
            _ => {
                let message = format!("must be from {} to {}", range.start, range.end - 1);
                self.wrong(value.span(), key, message);
                None
            }
        }
    }

    /// A whole number that fits 32 bits.
    pub(super) fn small(&mut self, key: &str, value: &Value<'_>, most: u32) -> Option<Setting<u32>> {
        let setting = self.integer(key, value, 1..u64::from(most) + 1)?;
        Some(Setting { value: u32::try_from(setting.value).unwrap_or(most), source: setting.source })
    }

    /// US dollars, not less than zero.
    pub(super) fn money(&mut self, key: &str, value: &Value<'_>) -> Option<Setting<Money>> {
        let parsed = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse::<Money>().ok(),
            DeValue::Float(float) => float.as_str().parse::<Money>().ok(),
            _ => {
                self.wrong_type(value, key, "a number of dollars");
                return None;
            }
        };
        match parsed {
            Some(amount) if amount >= Money::ZERO => Some(self.setting(value, amount)),
            _ => {
                self.wrong(value.span(), key, "must be a number of dollars, 0 or more");
                None
            }
        }
    }

    /// A list of strings.
    pub(super) fn strings(&mut self, key: &str, value: &Value<'_>) -> Option<Setting<Vec<String>>> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(value, key, "a list of strings");
            return None;
        };
        let mut list = Vec::new();
        for item in array {
            let DeValue::String(text) = item.get_ref() else {
                self.wrong_type(item, key, "a list of strings");
                return None;
            };
            list.push(text.to_string());
        }
        Some(self.setting(value, list))
    }

    /// One of a list of words.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        key: &str,
        value: &Value<'_>,
        choices: &[(&str, T)],
    ) -> Option<Setting<T>> {
        let text = self.string(key, value)?;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text.value) {
            return Some(Setting { value: *choice, source: text.source });
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let mut message = format!("must be one of {}", names.join(", "));
        if let Some(near) = nearest(&text.value, names) {
            message.push_str("; the nearest is ");
            message.push_str(near);
        }
        self.wrong(value.span(), key, message);
        None
    }
}
