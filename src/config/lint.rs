//! `[lint]`: rules for prompts that are off or weigh differently.

use toml::de::{DeTable, DeValue};

use super::nearest;
use super::reader::{Reader, Value};
use crate::domain::lint::{RULES, Settings, Severity, rule};

const KEYS: &[&str] = &["disable", "severity"];

/// Reads the table over what is known so far; a list of a later file replaces that of an earlier one.
pub(super) fn read(reader: &mut Reader<'_>, settings: &mut Settings, table: &DeTable<'_>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match name {
            "disable" => disable(reader, settings, value),
            "severity" => {
                let Some(table) = reader.table("lint.severity", value) else { continue };
                for (key, value) in table {
                    let name = key.get_ref().as_ref();
                    let full = format!("lint.severity.{name}");
                    let choices = Severity::ALL.map(|severity| (severity.as_str(), severity));
                    match rule(name) {
                        Some(rule) => {
                            if let Some(severity) = reader.one_of(&full, value, &choices) {
                                settings.severity.insert(rule.name, severity.value);
                            }
                        }
                        None => reader.wrong(key.span(), &full, unknown(name)),
                    }
                }
            }
            _ => reader.unknown(key.span(), "lint", name, KEYS),
        }
    }
}

fn disable(reader: &mut Reader<'_>, settings: &mut Settings, value: &Value<'_>) {
    let Some(list) = reader.strings("lint.disable", value) else { return };
    settings.disabled.clear();
    for (index, name) in list.value.iter().enumerate() {
        if let Some(rule) = rule(name) {
            settings.disabled.insert(rule.name);
            continue;
        }
        let place = match value.get_ref() {
            DeValue::Array(array) => array.get(index).map_or(value.span(), toml::Spanned::span),
            _ => value.span(),
        };
        reader.wrong(place, "lint.disable", unknown(name));
    }
}

fn unknown(name: &str) -> String {
    let name: String = name.chars().take(60).collect();
    nearest(&name, RULES.iter().map(|rule| rule.name)).map_or_else(
        || format!("there is no rule `{name}`; `hindcast prompt lint` shows the names of rules with its findings"),
        |near| format!("there is no rule `{name}`; the nearest is {near}"),
    )
}
