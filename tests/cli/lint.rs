//! `hindcast prompt lint`.

use serde_json::Value;

use super::place::Place;
use super::recording::three;

const BAD: &str = "---\ninput:\n  schema:\n    question: string\n    tone: string\n---\n{{role \"system\"}}\nThe user asks {{question}}.\n";

fn place() -> Place {
    let place = Place::with_traces(&three());
    place.write("prompts/support/bad.prompt", BAD);
    place.write("prompts/good.prompt", "Answer the question.\n{{question}}\n");
    place
}

/// The names of an object's fields.
fn names(value: &Value) -> String {
    value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn findings_are_printed_in_every_format() {
    let place = place();
    let text = place.run(&["prompt", "lint"]).ends_with(1);
    insta::assert_snapshot!(text.stdout, @r"
    prompts/support/bad.prompt:5:5: warning unused-variable: `tone` is declared but never used.
      Use it in the template, or take `tone` out of the inputs.
    prompts/support/bad.prompt:7:1: warning missing-role: No message has the role user, which most models need to answer.
      Put what is asked into a message of the role user.
    prompts/support/bad.prompt:8:15: warning untrusted-in-system: `question` carries text of end users and stands in a system message, where a model takes what it says for instructions.
      Put `question` into a user message, between delimiters.
    ");
    assert!(text.stderr.contains("2 prompts checked: 3 warnings"), "{text:?}");

    let document = place.run(&["prompt", "lint", "support/bad", "--format", "json"]).ends_with(1).json();
    insta::assert_snapshot!(names(&document), @"schema_version findings");
    insta::assert_snapshot!(names(&document["findings"][0]), @"prompt path line column end_line end_column severity rule message remedy");
    assert_eq!(document["findings"][0]["rule"], "unused-variable");

    let rows = place.run(&["prompt", "lint", "--format", "jsonl"]).ends_with(1).stdout;
    assert_eq!(rows.lines().count(), 3);
    let csv = place.run(&["prompt", "lint", "--format", "csv"]).ends_with(1).stdout;
    assert!(csv.starts_with("prompt,path,line,column,"), "{csv}");
}

#[test]
fn a_prompt_without_findings_is_fine_and_one_that_is_not_there_is_a_mistake() {
    let place = place();
    let good = place.run(&["prompt", "lint", "good"]).ends_with(0);
    assert_eq!(good.stdout, "");
    assert!(good.stderr.contains("1 prompt checked: nothing found"), "{good:?}");
    let missing = place.run(&["prompt", "lint", "gud"]).ends_with(2);
    assert!(missing.stderr.contains("good"), "{missing:?}");
}

#[test]
fn sarif_is_for_the_linter_only() {
    let place = place();
    let document = place.run(&["prompt", "lint", "--format", "sarif"]).ends_with(1).json();
    insta::assert_snapshot!(names(&document), @"$schema version runs");
    let run = &document["runs"][0];
    insta::assert_snapshot!(names(run), @"tool columnKind originalUriBaseIds artifacts results");
    insta::assert_snapshot!(names(&run["results"][0]), @"ruleId ruleIndex level message locations");
    let place_of = &run["results"][2]["locations"][0]["physicalLocation"];
    assert_eq!(place_of["artifactLocation"]["uri"], "prompts/support/bad.prompt");
    assert_eq!((&place_of["region"]["startLine"], &place_of["region"]["startColumn"]), (&8.into(), &15.into()));
    for other in [&["traces", "--format", "sarif"][..], &["prompt", "list", "--format", "sarif"]] {
        let refused = place.run(other).ends_with(2);
        assert!(refused.stderr.contains("prompt lint"), "{refused:?}");
        assert_eq!(refused.stdout, "");
    }
}

#[test]
fn rules_are_switched_off_in_the_file_and_in_the_configuration() {
    let place = place();
    place.write("hindcast.toml", "[lint]\ndisable = [\"unused-variable\", \"missing-role\"]\n");
    place.write(
        "prompts/support/bad.prompt",
        &BAD.replace("---\n{{", "# hindcast-lint: disable=untrusted-in-system\n---\n{{"),
    );
    place.run(&["prompt", "lint"]).ends_with(0);
    place.write("hindcast.toml", "[lint]\ndisable = [\"unused-varaible\"]\n");
    let wrong = place.run(&["prompt", "lint"]).ends_with(2);
    assert!(wrong.stderr.contains("hindcast.toml:2") && wrong.stderr.contains("unused-variable"), "{wrong:?}");
}

/// The recording with the prompt's name and the value of its variable `notes`, which is the user's question.
fn recorded_with(prompt: &str) -> String {
    let told = |line: &str| {
        let mut request: Value = serde_json::from_str(line).unwrap();
        let spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array_mut().unwrap();
        let attributes = spans[0]["attributes"].as_array().unwrap();
        let question =
            attributes.iter().find(|entry| entry["key"] == "input.value").unwrap()["value"]["stringValue"].clone();
        let variables = serde_json::json!({ "notes": question }).to_string();
        let call = spans[2]["attributes"].as_array_mut().unwrap();
        for (key, value) in [("prompt.name", prompt), ("llm.prompt_template.variables", variables.as_str())] {
            call.push(serde_json::json!({ "key": key, "value": { "stringValue": value } }));
        }
        request.to_string()
    };
    three().lines().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn recorded_calls_tell_whose_text_a_variable_is_and_what_a_prefix_costs() {
    let rules = "Stay polite, cite the documents and never promise anything. ".repeat(150);
    let text = format!("{{{{role \"system\"}}}}\nNotes:\n{{{{notes}}}}\n{rules}\n{{{{role \"user\"}}}}\nGo.\n");
    let place = Place::with_traces(&recorded_with("costly"));
    place.write("prompts/costly.prompt", &text);
    place.write("prompts/unseen.prompt", &text.replace("polite", "calm and polite"));
    let document = place.run(&["prompt", "lint", "costly", "--format", "json"]).ends_with(1).json();
    let found: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(found, ["unstable-prefix", "untrusted-in-system"]);
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("3 calls a day") && message.contains("openai/gpt-4o-mini"), "{message}");
    let unseen = place.run(&["prompt", "lint", "unseen", "--format", "json"]).ends_with(1).json();
    assert_eq!(unseen["findings"].as_array().unwrap().len(), 1, "nothing was recorded of it: {unseen}");
}
