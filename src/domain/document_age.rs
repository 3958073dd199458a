//! How old a document is, and whether it says itself that it is out of date; from the metadata of a chunk.

use serde_json::{Map, Value};

use super::time::Timestamp;

/// Names that hold when a document was last changed, the surest first; compared without case and separators.
const CHANGED: [&str; 14] = [
    "updatedat",
    "updated",
    "lastupdated",
    "modifiedat",
    "lastmodified",
    "lastmodifieddate",
    "modified",
    "revised",
    "publishedat",
    "published",
    "date",
    "createdat",
    "created",
    "creationdate",
];
/// Names that hold until when it is true.
const ENDS: [&str; 5] = ["validuntil", "expires", "expiresat", "expirydate", "validto"];
/// Names that hold how it stands.
const STANDING: [&str; 3] = ["status", "state", "lifecycle"];
/// Words for a document that is not to be used any more.
const OUTDATED: [&str; 10] = [
    "outdated",
    "deprecated",
    "archived",
    "superseded",
    "obsolete",
    "expired",
    "old",
    "replaced",
    "retired",
    "withdrawn",
];
const DAY: i64 = 86_400 * 1_000_000_000;

/// When a document was last changed, by its metadata.
pub fn changed_at(metadata: &Map<String, Value>) -> Option<Timestamp> {
    CHANGED.iter().find_map(|wanted| {
        metadata.iter().filter(|(name, _)| folded(name) == *wanted).find_map(|(_, value)| time_of(value))
    })
}

/// Why a document counts as out of date at a time, as its metadata says: `status: outdated`, `expires: 2026-01-01`. The
/// text is foreign.
pub fn outdated(metadata: &Map<String, Value>, at: Timestamp) -> Option<String> {
    metadata.iter().find_map(|(name, value)| {
        let plain = folded(name);
        let says = match value {
            Value::String(text) => {
                let is_outdated = || OUTDATED.contains(&folded(text).as_str());
                let is_over = || time_of(value).is_some_and(|end| end < at);
                (STANDING.contains(&plain.as_str()) && is_outdated()) || (ENDS.contains(&plain.as_str()) && is_over())
            }
            Value::Bool(true) => OUTDATED.contains(&plain.trim_start_matches("is")),
            Value::Bool(false) => matches!(plain.as_str(), "current" | "iscurrent" | "active" | "isactive"),
            _ => false,
        };
        says.then(|| match value {
            Value::String(text) => format!("{name}: {text}"),
            other => format!("{name}: {other}"),
        })
    })
}

/// The time between two moments in its largest unit: `12 d`, `5 mo`, `2 y`; `0 d` on the day, and for one that is
/// still to come.
pub fn age(changed: Timestamp, at: Timestamp) -> String {
    match at.since(changed).max(0) / DAY {
        days @ 0..=59 => format!("{days} d"),
        days @ 60..=729 => format!("{} mo", days / 30),
        days => format!("{} y", days / 365),
    }
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A time in a value: as in RFC 3339, a day alone, or seconds or milliseconds since 1970.
fn time_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            Timestamp::parse_rfc3339(text)
                .or_else(|| Timestamp::parse_rfc3339(&format!("{}T00:00:00Z", text.get(..10)?)))
        }
        Value::Number(number) => {
            // From 2001 on in seconds, from 2001 on in milliseconds.
            let nanos = match number.as_i64()? {
                seconds @ 1_000_000_000..=9_999_999_999 => seconds.checked_mul(1_000_000_000)?,
                millis @ 1_000_000_000_000..=9_999_999_999_999 => millis.checked_mul(1_000_000)?,
                _ => return None,
            };
            Some(Timestamp::from_nanos(nanos))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_last_change_counts_and_then_the_creation() {
        let both = map(&json!({"created_at": "2020-01-01", "Updated": "2026-01-22", "title": "x"}));
        assert_eq!(changed_at(&both), Some(at("2026-01-22T00:00:00Z")));
        let millis = map(&json!({"last_modified": 1_760_000_000_000_i64}));
        assert_eq!(changed_at(&millis), Some(at("2025-10-09T08:53:20Z")));
        assert_eq!(changed_at(&map(&json!({"date": "soon", "updated": null}))), None);
    }

    #[test]
    fn ages_have_their_largest_unit() {
        let now = at("2026-11-23T00:00:00Z");
        for (then, said) in [
            ("2026-11-23T00:00:00Z", "0 d"),
            ("2026-12-01T00:00:00Z", "0 d"),
            ("2026-10-10T00:00:00Z", "44 d"),
            ("2026-01-22T00:00:00Z", "10 mo"),
            ("2023-01-22T00:00:00Z", "3 y"),
        ] {
            assert_eq!(age(at(then), now), said, "{then}");
        }
    }

    #[test]
    fn a_document_can_say_that_it_is_out_of_date() {
        let now = at("2026-11-23T00:00:00Z");
        let says = |value: Value| outdated(&map(&value), now);
        assert_eq!(says(json!({"status": "Outdated"})).as_deref(), Some("status: Outdated"));
        assert_eq!(says(json!({"valid_until": "2026-01-01"})).as_deref(), Some("valid_until: 2026-01-01"));
        assert_eq!(says(json!({"deprecated": true})).as_deref(), Some("deprecated: true"));
        assert_eq!(says(json!({"is_current": false})).as_deref(), Some("is_current: false"));
        assert_eq!(says(json!({"status": "current", "expires": "2027-01-01", "archived": false})), None);
    }
}
