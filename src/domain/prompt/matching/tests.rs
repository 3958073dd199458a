use std::io::Read;

use flate2::read::GzDecoder;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::domain::prompt::PromptFormat;

fn vars(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

fn read(format: PromptFormat, text: &str) -> Prompt {
    Prompt::parse("p", format, text).unwrap()
}

fn dot(text: &str) -> Prompt {
    read(PromptFormat::Dotprompt, text)
}

fn prompty(text: &str) -> Prompt {
    read(PromptFormat::Prompty, text)
}

fn find_in(prompt: &Prompt, call: &RecordedCall) -> Option<Match> {
    let found = PromptPattern::new(prompt.clone(), BTreeMap::new()).and_then(|pattern| pattern.find(call));
    found.filter(|found| found.telling)
}

fn find(prompt: &Prompt, messages: &[Message]) -> Option<Match> {
    find_in(prompt, &RecordedCall::new(messages, None, []))
}

fn messages(pairs: &[(&str, &str)]) -> Vec<Message> {
    pairs.iter().map(|(role, text)| Message::text(Role::parse(role), *text)).collect()
}

/// Renders a prompt and reads the values back.
fn back(prompt: &Prompt, given: Value) -> Value {
    let rendered = prompt.render(&Inputs::of(vars(given))).unwrap();
    let found = find(prompt, &rendered).unwrap_or_else(|| panic!("nothing found in {rendered:?}"));
    assert!(found.proven);
    Value::Object(found.variables)
}

#[rstest]
#[case::hole("You are an agent of {{shop}}. Answer: {{q}}", json!({"shop": "Acme", "q": "Why?\n\nNow"}))]
#[case::same_twice("{{a}} is the name of this shop, {{a}} it is; {{b}}", json!({"a": "x, y", "b": "z"}))]
#[case::path("Write a letter to {{user.name}} who lives in {{user.city}} now", json!({"user": {"name": "Ann", "city": "Ulm"}}))]
#[case::list(
    "Use these documents only:\n{{#each docs}}\n[{{id}}] {{text}}\n{{/each}}\nQuestion: {{q}}",
    json!({"docs": [{"id": "a", "text": "One [x]"}, {"id": "b", "text": "Two\n\nparagraphs"}], "q": "Why?"})
)]
#[case::empty_list("Use these documents only:\n{{#each docs}}\n[{{id}}]\n{{/each}}\nQuestion: {{q}}", json!({"docs": [], "q": "Q"}))]
#[case::texts("The colours to choose from: {{#each colours}}{{this}}; {{/each}}end", json!({"colours": ["red", "blue"]}))]
#[case::numbered("Documents to be used here:\n{{#each docs}}{{@index}}: {{t}}\n{{/each}}", json!({"docs": [{"t": "a"}, {"t": "b 1: c"}]}))]
#[case::separated("The colours to choose: {{#each c}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}.", json!({"c": ["a", "b", "c"]}))]
#[case::nested(
    "All the groups and members:\n{{#each groups}}# {{name}}\n{{#each members}}- {{this}}\n{{/each}}{{/each}}",
    json!({"groups": [{"name": "A", "members": ["x", "y"]}, {"name": "B", "members": ["z"]}]})
)]
#[case::params("All the groups: {{#each groups as |g|}}{{#each g.of as |m|}}({{g.n}}/{{m}}){{/each}}{{/each}}", json!({"groups": [{"n": "A", "of": ["x", "y"]}]}))]
#[case::parent("Colours that are meant: {{#each c}}{{../pre}}{{this}} {{/each}}of {{pre}}", json!({"pre": "#", "c": ["a", "b"]}))]
#[case::chosen("Answer the question.{{#if formal}} Be formal.{{else}} Be kind.{{/if}} {{q}}", json!({"formal": true, "q": "Q"}))]
#[case::not_chosen("Answer the question.{{#if formal}} Be formal.{{else}} Be kind.{{/if}} {{q}}", json!({"formal": false, "q": "Q"}))]
#[case::shown("Answer the question.{{#if tone}} Be {{tone}}.{{/if}}\n{{q}}", json!({"tone": "kind", "q": "Q"}))]
#[case::equal("Answer now.{{#ifEquals tone \"FORMAL\"}} Be formal.{{/ifEquals}} {{q}}", json!({"tone": "FORMAL", "q": "Q"}))]
#[case::with("{{#with user}}The user is called {{name}}, {{age}}{{/with}}.", json!({"user": {"name": "Ann", "age": "7"}}))]
#[case::json("The order as a record: {{json order}} and no more", json!({"order": {"id": 7, "of": ["}", "\""]}}))]
#[case::chained("Answer now. {{#if a}}First{{else if b}}Second{{else}}Third{{/if}}!", json!({"a": false, "b": true}))]
fn handlebars_values_come_back(#[case] template: &str, #[case] given: Value) {
    assert_eq!(back(&dot(template), given.clone()), given);
}

