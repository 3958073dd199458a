use super::*;
use crate::domain::message::{Message, Role};
use crate::domain::prompt::{Inputs, Prompt, PromptFormat};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn vars() -> Map<String, Value> {
    let value = json!({
        "a": "A", "b": "<b> {{a}} & {% x %}", "flag": true, "no": false, "xs": ["1", "2"], "empty": [],
        "docs": [{"id": "d1", "text": "One"}, {"id": "d2", "text": ""}], "user": {"name": "Ann"},
    });
    value.as_object().unwrap().clone()
}

fn path(head: &str, fields: &[&str]) -> Expression {
    Expression::Path(Path { head: head.into(), fields: fields.iter().map(|field| (*field).to_owned()).collect() })
}

fn print(head: &str) -> Node {
    Node::Print(Expression::Path(Path::of(head)), Form::Text)
}

fn text(text: &str) -> Node {
    Node::Text(text.into())
}

fn said(messages: &[Message]) -> Vec<(String, String)> {
    let said = messages.iter().map(|m| (m.role.as_str().to_owned(), m.content().trim().to_owned()));
    // White space at the edges of a message, and a message of nothing else, is layout.
    said.filter(|(_, text)| !text.is_empty()).collect()
}

/// Renders with the engine that reads the format's files.
fn rendered(format: PromptFormat, template: &str) -> Result<Vec<(String, String)>, String> {
    let (start, front) = match format {
        PromptFormat::Dotprompt => ("{{role \"user\"}}\n", "---\n---\n"),
        _ => ("user:\n", "---\nname: x\n---\n"),
    };
    let prompt = Prompt::parse("p", format, &format!("{front}{start}{template}")).map_err(|e| e.to_string())?;
    prompt.render(&Inputs::of(vars())).map(|messages| said(&messages)).map_err(|e| e.to_string())
}

fn in_handlebars(nodes: &[Node]) -> (String, Vec<Loss>) {
    let mut losses = Losses::default();
    let text = write_handlebars(nodes, &mut losses);
    (text, losses.into_list())
}

fn in_jinja(nodes: &[Node]) -> (String, Vec<Loss>) {
    let mut losses = Losses::default();
    let text = write_jinja(nodes, &mut losses);
    (text, losses.into_list())
}

fn tree(template: &str, syntax: Syntax) -> Vec<Node> {
    read(template, syntax, &mut Losses::default()).unwrap()
}

#[test]
fn literal_braces_change_with_the_syntax() {
    let nodes = tree("Reply as {{\"a\": {{\"b\": {x}}}}} {{#each}} {{% if %}}", Syntax::FString);
    assert_eq!(
        said(&evaluate(&nodes, &json!({"x": 1}).as_object().unwrap().clone()).unwrap())[0].1,
        "Reply as {\"a\": {\"b\": 1}} {#each} {% if %}"
    );
    let nodes = vec![text("{"), print("a"), text("} {{a}} {% if %} {# no #} {{{")];
    assert_eq!(in_handlebars(&nodes).0, "{ {{~a~}} } \\{{a}} {% if %} {# no #} \\{{{");
    assert_eq!(in_jinja(&nodes).0, "{{ '{' }}{{ a }}} {{ '{{' }}a}} {{ '{%' }} if %} {{ '{#' }} no #} {{ '{{' }}{");
    for (format, template) in
        [(PromptFormat::Dotprompt, in_handlebars(&nodes).0), (PromptFormat::Prompty, in_jinja(&nodes).0)]
    {
        assert_eq!(rendered(format, &template).unwrap()[0].1, "{A} {{a}} {% if %} {# no #} {{{", "{template}");
    }
}

#[test]
fn blocks_keep_the_lines_around_them() {
    let hb = "Docs:\n{{#each docs}}\n[{{id}}] {{text}}{{#if ../flag}} of {{../user.name}}{{/if}}\n{{/each}}\nEnd.";
    let nodes = read_handlebars(hb, &Partials::new()).unwrap();
    assert_eq!(
        in_jinja(&nodes).0,
        "Docs:\n{% for doc in docs -%}\n[{{ doc.id }}] {{ doc.text }}{% if flag %} of {{ user.name }}{% endif %}\n{% endfor -%}\nEnd."
    );
    assert_eq!(in_handlebars(&nodes).0, hb);
    let jinja = tree(&in_jinja(&nodes).0, Syntax::Jinja2);
    assert_eq!(jinja, nodes);
}

