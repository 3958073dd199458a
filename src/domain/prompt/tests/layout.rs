use serde_json::json;

use super::super::*;
use crate::domain::message::Role;

fn parse(format: PromptFormat, file: &str) -> Prompt {
    Prompt::parse("p", format, file).unwrap()
}

/// Each use as the text it stands at, with its line, column, role, placement and purpose.
fn uses(prompt: &Prompt, file: &str) -> Vec<String> {
    let describe = |found: &VariableUse| {
        let role = found.role.as_ref().map_or("?", Role::as_str);
        format!(
            "{}={} {}:{} {role} {:?} {:?}",
            found.name,
            &file[found.range.clone()],
            found.line,
            found.column,
            found.placement,
            found.purpose
        )
    };
    prompt.uses().iter().map(describe).collect()
}

fn sections<'f>(prompt: &Prompt, file: &'f str) -> Vec<(Option<&'static str>, u32, &'f str)> {
    let role = |role: &Role| match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        _ => "other",
    };
    prompt.sections().iter().map(|one| (one.role.as_ref().map(role), one.line, &file[one.range.clone()])).collect()
}

#[test]
fn uses_and_sections_of_dotprompt_stand_where_they_are_written() {
    let file = "---\nmodel: m\n---\n\n{{role \"system\"}}\nBe {{tone}}, é {{a.b}}.{{#if long}}{{long}}{{/if}}\n{{#each docs as |d|}}{{d.id}}{{../title}}{{name}}{{@index}}{{/each}}\n{{history}}\n{{#ifEquals kind \"x\"}}{{role r}}{{/ifEquals}}{{json q}}\n{{> part who=user}}\n";
    let prompt = parse(PromptFormat::Dotprompt, file);
    assert_eq!(
        uses(&prompt, file),
        [
            "tone=tone 6:6 system Always Printed",
            "a=a.b 6:18 system Always Printed",
            "long=long 6:30 system Always Tested",
            "long=long 6:38 system Conditional Printed",
            "docs=docs 7:9 system Always Entered",
            "title=../title 7:32 system Repeated Printed",
            "kind=kind 9:13 assistant Always Tested",
            "r=r 9:30 ? Conditional Tested",
            "q=q 9:53 ? Always Printed",
            "user=user 10:14 ? Always Printed",
        ]
    );
    let found = sections(&prompt, file);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!((found[0].0, found[0].1), (Some("system"), 6));
    assert!(found[0].2.starts_with("\nBe {{tone}}") && found[0].2.ends_with("{{/each}}\n"));
    assert_eq!((found[1].0, found[1].2), (Some("assistant"), "\n{{#ifEquals kind \"x\"}}"));
    assert_eq!(found[2].0, None);
    assert_eq!(prompt.partials, ["part"]);
    let required: Vec<&str> =
        prompt.variables.iter().filter(|variable| variable.required).map(|variable| variable.name.as_str()).collect();
    assert_eq!(required, ["tone", "a", "q", "user"]);
}

#[test]
fn roles_spelled_out_and_roles_without_text_are_sections_too() {
    let file = "Hi {{x}}<<<dotprompt:role:system>>>S{{role \"user\"}}  {{role \"model\"}}M";
    let prompt = parse(PromptFormat::Dotprompt, file);
    assert_eq!(
        sections(&prompt, file),
        [(Some("user"), 1, "Hi {{x}}"), (Some("system"), 1, "S"), (Some("assistant"), 1, "M")]
    );
}

#[test]
fn uses_and_sections_of_prompty_stand_where_they_are_written() {
    let file = "\u{feff}---\ninputs:\n  - {name: talk, kind: thread}\n---\nIntro {{who}}\nsystem:\n{% for d in docs if d.on %}{{ d.id|upper }}{{ note }}{% endfor %}\n{% if a is defined and b == 'docs' %}{{ a }}{% else %}{{ c|default('{{x}}') }}{% endif %}\n{% set t = base %}{{ t }} {# {{ hidden }} #}{% raw %}{{ raw }}{% endraw %}\nbefore\n{{talk}}\nafter\nuser:\n{{ fn(key=q) if q else 'w' }}\n";
    let prompt = parse(PromptFormat::Prompty, file);
    assert_eq!(
        uses(&prompt, file),
        [
            "who=who 5:9 system Always Printed",
            "docs=docs 7:13 system Always Entered",
            "note=note 7:47 system Repeated Printed",
            "a=a 8:7 system Always Tested",
            "b=b 8:24 system Always Tested",
            "a=a 8:41 system Conditional Printed",
            "c=c 8:58 system Conditional Printed",
            "base=base 9:12 system Always Printed",
            "fn=fn 14:4 user Always Printed",
            "q=q 14:11 user Always Printed",
            "q=q 14:17 user Always Tested",
        ]
    );
    let found = sections(&prompt, file);
    let roles: Vec<_> = found.iter().map(|(role, line, _)| (role.unwrap(), *line)).collect();
    assert_eq!(roles, [("system", 5), ("system", 7), ("system", 12), ("user", 14)]);
    assert!(found[2].2.trim() == "after", "{found:?}");
}

#[test]
fn uses_of_mustache_stand_where_they_are_written() {
    let file = "---\ntemplate:\n  format: {kind: mustache}\n---\nuser:\n{{a}} {{{ b.c }}}{{#list}}{{field}}{{a}}{{/list}}{{^d}}{{e}}{{/d}}\n";
    let prompt = parse(PromptFormat::Prompty, file);
    assert_eq!(
        uses(&prompt, file),
        [
            "a=a 6:3 user Always Printed",
            "b=b.c 6:11 user Always Printed",
            "list=list 6:21 user Always Entered",
            "a=a 6:38 user Repeated Printed",
            "d=d 6:53 user Always Tested",
            "e=e 6:58 user Conditional Printed",
        ]
    );
}

