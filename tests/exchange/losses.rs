//! Everything that the formats' page says is lost in a conversion is said by one.

use super::{file, fixture, found, one, own, sentences};
use hindcast::domain::prompt::{Prompt, PromptFormat};
use hindcast::domain::prompt_exchange::{Losses, Origin, Partials};
use hindcast::exporters::prompts as exporters;
use hindcast::importers::prompts as importers;
use rstest::rstest;

fn said(name: &str, text: &str, origin: Option<Origin>, format: PromptFormat) -> String {
    let (draft, losses) = one(name, text, origin);
    let mut losses = losses;
    let _ = exporters::write(&draft, format, &mut losses);
    sentences(&losses.into_list())
}

use PromptFormat::{Dotprompt, GithubModels, Prompty, Text};

#[rstest]
// From Dotprompt.
#[case("a.prompt", "{{@state.x}}", Prompty, "the expression `{{@state.x}}` has no counterpart in jinja2")]
#[case("a.prompt", "{{section \"x\"}}", Prompty, "the function `section`")]
#[case("a.prompt", "{{>part}}", Prompty, "the partial `part`, which is not there")]
#[case("a.prompt", "{{media url=x}}", Prompty, "becomes its address in the text")]
#[case("a.prompt", "a {{media url=x}}", GithubModels, "a picture or other medium is left out")]
#[case("a.prompt", "{{#each xs}}{{this}}{{/each}}", GithubModels, "the loop over `xs` becomes the variable `{{xs}}`")]
#[case(
    "a.prompt",
    "{{#if x}}a{{else}}b{{/if}}",
    GithubModels,
    "the condition `x` is gone: the text is fixed as if it were true"
)]
#[case("a.prompt", "{{json x}}", Text, "`x` was printed as JSON")]
#[case("a.prompt", "x{{history}}", GithubModels, "no place for earlier messages")]
#[case("a.prompt", "---\ntools: [t]\n---\nx", GithubModels, "no place for tools")]
#[case("a.prompt", "---\nconfig: {topK: 3}\n---\nx", GithubModels, "no place for the parameter `top_k`")]
#[case(
    "a.prompt",
    "---\ninput: {schema: {x: integer}}\n---\n{{x}}",
    GithubModels,
    "types and descriptions of variables"
)]
#[case("a.prompt", "---\ninput: {default: {x: 1}}\n---\n{{x}}", GithubModels, "become a row of test data")]
#[case(
    "a.prompt",
    "---\ninput: {schema: {x?: string}}\n---\n{{x}}",
    Prompty,
    "`x` may be missing, which Jinja2 refuses"
)]
#[case("a.prompt", "{{a}} \\{{b}}", GithubModels, "the literal text `{{b}}` reads as a variable here")]
#[case("a.prompt", "{{role \"tool\"}}x", Prompty, "Prompty has no role `tool`")]
#[case("a.prompt", "{{role \"system\"}}x", Text, "the role `system` is lost")]
#[case("a.prompt", "---\nmodel: m\n---\nx", Text, "no place for its model")]
#[case("a.prompt", "x\nuser:\ny", Prompty, "the literal line `user:` reads as the start of a message")]
// From Prompty.
#[case("a.prompty", "---\nmodel: {id: m, provider: foundry}\n---\nx", Dotprompt, "no place for the connection")]
#[case("a.prompty", "{{ x | upper }}", Dotprompt, "the expression `{{ x | upper }}` has no counterpart")]
#[case("a.prompty", "{% set a = 1 %}x", Dotprompt, "`{% set a = 1 %}` has no counterpart")]
#[case("a.prompty", "user[name=\"Ann\"]:\nx", Dotprompt, "the attributes `name=\"Ann\"`")]
#[case(
    "a.prompty",
    "---\ninputs: [{name: i, kind: image}]\n---\n{{i}}",
    Dotprompt,
    "the kind `image` of the input `i`"
)]
#[case("a.prompty", "---\nmodel: {apiType: embedding}\n---\nx", Dotprompt, "is not `chat`")]
#[case("a.prompty", "---\ntools: [{name: t, kind: mcp}]\n---\nx", Dotprompt, "the tool `t` of the kind `mcp`")]
#[case("a.prompty", "<<<dotprompt:role:user>>>", Dotprompt, "reads as a mark of a role")]
#[case("a.prompty", "---\nname: x\nmetadata: {team: a}\n---\nx", GithubModels, "the fields metadata")]
// From promptfoo.
#[case("a.txt", "{{ env.KEY }}", Prompty, "was read from the environment")]
#[case("a.j2", "{% if a and b %}x{% endif %}", Dotprompt, "the condition `{% if a and b %}`")]
#[case(
    "a.txt",
    "[{\"role\": \"user\", \"content\": {{ x | dump }}}]",
    Prompty,
    "the text becomes JSON only after rendering"
)]
#[case(
    "promptfooconfig.yaml",
    "prompts: ['{{x}}']\nproviders: [openai:chat:a, b]\n",
    Dotprompt,
    "a prompt names one model: openai:chat:a is kept, b not"
)]
#[case(
    "promptfooconfig.yaml",
    "prompts: ['{{x}}']\ntests: [{vars: {x: 1}, assert: [{type: equals, value: a}]}, {vars: {x: 2}}]\n",
    Dotprompt,
    "1 evaluator or assertion is not carried over"
)]
#[case(
    "promptfooconfig.yaml",
    "prompts: ['{{x}}']\ntests: [{vars: {x: 1}}, {vars: {x: 2}}]\n",
    Dotprompt,
    "no place for 1 more row of test data"
)]
#[case(
    "promptfooconfig.yaml",
    "prompts: ['{{x}}']\ntests: file://t.csv\nscenarios: []\n",
    Dotprompt,
    "the tests in file://t.csv are not read"
)]
// From Langfuse.
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "labels": ["production"], "prompt": "x", "commitMessage": "m"}"#,
    Dotprompt,
    "the commit message is not part of a file"
)]
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "labels": ["production"], "prompt": "x"}"#,
    Dotprompt,
    "labels, tags and version of the origin are kept as a note"
)]
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "prompt": "a @@@langfusePrompt:name=b|version=3@@@"}"#,
    Dotprompt,
    "the reference to another prompt (name=b|version=3) is left as text"
)]
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "prompt": " {{x}} "}"#,
    Dotprompt,
    "white space at the edges of the message is dropped"
)]
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "prompt": "{{x}}"}"#,
    Dotprompt,
    "leaves `{{name}}` as it is where a variable is missing"
)]
#[case(
    "x.json",
    r#"{"type": "text", "name": "a", "version": 1, "prompt": "{{my-var}}"}"#,
    Prompty,
    "the variable `my-var` becomes `my_var`"
)]
#[case("x.json", r#"{"type": "chat", "name": "a", "version": 1, "prompt": [{"type": "placeholder", "name": "h"}, {"role": "user", "content": "x"}, {"type": "placeholder", "name": "i"}]}"#, Dotprompt, "the placeholder `i` is left out")]
#[case(
    "x.json",
    r#"{"type": "chat", "name": "a", "version": 1, "prompt": [{"role": "developer", "content": "x"}]}"#,
    Dotprompt,
    "the role `developer` becomes `system`"
)]
// From LangChain.
#[case(
    "x.json",
    r#"{"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "{x:.2f}", "template_format": "f-string"}}"#,
    Dotprompt,
    "the format of `{x:.2f}` is dropped"
)]
#[case(
    "x.json",
    r#"{"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "{{x}}", "template_format": "mustache"}}"#,
    Dotprompt,
    "printed with HTML escape"
)]
#[case("x.json", r#"{"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "{x}", "partial_variables": {"x": {"lc": 1, "type": "not_implemented", "id": ["f"]}}}}"#, Dotprompt, "`x` was filled in by a function")]
#[case("x.json", r#"{"lc": 1, "id": ["RunnableSequence"], "kwargs": {"first": {"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "x"}}, "middle": [{"lc": 1, "id": ["Parser"], "kwargs": {}}], "last": {"lc": 1, "id": ["ChatOpenAI"], "kwargs": {"model": "gpt-4.1", "streaming": true}}}}"#, Dotprompt, "the class `ChatOpenAI` of the bound model is not kept")]
#[case("x.json", r#"{"lc": 1, "id": ["ChatPromptTemplate"], "kwargs": {"messages": [{"lc": 1, "id": ["MessagesPlaceholder"], "kwargs": {"variable_name": "h", "n_messages": 2}}, {"lc": 1, "id": ["HumanMessage"], "kwargs": {"content": "x"}}]}}"#, Dotprompt, "only the last 2 messages")]
// From GitHub Models.
#[case(
    "a.prompt.yml",
    "messages: [{role: user, content: '{{x}}'}]\ntestData: [{x: 1}]\n",
    Dotprompt,
    "the first row of test data becomes the default values"
)]
#[case(
    "a.prompt.yml",
    "messages: [{role: user, content: x}]\nevaluators: [{name: a, uses: github/similarity}]\n",
    Prompty,
    "1 evaluator or assertion is not carried over"
)]
fn a_loss_is_said(#[case] name: &str, #[case] text: &str, #[case] format: PromptFormat, #[case] expected: &str) {
    let losses = said(name, text, None, format);
    assert!(losses.contains(expected), "{expected} is not in:\n{losses}");
    let sentences_end = losses.lines().all(|line| line.ends_with('.') && !line.ends_with(".."));
    assert!(sentences_end, "{losses}");
}