#[test]
fn functions_of_the_two_languages_correspond() {
    let pairs = [
        ("{{json docs}}", "{{ docs | tojson }}"),
        ("{{#ifEquals a \"x\"}}1{{else}}2{{/ifEquals}}", "{% if a == 'x' %}1{% else %}2{% endif %}"),
        ("{{#unless flag}}1{{/unless}}", "{% if not flag %}1{% endif %}"),
        (
            "{{#each xs}}{{#if @first}}{{else}}, {{/if}}{{this}}{{/each}}",
            "{% for x in xs %}{% if loop.first %}{% else %}, {% endif %}{{ x }}{% endfor %}",
        ),
        ("{{this.history}} {{[odd name]}}", "{{ history }} {{ odd name }}"),
    ];
    for (handlebars, jinja) in pairs {
        let nodes = read_handlebars(handlebars, &Partials::new()).unwrap();
        let jinja_text = in_jinja(&nodes).0.replace("-%}\n", "%}");
        assert_eq!(jinja_text, jinja);
    }
    assert_eq!(
        in_handlebars(&tree("{{ xs | join(', ') }}", Syntax::Jinja2)).0.replace('\n', ""),
        "{{#each xs}}{{#if @first}}{{else}}, {{/if}}{{this}}{{/each}}"
    );
    assert_eq!(
        in_handlebars(&tree("x {{ a | default('none') }}", Syntax::Jinja2)).0,
        "x {{#if a}}{{a}}{{else}}none{{/if}}"
    );
}

#[test]
fn with_and_partials_are_put_in_place() {
    let partials = Partials::from([("line".to_owned(), "({{label}}: {{name}} {{a}})".to_owned())]);
    let nodes =
        read_handlebars("{{#with user}}{{name}}{{/with}} {{>line label=\"L\" name=user.name}}", &partials).unwrap();
    assert_eq!(said(&evaluate(&nodes, &vars()).unwrap())[0].1, "Ann (L: Ann A)");
    let shadowed = read_handlebars("{{#each docs}}{{id}}{{../doc}}{{/each}}", &Partials::new()).unwrap();
    assert_eq!(
        in_jinja(&shadowed).0.replace("-%}\n", "%}"),
        "{% for doc_2 in docs %}{{ doc_2.id }}{{ doc }}{% endfor %}"
    );
    let lines = Partials::from([("p".to_owned(), "1\n2\n".to_owned())]);
    assert_eq!(read_handlebars("a\n  {{>p}}\nb", &lines).unwrap(), [text("a\n  1\n  2\nb")]);
    let looping = Partials::from([("x".to_owned(), "{{>x}}".to_owned())]);
    assert!(read_handlebars("{{>x}}", &looping).unwrap_err().contains("nested deeper"));
    assert_eq!(read_handlebars("{{#>gone}}else{{/gone}}", &Partials::new()).unwrap(), [text("else")]);
    let missing = read_handlebars("{{>gone}}", &Partials::new()).unwrap();
    assert_eq!(in_jinja(&missing).1.len(), 1);
}

#[test]
fn names_mean_in_a_partial_what_they_mean_when_it_is_rendered() {
    let partials = Partials::from([
        ("list".to_owned(), "{{#each docs}}{{id}}{{label}}{{../label}}{{/each}}{{>end}}".to_owned()),
        ("end".to_owned(), "{{label}}{{a}}{{@root.user.name}}".to_owned()),
    ]);
    let template =
        "{{role \"user\"}}{{#each xs as |x n|}}{{n}}{{x}}{{/each}}{{>list label=\"L\"}}{{^empty}}none{{/empty}}";
    let nodes = read_handlebars(template, &partials).unwrap();
    let expected = "0112d1Ld2LLAAnnnone";
    assert_eq!(said(&evaluate(&nodes, &vars()).unwrap())[0].1, expected);
    let prompt = Prompt::parse("p", PromptFormat::Dotprompt, template).unwrap();
    let inputs = Inputs { partials, ..Inputs::of(vars()) };
    assert_eq!(said(&prompt.render(&inputs).unwrap())[0].1, expected);
}

#[test]
fn every_line_of_a_partial_is_moved_in_with_its_tag() {
    for partial in
        ["{{#each xs}}\n- {{this}}\n{{/each}}\nend", "{{#each xs}}{{this}};\n{{/each}}", "a {{#each xs}}b\n{{/each}}c"]
    {
        let partials = Partials::from([("p".to_owned(), partial.to_owned())]);
        let template = "x\n  {{>p}}\ny";
        let prompt = Prompt::parse("p", PromptFormat::Dotprompt, template).unwrap();
        let inputs = Inputs { partials: partials.clone(), ..Inputs::of(vars()) };
        let mut nodes = vec![Node::Role(Role::User)];
        nodes.extend(read_handlebars(template, &partials).unwrap());
        assert_eq!(said(&evaluate(&nodes, &vars()).unwrap()), said(&prompt.render(&inputs).unwrap()), "{partial}");
    }
}

