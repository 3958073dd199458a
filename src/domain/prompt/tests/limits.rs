use serde_json::{Value, json};

use super::super::*;

fn error(format: PromptFormat, file: &str, variables: &Value) -> String {
    let inputs = Inputs::of(variables.as_object().cloned().unwrap_or_default());
    let rendered = Prompt::parse("p", format, file).and_then(|prompt| prompt.preview(&inputs));
    rendered.map(|messages| messages.len()).unwrap_err().to_string()
}

fn mustache(body: &str) -> String {
    format!("---\ntemplate: mustache\n---\n{body}")
}

#[test]
fn repetitions_within_repetitions_come_to_an_end() {
    let list = json!({ "l": vec![json!({}); 300], "m": vec![1; 300] });
    let each = "{{#each l}}{{#each ../l}}{{#each ../../l}}{{/each}}{{/each}}{{/each}}";
    assert!(error(PromptFormat::Dotprompt, each, &list).contains("steps"));
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}";
    assert!(error(PromptFormat::Prompty, loops, &list).contains("steps"));
    let sections = mustache("{{#m}}{{#m}}{{#m}}{{/m}}{{/m}}{{/m}}");
    assert!(error(PromptFormat::Prompty, &sections, &list).contains("steps"));
}

#[test]
fn rendered_text_has_a_longest_length() {
    let values = json!({ "l": vec![1; 100], "x": "x".repeat(300_000) });
    assert!(error(PromptFormat::Dotprompt, "{{#each l}}{{../x}}{{/each}}", &values).contains("16 MiB"));
    assert!(error(PromptFormat::Prompty, "{% for i in l %}{{x}}{% endfor %}", &values).contains("16 MiB"));
    assert!(error(PromptFormat::Prompty, &mustache("{{#l}}{{x}}{{/l}}"), &values).contains("16 MiB"));
    assert!(error(PromptFormat::Text, &"{{x}}".repeat(100), &values).contains("16 MiB"));
    let github = format!("messages:\n  - role: user\n    content: '{}'\n", "{{x}}".repeat(100));
    assert!(error(PromptFormat::GithubModels, &github, &values).contains("16 MiB"));
}

#[test]
fn a_text_that_doubles_itself_comes_to_an_end() {
    let doubling = format!("{{% set a = 'xxxxxxxxxx' %}}{}{{{{a|length}}}}", "{% set a = a ~ a %}".repeat(60));
    assert!(error(PromptFormat::Prompty, &doubling, &json!({})).contains("steps"));
}

#[test]
fn partials_that_call_each_other_without_end_are_a_mistake() {
    let partials = [("a".to_owned(), "{{>b}}".to_owned()), ("b".to_owned(), "{{>a}}".to_owned())];
    let inputs = Inputs { partials: partials.into(), ..Inputs::default() };
    let prompt = Prompt::parse("p", PromptFormat::Dotprompt, "x\n{{>a}}").unwrap();
    let error = prompt.render(&inputs).unwrap_err();
    assert!(error.message.contains("deep") && error.message.len() < 4000, "{error}");
    assert_eq!(error.line, Some(2));
}

#[test]
fn deep_nesting_is_refused() {
    let blocks = |open: &str, close: &str, count: usize| open.repeat(count) + &close.repeat(count);
    let none = json!({});
    assert!(error(PromptFormat::Dotprompt, &blocks("{{#if a}}", "{{/if}}", 50_000), &none).contains("deep"));
    assert!(error(PromptFormat::Dotprompt, &"{{#if a}}{{else if b}}".repeat(50_000), &none).contains("deep"));
    assert!(error(PromptFormat::Dotprompt, &format!("{{{{json {}", "(".repeat(100_000)), &none).contains("deep"));
    error(PromptFormat::Prompty, &blocks("{% if a %}", "{% endif %}", 50_000), &none);
    error(PromptFormat::Prompty, &format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000)), &none);
    assert!(error(PromptFormat::Prompty, &mustache(&blocks("{{#a}}", "{{/a}}", 50_000)), &none).contains("deep"));
    let yaml = format!("---\na: {}\n---\nx", "[".repeat(50_000));
    assert!(error(PromptFormat::Dotprompt, &yaml, &none).contains("YAML"));
}

#[test]
fn aliases_that_multiply_are_refused() {
    let level = |level: i32| {
        let before = format!("*a{}", level - 1);
        format!("a{level}: &a{level} [{}]\n", [before.as_str(); 9].join(", "))
    };
    let levels: Vec<String> = (1..12).map(level).collect();
    let yaml = format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{}", levels.concat());
    let file = format!("---\n{yaml}---\nx");
    assert!(error(PromptFormat::Dotprompt, &file, &json!({})).contains("not valid YAML"));
    assert!(error(PromptFormat::GithubModels, &yaml, &json!({})).contains("not valid YAML"));
    let few = "---\nshared: &s {temperature: 1}\nconfig: *s\n---\nx";
    assert_eq!(Prompt::parse("p", PromptFormat::Dotprompt, few).unwrap().parameters["temperature"], json!(1));
}

#[test]
fn keys_that_stand_twice_are_refused() {
    for (format, file) in [
        (PromptFormat::Dotprompt, "---\nmodel: a\nmodel: b\n---\nx"),
        (PromptFormat::Prompty, "---\nmodel: {id: a, id: b}\n---\nuser:\nx"),
        (PromptFormat::GithubModels, "messages:\n  - {role: user, role: user, content: x}\n"),
    ] {
        assert!(error(format, file, &json!({})).contains("not valid YAML"), "{file}");
    }
}

#[test]
fn a_template_reads_no_file_and_calls_nothing() {
    for body in
        ["{% include '/etc/passwd' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{{ ''.__class__.__mro__ }}"]
    {
        error(PromptFormat::Prompty, &format!("user:\n{body}"), &json!({}));
    }
}

#[test]
fn braces_without_end_are_text() {
    let braces = "{{".repeat(65_000) + "}}";
    let prompt = Prompt::parse("p", PromptFormat::Text, &braces).unwrap();
    assert_eq!(prompt.preview(&Inputs::default()).unwrap()[0].content(), braces);
}
