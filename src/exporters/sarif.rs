//! Findings of the linter as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), which code hosts and editors
//! read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::domain::lint::{Finding, RULES, Severity};

/// The schema that the document follows.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A checked file with its findings.
#[derive(Clone, Copy, Debug)]
pub struct CheckedFile<'a> {
    /// The path from the workspace's directory, with slashes.
    pub path: &'a str,
    /// What was found in it.
    pub findings: &'a [Finding],
}

/// The document: one run with every rule, and a result for each finding.
///
/// Lines and columns count from 1, a column a Unicode code point; the end column is the one after the last character.
/// `version` is this program's.
pub fn document(files: &[CheckedFile<'_>], version: &str) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": { "text": rule.about },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    let results: Vec<Value> =
        files.iter().flat_map(|file| file.findings.iter().map(|finding| result(file.path, finding))).collect();
    let artifacts: Vec<Value> =
        files.iter().map(|file| json!({ "location": { "uri": uri(file.path), "uriBaseId": "WORKSPACE" } })).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "hindcast", "semanticVersion": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "WORKSPACE": { "description": { "text": "The workspace's directory." } } },
            "artifacts": artifacts,
            "results": results,
        }],
    })
}

fn result(path: &str, finding: &Finding) -> Value {
    let index = RULES.iter().position(|rule| rule.name == finding.rule.name);
    json!({
        "ruleId": finding.rule.name,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": format!("{} {}", finding.message, finding.remedy) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(path), "uriBaseId": "WORKSPACE" },
                "region": {
                    "startLine": finding.start.line,
                    "startColumn": finding.start.column,
                    "endLine": finding.end.line,
                    "endColumn": finding.end.column,
                },
            },
        }],
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A relative path as a URI reference: everything but unreserved characters and slashes in percent form (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lint::{Facts, Known, ModelFacts, Settings, Subject, check};
    use crate::domain::prompt::PromptFormat;

    struct Nothing;

    impl ModelFacts for Nothing {
        fn find(&self, _: Option<&str>, _: &str) -> Known {
            Known::Provider
        }
    }

    fn findings(text: &str) -> Vec<Finding> {
        let facts = Facts {
            models: &Nothing,
            tokens: &|text| text.len() as u64,
            traffic: None,
            others: &[],
            partials: &std::collections::BTreeMap::new(),
            today: None,
            settings: &Settings::default(),
        };
        check(&Subject { name: "p", format: PromptFormat::Dotprompt, text }, &facts)
    }

    #[test]
    fn the_document_has_what_the_standard_requires() {
        let findings = findings("{{role \"system\"}}é😀 {{question}}\u{200B}");
        let document = document(&[CheckedFile { path: "prompts/ä b.prompt", findings: &findings }], "0.1.0");
        assert_eq!(document["version"], "2.1.0");
        assert!(document["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
        let run = &document["runs"][0];
        assert_eq!(
            (&run["columnKind"], &run["tool"]["driver"]["name"]),
            (&"unicodeCodePoints".into(), &"hindcast".into())
        );
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), RULES.len());
        assert!(rules.iter().all(|rule| !rule["shortDescription"]["text"].as_str().unwrap().is_empty()));
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "prompts/%C3%A4%20b.prompt");
            assert!(run["originalUriBaseIds"].get(place["artifactLocation"]["uriBaseId"].as_str().unwrap()).is_some());
            for field in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][field].as_u64().unwrap() >= 1, "{field}");
            }
        }
        let untrusted = results.iter().find(|result| result["ruleId"] == "untrusted-in-system").unwrap();
        let region = &untrusted["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            (&region["startColumn"], &region["endColumn"]),
            (&21.into(), &33.into()),
            "columns count code points"
        );
    }

    #[test]
    fn no_finding_is_an_empty_list_of_results() {
        let document = document(&[CheckedFile { path: "prompts/a.prompt", findings: &[] }], "0.1.0");
        assert_eq!(document["runs"][0]["results"], json!([]));
        assert_eq!(document["runs"][0]["artifacts"][0]["location"]["uri"], "prompts/a.prompt");
    }
}