#[test]
fn a_variable_that_jinja_cannot_name_is_renamed_everywhere() {
    let (draft, losses) = one("langfuse-hyphen.json", &fixture("langfuse-hyphen.json"), None);
    let (text, prompt, _, _) = file(&draft, PromptFormat::Prompty, losses);
    assert!(text.contains("{{ my_var_2 }} {{ my_var }}"), "{text}");
    assert!(prompt.variables.iter().any(|variable| variable.name == "my_var_2" && variable.used));
}

#[test]
fn a_prompty_in_mustache_is_read_as_such() {
    // Read from its parts, whatever the reader of files makes of the template.
    let source = "---\nname: x\ntemplate: {format: {kind: mustache}}\n---\nuser:\n{{q}}\n";
    let parsed = Prompt::parse("x", PromptFormat::Prompty, source).unwrap();
    let mut parsed = parsed;
    parsed.template = "system:\n{{#docs}}[{{id}}]{{/docs}}\nuser:\n{{q}}\n".into();
    let mut losses = Losses::default();
    let draft = importers::read_own(&parsed, &Partials::new(), &mut losses).unwrap();
    let (text, ..) = file(&draft, PromptFormat::Dotprompt, losses);
    assert!(text.contains("{{#each docs}}\n[{{id}}]{{/each}}"), "{text}");
}