#[test]
fn marks_that_a_template_spells_out_begin_messages() {
    let nodes = read_handlebars("<<<dotprompt:role:system>>>S<<<dotprompt:history>>>", &Partials::new()).unwrap();
    assert_eq!(nodes, [Node::Role(Role::System), text("S"), Node::History("history".into())]);
}

#[test]
fn what_only_jinja_can_say_stays_in_jinja_and_is_said_elsewhere() {
    let source = "{% set x = 1 %}{{ a | upper }}{% for k, v in user.items() %}{{ k }}{% endfor %}{% macro m() %}{{ a }}{% endmacro %}{% if a and b %}y{% elif a > 3 %}z{% endif %}";
    let nodes = tree(source, Syntax::Nunjucks);
    let (jinja, losses) = in_jinja(&nodes);
    assert_eq!(jinja.replace("-%}\n", "%}"), source);
    assert_eq!(losses, []);
    let (handlebars, losses) = in_handlebars(&nodes);
    assert_eq!(handlebars, "{{a}}y");
    let said: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(said[1].starts_with("the expression `{{ a | upper }}` has no counterpart in handlebars"), "{said:?}");
    let nested = tree("{% if a == 'q' %}1{% elif a > 3 %}2{% endif %}", Syntax::Jinja2);
    assert_eq!(
        in_jinja(&nested).0.replace("-%}\n", "%}"),
        "{% if a == 'q' %}1{% else %}{% if a > 3 %}2{% endif %}{% endif %}"
    );
}

#[test]
fn mustache_sections_and_escape_are_told_apart() {
    let mut losses = Losses::default();
    let nodes = read(
        "{{#xs}}\n- {{.}}\n{{/xs}}\n{{^empty}}nothing{{/empty}}{{#flag}}!{{/flag}}{{! gone }}{{{b}}}{{=<% %>=}}<%a%>",
        Syntax::Mustache,
        &mut losses,
    )
    .unwrap();
    let text = &said(&evaluate(&nodes, &vars()).unwrap())[0].1;
    assert_eq!(text, "- 1\n- 2\nnothing!<b> {{a}} & {% x %}A");
    assert_eq!(losses.into_list().len(), 1);
    let (_, losses) = in_handlebars(&tree("{{b}}", Syntax::Mustache));
    assert!(losses[0].what.contains("HTML escape"), "{losses:?}");
    assert!(in_handlebars(&tree("{{{b}}}", Syntax::Mustache)).1.is_empty());
}

#[test]
fn a_format_string_loses_its_formats_and_refuses_what_langchain_refuses() {
    let mut losses = Losses::default();
    let nodes = read("{x:.2f} {y!r}", Syntax::FString, &mut losses).unwrap();
    assert_eq!(in_handlebars(&nodes).0, "{{x}} {{y}}");
    assert_eq!(losses.into_list().len(), 2);
    for bad in ["{x.y}", "{x[0]}", "{x:{w}}", "{", "}", "{}", "{0}"] {
        assert!(read(bad, Syntax::FString, &mut Losses::default()).is_err(), "{bad}");
    }
}

#[test]
fn broken_templates_are_refused_with_a_reason() {
    for (syntax, bad) in [
        (Syntax::Jinja2, "{% if x %}"),
        (Syntax::Jinja2, "{% endif %}"),
        (Syntax::Jinja2, "{{ x"),
        (Syntax::Handlebars, "{{#if x}}"),
        (Syntax::Mustache, "{{#x}}"),
        (Syntax::Mustache, "{{/x}}"),
        (Syntax::Mustache, "{{x"),
    ] {
        assert!(read(bad, syntax, &mut Losses::default()).is_err(), "{bad}");
    }
    let many = 100_000;
    // These would take hours if each opening were searched to the end.
    assert_eq!(tree(&("{{ ".repeat(500_000) + "}}"), Syntax::Plain).len(), 1);
    assert_eq!(tree(&"{% x %}".repeat(200_000), Syntax::Jinja2).len(), 200_000);
    for (syntax, deep) in [
        (Syntax::Jinja2, "{% if a %}".repeat(many) + &"{% endif %}".repeat(many)),
        (Syntax::Jinja2, "{% if a %}".to_owned() + &"{% elif a %}".repeat(many) + "{% endif %}"),
        (Syntax::Mustache, "{{#a}}".repeat(many) + &"{{/a}}".repeat(many)),
    ] {
        assert!(read(&deep, syntax, &mut Losses::default()).unwrap_err().contains("deeper"), "{syntax:?}");
    }
}