#[rstest]
#[case::hole("system:\nYou are an agent of {{ shop }}.\nuser:\n{{q}}", json!({"shop": "Acme", "q": "Why?"}))]
#[case::list(
    "system:\nAnswer from the documents.\n{% for d in docs %}\n[{{ d.id }}] {{ d[\"text\"] }}\n{% endfor %}\nuser:\n{{question}}",
    json!({"docs": [{"id": "a", "text": "One\n\nTwo"}, {"id": "b", "text": "[c]"}], "question": "Why?"})
)]
#[case::tight("user:\nThe colours to choose:\n{%- for c in colours %}\n{{ loop.index }}. {{ c }}\n{%- endfor %}\nEnd", json!({"colours": ["red", "blue"]}))]
#[case::separated("user:\nThe colours to choose: {% for c in cs %}{{ c }}{% if not loop.last %}, {% endif %}{% endfor %}.", json!({"cs": ["a", "b"]}))]
#[case::choice("user:\nAnswer the question. {% if a == 'x' %}One{% elif b %}Two{% else %}Three{% endif %}.", json!({"a": "x"}))]
#[case::comment("user:\n{# note #}Answer the {% raw %}{{question}}{% endraw %}: {{ q | trim }}", json!({"q": "Why?"}))]
#[case::joined("user:\nThe colours to choose: {{ colours | join(', ') }}.", json!({"colours": ["red", "blue"]}))]
#[case::role_in_block("system:\nAnswer the question.\n{% if tone %}\nuser:\nBe {{tone}}.\n{% endif %}\nuser:\n{{q}}", json!({"tone": "kind", "q": "Q"}))]
fn jinja_values_come_back(#[case] template: &str, #[case] given: Value) {
    assert_eq!(back(&prompty(template), given.clone()), given);
}

#[test]
fn examples_in_a_list_of_messages_come_back() {
    let template = "{{role \"system\"}}Say what the mood of the text is.{{#each shots}}{{role \"user\"}}{{q}}{{role \"model\"}}{{a}}{{/each}}{{role \"user\"}}{{text}}";
    let given = json!({"shots": [{"q": "Nice", "a": "good"}, {"q": "Bad", "a": "poor"}], "text": "Hm"});
    assert_eq!(back(&dot(template), given.clone()), given);
}

#[test]
fn a_partial_stands_in_its_place() {
    let prompt = dot("{{>rules who=\"clerk\"}} {{q}}");
    let partials = BTreeMap::from([("rules".to_owned(), "You are the {{who}} of {{shop}} and kind.".to_owned())]);
    let pattern = PromptPattern::new(prompt, partials).unwrap();
    let said = messages(&[("user", "You are the clerk of Acme and kind. Why?")]);
    let found = pattern.find(&RecordedCall::new(&said, None, [])).unwrap();
    assert!(found.proven);
    assert_eq!(Value::Object(found.variables), json!({"shop": "Acme", "q": "Why?"}));
}

#[test]
fn plain_and_github_values_come_back() {
    let text = read(PromptFormat::Text, "Answer from the documents:\n{{docs}}\n\nQuestion: {{q}}\n");
    assert_eq!(back(&text, json!({"docs": "a\nb", "q": "Why?"})), json!({"docs": "a\nb", "q": "Why?"}));
    let yaml = "messages:\n  - role: system\n    content: \"Answer from these: {{docs}}\"\n  - role: user\n    content: \"{{q}}\"\n";
    assert_eq!(
        back(&read(PromptFormat::GithubModels, yaml), json!({"docs": "a", "q": "b"})),
        json!({"docs": "a", "q": "b"})
    );
}

