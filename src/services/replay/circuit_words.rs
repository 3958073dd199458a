//! What the breaker of a model does, in words.

use crate::domain::time::Timestamp;
use crate::http::Circuit;

/// What is told of a model that is held back or tried again; nothing where calls go. The reason is untrusted text.
pub fn circuit_words(model: &str, circuit: &Circuit) -> Option<String> {
    match circuit {
        Circuit::Closed => None,
        Circuit::Open { until, why } => {
            Some(format!("{model} is left alone until {}, then one call is tried: {why}", time_of_day(*until)))
        }
        Circuit::HalfOpen { why } => Some(format!("one call of {model} is tried after failures: {why}")),
    }
}

/// The same in a few words, without model and reason.
pub fn circuit_note(circuit: &Circuit) -> Option<String> {
    match circuit {
        Circuit::Closed => None,
        Circuit::Open { until, .. } => Some(format!("left alone until {}", time_of_day(*until))),
        Circuit::HalfOpen { .. } => Some("being tried".to_owned()),
    }
}

fn time_of_day(time: Timestamp) -> String {
    // `2026-11-23T06:41:07.000123Z`: the time of day stands from the twelfth character on.
    let text: String = time.to_rfc3339().chars().skip(11).take(8).collect();
    text + " UTC"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_until_when_and_why() {
        let until = Timestamp::parse_rfc3339("2026-11-23T06:41:07.5Z").unwrap();
        let open = Circuit::Open { until, why: "no connection to http://127.0.0.1:9".into() };
        assert_eq!(
            circuit_words("p/m", &open).unwrap(),
            "p/m is left alone until 06:41:07 UTC, then one call is tried: no connection to http://127.0.0.1:9"
        );
        assert_eq!(circuit_note(&open).unwrap(), "left alone until 06:41:07 UTC");
        assert_eq!(circuit_words("p/m", &Circuit::Closed), None);
    }
}