#[test]
fn uses_and_sections_of_github_models_stand_where_they_are_written() {
    let file = "name: x\nmessages:\n  - role: system\n    content: \"A \\\"{{docs}}\\\" {{ no }}\"\n  - role: user\n    content: |\n      One\n      {{q}} and {{q}}\ntestData:\n  - q: '{{q}}'\n";
    let prompt = parse(PromptFormat::GithubModels, file);
    assert_eq!(
        uses(&prompt, file),
        ["docs=docs 4:21 system Always Printed", "q=q 8:9 user Always Printed", "q=q 8:19 user Always Printed",]
    );
    let found = sections(&prompt, file);
    assert_eq!(found.iter().map(|(role, ..)| role.unwrap()).collect::<Vec<_>>(), ["system", "user"]);
    assert_eq!(found[0].1, 4);
    assert!(found[0].2.contains("{{docs}}") && found[1].2.contains("{{q}} and {{q}}"), "{found:?}");
}

#[test]
fn uses_of_plain_text_stand_where_they_are_written() {
    let file = "Hi {{ name }},\n{{a.b}} {{{x}}}\n";
    let prompt = parse(PromptFormat::Text, file);
    assert_eq!(uses(&prompt, file), ["name={{ name }} 1:4 user Always Printed", "x={{x}} 2:10 user Always Printed"]);
    assert_eq!(sections(&prompt, file), [(Some("user"), 1, file)]);
    let rendered = prompt.preview(&Inputs::of(json!({"name": " A "}).as_object().unwrap().clone())).unwrap();
    assert_eq!(rendered[0].content(), "Hi  A ,\n{{a.b}} {{{x}}}");
}

#[test]
fn the_model_holds_what_the_front_matter_says() {
    let file = "---\nmodel: m\ntools: [search]\ntoolDefs: [{name: send, inputSchema: {}}]\ntags: [a, b]\nmyapp.owner: me\ninput:\n  schema:\n    tone(enum, how): [PLAIN, FORMAL]\n    n?: integer\n    l(array): string\n    j: any\noutput:\n  format: json\n  schema:\n    answer: string\n---\n{{tone}}{{n}}{{l}}\n";
    let prompt = parse(PromptFormat::Dotprompt, file);
    assert_eq!(prompt.tools, ["search", "send"]);
    assert_eq!(prompt.tags, ["a", "b"]);
    assert_eq!(prompt.metadata["myapp"]["owner"], "me");
    assert_eq!(prompt.output.format.as_deref(), Some("json"));
    assert_eq!(prompt.output.schema.unwrap()["properties"]["answer"], json!({"type": "string"}));
    let kinds: Vec<VariableKind> = prompt.variables.iter().map(|variable| variable.kind).collect();
    assert_eq!(kinds, [VariableKind::Enum, VariableKind::Integer, VariableKind::Array, VariableKind::Any]);
    assert_eq!(prompt.variables[0].choices, [json!("PLAIN"), json!("FORMAL")]);
    let prompty = "---\nmodel:\n  id: m\n  options: {temperature: 0.5}\nmetadata: {tags: [x], version: '2'}\ninputs:\n  - {name: q, kind: string, enumValues: [a, b]}\n  - {name: pic, kind: image}\noutputs:\n  - {name: answer, kind: string, required: true}\n  - {name: list, kind: array, items: {kind: integer}}\ntools:\n  - {name: find, kind: function}\n---\nuser:\n{{q}}{{pic}}";
    let prompty = parse(PromptFormat::Prompty, prompty);
    assert_eq!(
        (prompty.tools, prompty.tags, prompty.version),
        (vec!["find".to_owned()], vec!["x".to_owned()], Some("2".to_owned()))
    );
    let list = json!({"type": "array", "items": {"type": "integer"}});
    assert_eq!(
        prompty.output.schema,
        Some(
            json!({"type": "object", "properties": {"answer": {"type": "string"}, "list": list}, "required": ["answer"]})
        )
    );
    assert_eq!(prompty.variables[1].kind, VariableKind::Image);
    let github = "responseFormat: json_schema\njsonSchema: '{\"name\": \"a\", \"schema\": {\"type\": \"object\"}}'\nmessages: [{role: user, content: x}]\n";
    assert_eq!(parse(PromptFormat::GithubModels, github).output.schema, Some(json!({"type": "object"})));
}

#[test]
fn a_reference_to_the_environment_stays_as_written() {
    let file = "---\nmodel:\n  id: ${env:HOME}\ninputs:\n  - {name: q, kind: string, default: '${env:HOME}'}\n---\nuser:\n{{q}}";
    let prompt = parse(PromptFormat::Prompty, file);
    assert_eq!(prompt.model.as_deref(), Some("${env:HOME}"));
    assert_eq!(prompt.render(&Inputs::default()).unwrap()[0].content(), "${env:HOME}");
}

#[test]
fn the_samples_are_read_without_a_fault() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut read = 0;
    for directory in ["prompts", "src/services/workspace/sample"] {
        for entry in std::fs::read_dir(format!("{root}/{directory}")).unwrap() {
            let path = entry.unwrap().path();
            let Some((name, format)) = prompt_name(std::path::Path::new(path.file_name().unwrap())) else { continue };
            let file = std::fs::read_to_string(&path).unwrap();
            let prompt =
                Prompt::parse(&name, format, &file).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(file.ends_with(&prompt.template), "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= 3);
}