#[test]
fn earlier_and_later_messages_belong_to_the_conversation() {
    let prompt = dot("{{role \"system\"}}You are the clerk of Acme.{{role \"user\"}}{{q}}");
    let chat = messages(&[
        ("system", "You are the clerk of Acme."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Where is it?"),
    ]);
    let found = find(&prompt, &chat).unwrap();
    assert_eq!(found.variables["q"], "Where is it?");
    let mut agent = messages(&[("system", "You are the clerk of Acme."), ("user", "Where is it?")]);
    let alone = find(&prompt, &agent).unwrap();
    agent.extend(messages(&[("assistant", ""), ("tool", "{\"at\": \"Ulm\"}")]));
    let found = find(&prompt, &agent).unwrap();
    assert_eq!(found.variables["q"], "Where is it?");
    assert!(found.proven && found.score < alone.score);
    let slot = dot("{{role \"system\"}}You are the clerk of Acme.\n{{history}}\n{{role \"user\"}}Now: {{q}}");
    assert_eq!(
        find(
            &slot,
            &messages(&[
                ("system", "You are the clerk of Acme."),
                ("user", "a"),
                ("assistant", "b"),
                ("user", "Now: c")
            ])
        )
        .unwrap()
        .variables["q"],
        "c"
    );
    let thread = prompty(
        "---\ninputs:\n  - name: talk\n    kind: thread\n---\nsystem:\nYou are the clerk of Acme.\n\n{{talk}}\n\nuser:\n{{q}}\n",
    );
    assert_eq!(find(&thread, &chat).unwrap().variables["q"], "Where is it?");
}

#[test]
fn what_a_template_did_not_make_does_not_match() {
    let prompt = dot("{{role \"system\"}}You are now {{who}}. Be {{who}}.{{role \"user\"}}{{q}}");
    let ask = |system: &str| messages(&[("system", system), ("user", "Q")]);
    assert!(find(&prompt, &ask("You are now kind. Be kind.")).is_none(), "nine letters could stand anywhere");
    let prompt = dot("{{role \"system\"}}You are a clerk and {{who}}. Be {{who}}.{{role \"user\"}}{{q}}");
    assert!(find(&prompt, &ask("You are a clerk and kind. Be kind.")).is_some());
    assert!(find(&prompt, &ask("  You are a clerk and kind. Be kind.\n")).is_some());
    assert!(find(&prompt, &ask("You are a clerk and kind. Be wild.")).is_none());
    assert!(find(&prompt, &ask("You are a clerk and kind. Be kind. Go.")).is_none());
    assert!(find(&prompt, &messages(&[("user", "You are a clerk and kind. Be kind."), ("user", "Q")])).is_none());
    assert!(find(&prompt, &messages(&[("system", "You are a clerk and kind. Be kind.")])).is_none());
}

#[rstest]
#[case("{{q}}")]
#[case("{{role \"system\"}}{{rules}}{{role \"user\"}}{{q}}")]
#[case("You are {{who}}. {{rules}}")]
#[case("Q: {{q}}\nA:")]
#[case("You are the {{who}}. {{rules}}")]
#[case("{{#each docs}}{{this}} {{/each}}{{q}}")]
#[case("{{#if a}}You are an agent of Acme.{{/if}}{{q}}")]
fn a_template_with_hardly_any_text_matches_nothing(#[case] template: &str) {
    let said = messages(&[("system", "You are kind. Be short."), ("user", "Q: Where is it?\nA:")]);
    assert_eq!(find(&dot(template), &said), None);
    assert_eq!(find(&dot(template), &said[1..]), None);
}

#[rstest]
#[case("Answer from: {{docs}}", true)]
#[case("Sources:\n{{docs}}", true)]
#[case("以下の文書だけを使って{{docs}}", true)]
#[case("You are the {{who}} of {{docs}}", false)]
#[case("------\n{{docs}}", false)]
#[case("{{docs}}.", false)]
fn a_template_tells_something_or_nothing(#[case] template: &str, #[case] telling: bool) {
    let prompt = dot(template);
    let given = vars(json!({"docs": "a b", "who": "x"}));
    let said = prompt.render(&Inputs::of(given)).unwrap();
    let pattern = PromptPattern::new(prompt, BTreeMap::new()).unwrap();
    assert_eq!(pattern.find(&RecordedCall::new(&said, None, [])).map(|found| found.telling), Some(telling));
}

#[test]
fn the_template_that_says_more_of_the_messages_fits_better() {
    let said = messages(&[("system", "You are the clerk of Acme."), ("user", "Where is it?")]);
    let both = find(&dot("{{role \"system\"}}You are the clerk of Acme.{{role \"user\"}}{{q}}"), &said).unwrap();
    let system = find(&dot("{{role \"system\"}}You are the clerk of Acme."), &said).unwrap();
    let loose = find(&dot("{{role \"system\"}}You are the clerk of {{shop}}.{{role \"user\"}}{{q}}"), &said).unwrap();
    assert!(both.score > loose.score && loose.score > system.score);
    assert_eq!((system.conversation.after, both.conversation.after), (1, 2));
}

#[rstest]
#[case("The colours to choose from: {{#each c~}}  {{this}};\n{{~/each}}  end")]
#[case("The colours to choose from:\n  {{#each c}}\n  {{~this~}}\n  ,{{/each}}\nend")]
fn white_space_that_tags_take_away_is_no_text(#[case] template: &str) {
    assert_eq!(back(&dot(template), json!({"c": ["red", "blue"]})), json!({"c": ["red", "blue"]}));
}

#[test]
fn a_template_without_roles_may_be_sent_in_any() {
    let prompt = read(PromptFormat::Text, "Answer from the documents:\n{{docs}}");
    let said = messages(&[("system", "Answer from the documents:\na\nb"), ("user", "Why?")]);
    let found = find(&prompt, &said).unwrap();
    assert!(found.proven);
    assert_eq!(found.variables["docs"], "a\nb");
}

#[test]
fn recorded_values_decide_between_readings_and_wrong_ones_do_not() {
    let prompt = dot("Translate this to English: {{first}} {{second}}");
    let said = messages(&[("user", "Translate this to English: a b c")]);
    let with =
        |recorded: Value| find_in(&prompt, &RecordedCall::new(&said, Some(&vars(recorded)), [])).unwrap().variables;
    assert_eq!(Value::Object(with(json!({"second": "c"}))), json!({"first": "a b", "second": "c"}));
    assert_eq!(
        Value::Object(with(json!({"second": "b"}))),
        json!({"first": "a", "second": "b c"}),
        "b alone does not fit"
    );
    assert_eq!(with(json!({"second": "c", "first": "zzz", "lang": "de"}))["first"], "a b");
    assert_eq!(with(json!({"second": "c", "lang": "de"}))["lang"], "de");
    let count = dot("The number of orders is {{n}} today");
    let said = messages(&[("user", "The number of orders is 3 today")]);
    let found = find_in(&count, &RecordedCall::new(&said, Some(&vars(json!({"n": 3}))), [])).unwrap();
    assert_eq!(found.variables["n"], 3);
}

#[test]
fn white_space_that_recording_lost_comes_back_from_the_recorded_value() {
    let prompt = dot("{{role \"system\"}}You are the clerk of Acme.{{role \"user\"}}{{q}}");
    let said = messages(&[("system", "You are the clerk of Acme.\n"), ("user", "Why?")]);
    let recorded = vars(json!({"q": "Why? \n"}));
    assert_eq!(find_in(&prompt, &RecordedCall::new(&said, Some(&recorded), [])).unwrap().variables["q"], "Why? \n");
}

#[test]
fn chunks_decide_where_a_list_can_be_read_in_several_ways() {
    let prompt = dot("Answer from these documents:\n{{#each docs}}\n[{{id}}] {{text}}\n{{/each}}\n{{q}}");
    let said = messages(&[("user", "Answer from these documents:\n[a] One\n[x] is not the next\n[b] Two\nWhy?")]);
    let hints = ["One\n[x] is not the next", "Two", "Why?"];
    let found = find_in(&prompt, &RecordedCall::new(&said, None, hints)).unwrap();
    let docs = json!([{"id": "a", "text": "One\n[x] is not the next"}, {"id": "b", "text": "Two"}]);
    assert_eq!(found.variables["docs"], docs);
    assert_eq!(found.variables["q"], "Why?");
    let recorded = vars(json!({ "docs": docs }));
    assert_eq!(find_in(&prompt, &RecordedCall::new(&said, Some(&recorded), [])).unwrap().variables["docs"], docs);
}

#[test]
fn what_cannot_be_proven_counts_half() {
    let prompt = prompty("user:\nThe documents to be used: {{ docs | tojson }}");
    let said = messages(&[("user", "The documents to be used: {\"a\":  1}")]);
    let found = find(&prompt, &said).unwrap();
    assert!(!found.proven && found.score < 0.5);
    assert_eq!(found.variables["docs"], json!({"a": 1}));
}

#[rstest]
#[case("user:\n{% macro m() %}x{% endmacro %}Answer the question now. {{ m() }}")]
#[case("user:\nAnswer the question now.{% for d in docs if d.a %}{{ d }}{% endfor %}")]
fn what_no_pattern_can_say_has_none(#[case] template: &str) {
    assert!(PromptPattern::new(prompty(template), BTreeMap::new()).is_none());
}

#[rstest]
#[case("{{a}}{{b}}{{c}}{{d}}{{e}}{{f}} and this is the end", "x")]
#[case("This is the start:{{#each a}}{{x}}{{y}}{{/each}} and the end", "x ")]
#[case("This is the start:{{#each a}}{{#each b}}{{this}} {{/each}}{{/each}} and the end", "x ")]
fn a_pattern_that_fits_in_endless_ways_comes_to_an_end(#[case] template: &str, #[case] filler: &str) {
    let text = format!("This is the start:{} and this is the end", filler.repeat(3000));
    let _ = find(&dot(template), &messages(&[("user", &text)]));
    let text = format!("This is the start:{} and the", filler.repeat(3000));
    assert_eq!(find(&dot(template), &messages(&[("user", &text)])), None);
}

#[test]
fn a_list_of_thousands_is_read() {
    let prompt = dot("Answer from these documents:\n{{#each docs}}\n[{{id}}] {{text}}\n{{/each}}\nQuestion: {{q}}");
    let docs: Vec<Value> = (0..3000).map(|n| json!({"id": n.to_string(), "text": format!("Text {n}")})).collect();
    let given = json!({"docs": docs, "q": "Why?"});
    assert_eq!(back(&prompt, given.clone()), given);
}

/// The recorded calls of a sample trace file: version label, variables, messages.
fn recorded(file: &str) -> Vec<(String, Map<String, Value>, Vec<Message>)> {
    let bytes = std::fs::read(format!("{}/traces/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    let mut calls = Vec::new();
    for line in text.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        for span in request.pointer("/resourceSpans").unwrap().as_array().unwrap().iter().flat_map(|resource| {
            resource["scopeSpans"].as_array().unwrap().iter().flat_map(|scope| scope["spans"].as_array().unwrap())
        }) {
            let attribute = |key: &str| {
                let list = span["attributes"].as_array()?;
                Some(list.iter().find(|entry| entry["key"] == key)?["value"]["stringValue"].as_str()?.to_owned())
            };
            if attribute("openinference.span.kind").as_deref() != Some("LLM") {
                continue;
            }
            let messages = (0..)
                .map_while(|at| {
                    let role = attribute(&format!("llm.input_messages.{at}.message.role"))?;
                    let text = attribute(&format!("llm.input_messages.{at}.message.content"))?;
                    Some(Message::text(Role::parse(&role), text))
                })
                .collect();
            let variables = attribute("llm.prompt_template.variables").unwrap();
            calls.push((
                attribute("llm.prompt_template.version").unwrap(),
                serde_json::from_str(&variables).unwrap(),
                messages,
            ));
        }
    }
    calls
}

#[rstest]
#[case("help-centre.otlp.jsonl.gz", 52)]
#[case("help-centre-rerun.otlp.jsonl.gz", 40)]
fn the_sample_prompt_renders_to_exactly_the_recorded_messages(#[case] file: &str, #[case] calls: usize) {
    let source = include_str!("../../../../prompts/answer.prompt");
    let current = dot(source);
    let label = current.version.clone().unwrap();
    let mut fitting = 0;
    let recorded = recorded(file);
    assert_eq!(recorded.len(), calls);
    for (version, variables, messages) in recorded {
        let found = find_in(&current, &RecordedCall::new(&messages, Some(&variables), []));
        assert_eq!(found.is_some(), version == label, "{version}");
        let Some(found) = found else { continue };
        fitting += 1;
        assert_eq!(found.variables["question"], variables["question"]);
        assert!(found.variables["context"].as_str().unwrap().starts_with('['));
        assert!(found.proven, "rendering gives the recorded messages");
    }
    assert!(fitting >= 10);
}
