//! Tells apart variants that send the very same request: each has answers of its own, or a comparison of a thing with itself
//! would compare copies.

use std::collections::HashMap;

use crate::domain::run::Case;

/// The requests of one case, by hash.
#[derive(Debug, Default)]
pub(super) struct Twins(HashMap<String, u32>);

impl Twins {
    /// The hash by which the cache knows a variant's request: the request's own for the first variant that sends it, another
    /// for each that sends it too.
    pub(super) fn told_apart(&mut self, hash: String) -> String {
        let count = self.0.entry(hash.clone()).or_default();
        *count += 1;
        match *count {
            1 => hash,
            nth => blake3::hash(format!("{hash} {nth}").as_bytes()).to_hex().to_string(),
        }
    }
}

/// Whether a recorded answer may be another the next time: its temperature is not 0, or is not known.
pub fn is_unsteady(case: &Case) -> bool {
    case.parameters.get("temperature").and_then(serde_json::Value::as_f64) != Some(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::case;
    use super::*;

    #[test]
    fn the_same_request_of_two_variants_has_two_names_and_always_the_same_ones() {
        let names = |hashes: &[&str]| -> Vec<String> {
            let mut twins = Twins::default();
            hashes.iter().map(|hash| twins.told_apart((*hash).to_owned())).collect()
        };
        let three = names(&["a", "b", "a"]);
        assert_eq!((three[0].as_str(), three[1].as_str()), ("a", "b"));
        assert!(three[2] != "a" && three[2].len() == 64);
        assert_eq!(three, names(&["a", "b", "a"]));
    }

    #[test]
    fn only_a_temperature_of_zero_is_steady() {
        let with = |value: serde_json::Value| {
            let mut case = case("t");
            case.parameters.insert("temperature".into(), value);
            is_unsteady(&case)
        };
        assert_eq!(
            [with(0.into()), with(0.0.into()), with(0.7.into()), is_unsteady(&case("t"))],
            [false, false, true, true]
        );
    }
}
