use super::*;
use rstest::rstest;

/// The pieces as words: the text of literals, the names of variables.
fn told(format: PromptFormat, text: &str) -> Vec<String> {
    let source = Source::scan(text, format);
    let piece = |piece: &Piece| {
        let text = source.slice(piece.range.clone()).trim().to_owned();
        let nested = match piece.nesting {
            Nesting::Once => "",
            Nesting::Choice => "?",
            Nesting::Loop => "*",
        };
        match &piece.token {
            Token::Text if text.is_empty() => None,
            Token::Text => Some(format!("“{text}”{nested}")),
            Token::Print(names) => Some(format!("print {}{nested}", names.join("+"))),
            Token::Logic(names) => Some(format!("by {}{nested}", names.join("+"))),
            Token::Comment => Some("comment".into()),
            Token::History => Some("history".into()),
            Token::Partial(name) => Some(format!("partial {name}")),
            Token::Unknown(name) => Some(format!("unknown {name}")),
            Token::Role(_) | Token::Other => None,
        }
    };
    let section = |section: &Section| {
        let head = format!("{}:", section.role.as_str());
        std::iter::once(head).chain(section.pieces.iter().filter_map(piece)).collect::<Vec<_>>()
    };
    source.sections.iter().flat_map(section).collect()
}

const DOT: PromptFormat = PromptFormat::Dotprompt;
const PTY: PromptFormat = PromptFormat::Prompty;

#[rstest]
#[case(DOT, "Hi {{name}}!", "user: “Hi” print name “!”")]
#[case(DOT, "{{role \"system\"}}A{{role \"user\"}}{{{q}}}", "user: system: “A” user: print q")]
#[case(DOT, "<<<dotprompt:role:system>>>A<<<dotprompt:history>>>", "user: system: “A” history")]
#[case(DOT, "{{! a }}{{!-- b }} --}}\\{{no}}{{yes}}", "user: comment comment “\\{{no}}” print yes")]
#[case(
    DOT,
    "{{#each docs}}[{{id}}] {{../lang}} {{@index}}{{/each}}",
    "user: by docs “[”* print docs* “]”* print lang*"
)]
#[case(DOT, "{{#each docs as |d|}}{{d.text}}{{/each}}{{id}}", "user: by docs print docs* print id")]
#[case(DOT, "{{#if a}}x{{else if b}}y{{else}}z{{/if}}", "user: by a “x”? by b? “y”? “z”?")]
#[case(DOT, "{{#ifEquals tone \"FORMAL\"}}F{{/ifEquals}}{{json v indent=2}}", "user: by tone “F”? print v")]
#[case(DOT, "{{#with a}}{{b}}{{@root.c}}{{/with}}{{~d~}}", "user: by a print a? print c? print d")]
#[case(
    DOT,
    "{{>tone how=style}}{{shout x}}{{lookup a (lookup b c)}}",
    "user: partial tone by style unknown shout print x print a+b+c"
)]
#[case(DOT, "never {{closed", "user: “never {{closed”")]
#[case(PTY, "system:\nA {{ x | upper }}\nuser[name=\"q\"]:\n{{q.text}}", "system: system: “A” print x user: print q")]
#[case(
    PTY,
    "{% for d in docs %}{{ d.id }} {{loop.index}}{% endfor %}{{d}}",
    "system: by docs print docs* print * print d"
)]
#[case(PTY, "{% if a is defined and not b %}x{% endif %}{# c #}", "system: by a+b “x”? comment")]
#[case(PTY, "{% set n = docs|length %}{{ n }} {{ f(x, key=y) }}", "system: by docs print docs print x+y")]
#[case(PTY, "{% raw %}{{ not }}{% endraw %}{{ yes }}", "system: “{{ not }}” print yes")]
#[case(PTY, "---\ninputs:\n  - name: talk\n    kind: thread\n---\n{{talk}}\nuser:\nx", "system: history user: “x”")]
#[case(PromptFormat::Text, "A {{ b }} {{#c}} {{d}}", "user: “A” print b “{{#c}}” print d")]
fn pieces_of_a_template(#[case] format: PromptFormat, #[case] text: &str, #[case] expected: &str) {
    assert_eq!(told(format, text).join(" "), expected);
}

#[test]
fn a_github_file_has_its_messages_wherever_yaml_puts_them() {
    let text = "name: x\nmessages:\n- role: system\n  content: |-\n    Line {{a}}\n      two\n\n    three\n- role: \"user\"\n  content: \"Q:\\n{{q}} \\\"x\\\"\"\n- content: 'it''s {{ no }}'\n  role: assistant\nmodel: m\n";
    let told = told(PromptFormat::GithubModels, text);
    assert_eq!(
        told.join(" "),
        "system: “Line” print a “two\n\n    three” user: “Q:” print q “\"x \"” assistant: “it''s {{ no }}”"
    );
    let source = Source::scan(text, PromptFormat::GithubModels);
    assert_eq!(source.view.len(), text.len());
    assert_eq!(&text[source.key(&["model"]).unwrap().value.clone()], "m");
}

#[test]
fn keys_are_found_in_maps_lists_and_after_blocks() {
    let text = "---\na:\n  b: 1 # note\n  \"c d\": 'x: y'\nlist:\n  - name: n\n    kind: k\n  -\n    name: m\nlong: >\n  not: a key\nlast: {x: 1}\n---\nbody: none";
    let source = Source::scan(text, PromptFormat::Dotprompt);
    let found: Vec<String> =
        source.keys.iter().map(|key| format!("{}={}", key.path.join("."), text[key.value.clone()].trim())).collect();
    assert_eq!(
        found,
        [
            "a=",
            "a.b=1",
            "a.c d='x: y'",
            "list=",
            "list.0.name=n",
            "list.0.kind=k",
            "list.1.name=m",
            "long=not: a key",
            "last={x: 1}"
        ]
    );
    assert_eq!(source.front, Some(4..text.find("---\nbody").unwrap()));
}

#[test]
fn any_text_is_scanned_to_its_end() {
    for text in [
        "",
        "---",
        "---\n",
        "{{",
        "{{{",
        "{%",
        "{#",
        "{{!--",
        "{{#each",
        "\u{feff}---\nx: 1\n---\n{{a}}",
        "a: \"",
        "- - -",
        "'a: b",
    ] {
        for format in [DOT, PTY, PromptFormat::Text, PromptFormat::GithubModels] {
            let source = Source::scan(text, format);
            assert!(source.pieces().all(|piece| piece.range.end <= text.len()), "{text:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn pieces_stand_in_order_and_on_the_edges_of_characters(text in "([a-z \n:\"'#é-]|\\{\\{|\\}\\}|\\{%|%\\}|/each|#each x|role \"user\"|messages:\n- role: user\n  content: ){0,40}") {
        for format in [DOT, PTY, PromptFormat::Text, PromptFormat::GithubModels] {
            let source = Source::scan(&text, format);
            let mut last = 0;
            for piece in source.pieces() {
                let twice = matches!(piece.token, Token::Print(_) | Token::Logic(_));
                proptest::prop_assert!(piece.range.start >= last || twice, "{:?}", piece);
                proptest::prop_assert!(text.get(piece.range.clone()).is_some());
                last = piece.range.end;
            }
        }
    }
}