#[test]
fn secrets_are_never_copied() {
    let sources = [
        ("v1.prompty", fixture("v1.prompty")),
        ("b.prompty", "---\nmodel:\n  id: m\n  connection: {kind: key, endpoint: e, apiKey: sk-never-copy-me}\n  options: {additionalProperties: {api_key: sk-never-copy-me}}\n---\nx".to_owned()),
        ("c.prompty", "---\nmodel:\n  id: m\n  connection: {kind: key, apiKey: '${env:KEY:sk-never-copy-me}'}\n---\nx".to_owned()),
        ("x.json", r#"{"type": "text", "name": "a", "version": 1, "prompt": "x", "config": {"model": "m", "api_key": "sk-never-copy-me", "headers": {"Authorization": "sk-never-copy-me"}, "nested": {"secret": "sk-never-copy-me"}}}"#.to_owned()),
        ("y.json", r#"{"lc": 1, "id": ["RunnableSequence"], "kwargs": {"first": {"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "x"}}, "last": {"lc": 1, "id": ["ChatOpenAI"], "kwargs": {"model": "m", "openai_api_key": "sk-never-copy-me", "default_headers": {"x-api-key": "sk-never-copy-me"}, "other_key": {"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]}}}}}"#.to_owned()),
        ("promptfooconfig.yaml", "prompts: [{raw: x, config: {apiKey: sk-never-copy-me}}]\nproviders: [{id: openai:chat:m, config: {apiKey: sk-never-copy-me, temperature: 0.2}}]\n".to_owned()),
    ];
    for (name, source) in sources {
        for format in super::FORMATS {
            let (draft, mut losses) = one(name, &source, None);
            let text = exporters::write(&draft, format, &mut losses).unwrap();
            let losses = losses.into_list();
            assert!(!text.contains("never-copy"), "{name}: {text}");
            assert!(!format!("{losses:?}").contains("never-copy"), "{name}: {losses:?}");
            if name != "c.prompty" {
                assert!(losses.iter().any(|loss| loss.what.contains("not copied")), "{name}: {losses:?}");
            }
        }
    }
    let (_, draft, losses) = own("sample.prompty", PromptFormat::Prompty);
    assert_eq!(losses.into_list(), []);
    assert_eq!(draft.connection.unwrap()["connection"]["apiKey"], "${env:AZURE_OPENAI_API_KEY}");
}

#[test]
fn what_cannot_be_read_says_why() {
    for (name, text, reason) in [
        ("x.json", "{", "it shows no known format"),
        ("x.json", r#"{"data": [], "meta": {}}"#, "it holds no prompts"),
        ("x.json", r#"{"data": [{"name": "a", "type": "text", "versions": [1]}], "meta": {}}"#, "without its text"),
        (
            "x.json",
            r#"{"lc": 1, "id": ["PromptTemplate"], "kwargs": {"template": "{x.y}"}}"#,
            "which LangChain refuses too",
        ),
        ("x.json", r#"{"lc": 1, "id": ["ChatOpenAI"], "kwargs": {"model": "m"}}"#, "holds no prompt template"),
        (
            "x.json",
            r#"{"lc": 1, "id": ["ChatPromptTemplate"], "kwargs": {"messages": [{"lc": 1, "id": ["Odd"], "kwargs": {}}]}}"#,
            "the class `Odd`",
        ),
        ("promptfooconfig.yaml", "prompts: [file://prompt.py]", "a program that makes the prompt"),
        ("promptfooconfig.yaml", "prompts: [file://prompts/*.txt]", "names files by a pattern"),
        ("promptfooconfig.yaml", "prompts: [file://gone.txt]", "gone.txt"),
        ("promptfooconfig.yaml", "a: 1", "has no `prompts`"),
        ("a.csv", "x,y\n1,2\n", "no column `prompt`"),
        ("a.j2", "{% if x %}", "is not closed"),
        ("a.txt", "\n---\n", "holds no prompt"),
        ("a.prompt", "{{#if x}}", "this block is not closed"),
    ] {
        let (_, found) = found(name, text, None);
        assert_eq!(found.prompts, [], "{name} {text}");
        let reasons: String = found.unread.iter().map(|unread| unread.reason.clone()).collect();
        assert!(reasons.contains(reason), "{reason} is not in {reasons}");
    }
}

#[test]
fn several_prompts_of_one_file_are_told_apart() {
    let names = |name: &str, text: &str| {
        let (_, found) = found(name, text, None);
        found.prompts.iter().map(|imported| imported.draft.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("a.txt", "one\n---\ntwo\n --- x\n"), ["a-1", "a-2"]);
    assert_eq!(names("a.csv", "prompt,label\nHello {{x}},greet\n\"a, b\",\n"), ["greet", "a-2"]);
    assert_eq!(names("a.csv", "Hello\nBye\n"), ["a-1", "a-2"]);
    assert_eq!(names("a.jsonl", "[{\"role\": \"user\", \"content\": \"x\"}]\n\"y\"\n"), ["a-1", "a-2"]);
    assert_eq!(names("promptfooconfig.yaml", &fixture("promptfooconfig.yaml")), ["docs v2", "short-1", "short-2"]);
    let two = r#"[{"name": "a", "type": "text", "prompt": "1", "version": 1, "labels": ["production"]},
                  {"name": "a", "type": "text", "prompt": "2", "version": 2, "labels": []}]"#;
    let (origin, found) = found("-", two, None);
    assert_eq!(origin, Some(Origin::Langfuse));
    assert_eq!(found.prompts[0].draft.version.as_deref(), Some("1"));
    assert!(found.unread[0].reason.contains("the one labelled production"), "{:?}", found.unread);
}