#[test]
fn a_plain_template_says_what_it_fixed() {
    let nodes = read_handlebars(
        "{{#each docs}}[{{id}}] {{text}}\n{{/each}}{{#if flag}}yes{{else}}no{{/if}}{{user.name}}",
        &Partials::new(),
    )
    .unwrap();
    let mut losses = Losses::default();
    let flat = flatten(nodes, &Map::from_iter([("flag".to_owned(), json!(false))]), &mut losses);
    assert_eq!(write_plain(&flat, &mut losses), "{{docs}}no{{user_name}}");
    let losses = losses.into_list();
    assert_eq!(losses.len(), 3, "{losses:?}");
    assert!(losses[0].advice.contains("[{{doc_id}}] {{doc_text}}"), "{losses:?}");
}

#[test]
fn sections_are_divided_at_marks_outside_of_blocks() {
    let nodes = vec![
        text(" a "),
        Node::Role(Role::System),
        text("\nS\n"),
        Node::History("h".into()),
        Node::Role(Role::User),
        print("a"),
    ];
    assert_eq!(
        sections(&nodes, &Role::User),
        [
            Section::Message(Role::User, vec![text("a")]),
            Section::Message(Role::System, vec![text("S")]),
            Section::History("h".into()),
            Section::Message(Role::User, vec![print("a")]),
        ]
    );
}

fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "x", " ", "  ", "\n", "\n\n", "{", "}", "{{", "}}", "{%", "%}", "{#", "\\", "-", "'", "a", "{{a}}", "é",
        ]),
        0..6,
    )
    .prop_map(|pieces| pieces.concat())
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        4 => texts().prop_map(Node::Text),
        3 => prop::sample::select(vec![path("a", &[]), path("b", &[]), path("user", &["name"])]).prop_map(|e| Node::Print(e, Form::Text)),
    ];
    let items = prop_oneof![
        2 => texts().prop_map(Node::Text),
        2 => prop::sample::select(vec![path("item", &["id"]), path("item", &["text"]), path("a", &[])]).prop_map(|e| Node::Print(e, Form::Text)),
        1 => texts().prop_map(|inner| Node::If { test: Test::Truthy(Expression::Last), then: vec![Node::Text(inner)], otherwise: Vec::new() }),
    ];
    let each =
        (prop::collection::vec(items, 0..4), prop::collection::vec(texts().prop_map(Node::Text), 0..2), any::<bool>())
            .prop_map(|(body, otherwise, full)| Node::Each {
                list: path(if full { "docs" } else { "empty" }, &[]),
                item: "item".into(),
                body,
                otherwise,
            });
    let node = prop_oneof![4 => leaf, 1 => each].prop_recursive(3, 12, 4, |inner| {
        (
            prop::sample::select(vec![
                Test::Truthy(path("flag", &[])),
                Test::Truthy(path("no", &[])).negated(),
                Test::Equals(path("a", &[]), Expression::Literal(json!("A"))),
                Test::Equals(path("a", &[]), Expression::Literal(json!("it's \"so\""))).negated(),
            ]),
            prop::collection::vec(inner.clone(), 0..3),
            prop::collection::vec(inner, 0..3),
        )
            .prop_map(|(test, then, otherwise)| Node::If { test, then, otherwise })
    });
    prop::collection::vec(node, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_renders_the_same_in_either_language_and_comes_back(nodes in nodes()) {
        let nodes = trimmed(joined(nodes));
        let expected = said(&evaluate(&nodes, &vars()).unwrap());
        let (jinja, losses) = in_jinja(&nodes);
        prop_assert_eq!(losses, vec![]);
        prop_assert_eq!(rendered(PromptFormat::Prompty, &jinja), Ok(expected.clone()), "{}", jinja);
        let back = tree(&jinja, Syntax::Jinja2);
        prop_assert_eq!(said(&evaluate(&back, &vars()).unwrap()), expected.clone(), "{}", jinja);
        let (handlebars, losses) = in_handlebars(&back);
        if losses.is_empty() {
            prop_assert_eq!(rendered(PromptFormat::Dotprompt, &handlebars), Ok(expected.clone()), "{}", handlebars);
            let again = read_handlebars(&handlebars, &Partials::new()).unwrap();
            prop_assert_eq!(said(&evaluate(&again, &vars()).unwrap()), expected, "{}", handlebars);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(template in "[a-z{}%#\\-\\\\ \n\"'|.!/^&=<>@]{0,60}") {
        for syntax in [Syntax::Plain, Syntax::Mustache, Syntax::Handlebars, Syntax::Jinja2, Syntax::FString] {
            let _ = read(&template, syntax, &mut Losses::default());
        }
    }
}
