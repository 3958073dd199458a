//! Rendering compared with the official packages on the cases below tests/fixtures/prompts; its README says how they
//! were made.

use serde_json::{Map, Value, json};

use super::super::*;
use crate::domain::message::{Message, Part, Role};

/// The cases of a format, as the generator wrote them.
fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/fixtures/prompts/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn messages(value: &Value) -> Vec<Message> {
    let part = |part: &Value| match (part.get("text"), part["kind"].as_str()) {
        (Some(text), _) => Part::Text { text: text.as_str().unwrap().to_owned() },
        (None, Some("image")) => {
            Part::Other { value: json!({"type": "image", "source": {"url": part["source"].as_str().unwrap()}}) }
        }
        _ => Part::Other { value: part.clone() },
    };
    let message = |message: &Value| Message {
        role: Role::parse(message["role"].as_str().unwrap()),
        name: None,
        parts: message["content"].as_array().unwrap().iter().map(part).collect(),
    };
    value.as_array().into_iter().flatten().map(message).collect()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn inputs(case: &Value) -> Inputs {
    let partials = object(&case["partials"]).into_iter();
    Inputs {
        variables: object(&case["variables"]),
        history: messages(&case["history"]),
        partials: partials.map(|(name, source)| (name, source.as_str().unwrap().to_owned())).collect(),
        context: object(&case["context"]),
    }
}

/// Each case that comes out otherwise, with both sides.
fn differences(format: PromptFormat, file: &str) -> Vec<String> {
    let mut differences = Vec::new();
    for case in cases(file) {
        let expected = match (case.get("ours"), case["reference"].get("messages")) {
            (Some(ours), _) => ours,
            (None, Some(messages)) => messages,
            (None, None) => panic!("{} has no expected messages", case["name"]),
        };
        let prompt = Prompt::parse("p", format, case["file"].as_str().unwrap());
        if expected.is_null() {
            let rendered = prompt.and_then(|prompt| prompt.render(&inputs(&case)));
            if let Ok(rendered) = rendered {
                differences.push(format!("{}: not refused: {rendered:?}", case["name"]));
            }
            continue;
        }
        let rendered = prompt.and_then(|prompt| prompt.preview(&inputs(&case)));
        let expected = messages(expected);
        if rendered.as_ref() != Ok(&expected) {
            differences.push(format!("{}\n  expected {expected:?}\n  rendered {rendered:?}", case["name"]));
        }
    }
    differences
}

#[test]
fn dotprompt_renders_as_the_official_package() {
    assert_eq!(differences(PromptFormat::Dotprompt, "dotprompt").join("\n"), "");
}

#[test]
fn prompty_renders_as_the_official_package() {
    assert_eq!(differences(PromptFormat::Prompty, "prompty").join("\n"), "");
}

#[test]
fn github_models_renders_as_the_official_program() {
    assert_eq!(differences(PromptFormat::GithubModels, "github").join("\n"), "");
}

#[test]
fn picoschema_means_the_json_schema_that_the_official_package_makes_of_it() {
    let mut compared = 0;
    for case in cases("dotprompt") {
        let prompt = Prompt::parse("p", PromptFormat::Dotprompt, case["file"].as_str().unwrap());
        let Ok(prompt) = prompt else { continue };
        if let Some(schema) = case["reference"].pointer("/output/schema") {
            assert_eq!(prompt.output.schema.as_ref(), Some(schema), "{}", case["name"]);
            compared += 1;
        }
        if let (Some(expected), Some(schema)) =
            (case["reference"].get("input"), prompt.front.get("input").and_then(|input| input.get("schema")))
        {
            assert_eq!(&schema::json_schema(schema).unwrap(), expected, "{}", case["name"]);
            compared += 1;
        }
    }
    assert!(compared >= 6, "{compared}");
}
