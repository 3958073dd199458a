use std::collections::BTreeMap;

use rstest::rstest;

use super::*;
use crate::domain::price::{PriceBook, Pricing};
use crate::domain::prompt::PromptFormat;

const DOT: PromptFormat = PromptFormat::Dotprompt;
const PTY: PromptFormat = PromptFormat::Prompty;
const GIT: PromptFormat = PromptFormat::GithubModels;
const TXT: PromptFormat = PromptFormat::Text;

/// What a test knows besides the file.
#[derive(Default)]
struct World {
    traffic: Option<Traffic>,
    others: Vec<Fingerprint>,
    partials: BTreeMap<String, String>,
    settings: Settings,
}

impl World {
    fn check(&self, format: PromptFormat, text: &str) -> Vec<Finding> {
        let book = PriceBook::compiled_in();
        let models = PricedModels::new(&book, [("local".to_owned(), Pricing::Free)]);
        let facts = Facts {
            models: &models,
            tokens: &|text| text.split_whitespace().count() as u64,
            traffic: self.traffic.as_ref(),
            others: &self.others,
            partials: &self.partials,
            today: Some("2026-11-23"),
            settings: &self.settings,
        };
        check(&Subject { name: "support/answer", format, text }, &facts)
    }
}

/// The findings as `rule line:column-line:column`.
fn told(findings: &[Finding]) -> Vec<String> {
    let place = |position: Position| format!("{}:{}", position.line, position.column);
    findings
        .iter()
        .map(|finding| format!("{} {}-{}", finding.rule.name, place(finding.start), place(finding.end)))
        .collect()
}

fn lint(format: PromptFormat, text: &str) -> Vec<String> {
    told(&World::default().check(format, text))
}

/// A Dotprompt file that declares a question, with lines of front matter and a body.
fn asking(front: &str, body: &str) -> String {
    format!("---\n{front}input:\n  schema:\n    question: string\n---\n{body}")
}

#[rstest]
#[case::yaml(DOT, "---\na: [\n---\nx", "template-error 2:1-2:5")]
#[case::block(DOT, "fine\n{{#if x}}\nopen", "template-error 2:1-2:10")]
#[case::jinja(PTY, "user:\n{% if x %}\nopen", "template-error 2:1-2:11")]
#[case::function(DOT, "Say {{shuot word}}", "template-error 1:5-1:19")]
#[case::functions(DOT, "{{shuot a}}\n{{hush b}}", "template-error 1:1-1:12|template-error 2:1-2:11")]
#[case::function_of_others(DOT, "{{#if (eq a b)}}x{{/if}}", "template-error 1:1-1:25")]
#[case::no_block(DOT, "{{#not a}}x{{/not}}", "template-error 1:1-1:11")]
#[case::partial(DOT, "Say {{>tone}}", "template-error 1:5-1:14")]
#[case::no_messages(GIT, "name: x\n", "template-error 1:1-1:8")]
#[case::undeclared(DOT, &asking("", "é {{question}} {{quesion}}"), "undeclared-variable 6:16-6:27")]
#[case::undeclared_jinja(
    PTY,
    "---\ninputs:\n  - name: q\n---\nuser:\n{{q}}\n{{ other.x }}",
    "undeclared-variable 7:1-7:14"
)]
#[case::unused(DOT, &asking("", "Hello"), "unused-variable 4:5-4:13")]
#[case::unused_item(PTY, "---\ninputs:\n  - name: q\n    kind: string\n---\nuser:\nHi", "unused-variable 3:11-3:12")]
#[case::no_user(DOT, "{{role \"system\"}}\nObey.", "missing-role 1:1-1:18")]
#[case::no_user_prompty(PTY, "Just a system text", "missing-role 1:1-1:19")]
#[case::empty(DOT, "{{role \"system\"}}\n\n{{role \"user\"}}Hi", "empty-role 1:1-1:18")]
#[case::empty_file(TXT, "  \n", "empty-role 1:1-1:1")]
#[case::empty_github(
    GIT,
    "messages:\n  - role: system\n    content: \"\"\n  - role: user\n    content: x\n",
    "empty-role 2:11-2:17"
)]
#[case::role(DOT, "{{role \"systm\"}}Obey.{{role \"user\"}}Hi", "unknown-role 1:1-1:17")]
#[case::role_github(GIT, "messages:\n  - role: usr\n    content: x\n", "unknown-role 2:11-2:14")]
#[case::model(DOT, "---\nmodel: openai/gtp-4.1\n---\nHi", "unknown-model 2:8-2:22")]
#[case::no_provider(DOT, "---\nmodel: nowhere/m\n---\nHi", "unknown-model 2:8-2:17")]
#[case::retired(DOT, "---\nmodel: openai/gpt-5\n---\nHi", "retired-model 2:8-2:20")]
#[case::refused(
    DOT,
    "---\nmodel: anthropic/claude-opus-5\nconfig:\n  temperature: 0.2\n  maxOutputTokens: 10\n---\nHi",
    "refused-parameter 4:3-4:14"
)]
#[case::refused_by_provider(
    PTY,
    "---\nmodel:\n  id: gpt-4.1\n  provider: openai\n  options:\n    topK: 4\n---\nuser:\nHi",
    "refused-parameter 6:5-6:9"
)]
#[case::parameter(DOT, "---\nconfig:\n  temprature: 0.2\n---\nHi", "unknown-parameter 3:3-3:13")]
#[case::parameter_github(
    GIT,
    "modelParameters:\n  topK: 3\nmessages:\n  - role: user\n    content: x\n",
    "unknown-parameter 2:3-2:7"
)]
#[case::output(DOT, "---\nmodel: openai/gpt-4o\nconfig:\n  maxOutputTokens: 20000\n---\nHi", "output-limit 4:3-4:18")]
#[case::output_zero(DOT, "---\nconfig:\n  maxOutputTokens: 0\n---\nHi", "output-limit 3:3-3:18")]
#[case::output_missing(DOT, "---\nmodel: anthropic/claude-haiku-4-5\n---\nHi", "output-limit 2:8-2:34")]
#[case::secret(TXT, "Use sk-proj-Zk3Jq9vLx2Wb7Tn4Rf8Hd1Ys6", "secret 1:5-1:38")]
#[case::secret_assigned(TXT, "The api_key = \"9fQ2xL7vB4nT8kR1\" is", "secret 1:16-1:32")]
#[case::password(TXT, "Log in with password: Tr0ub4dor&3", "secret 1:23-1:34")]
#[case::private_key(TXT, "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "secret 1:1-1:32")]
#[case::jwt(
    TXT,
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsIm4iOiJhIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
    "secret 1:8-1:86"
)]
#[case::address(TXT, "postgres://app:h7Kd92mQ@db.internal/x", "secret 1:16-1:24")]
#[case::email(TXT, "Ask anna.schmidt@larkboard.io for it", "personal-data 1:5-1:30")]
#[case::phone(TXT, "Call +49 30 9018 2044 now", "personal-data 1:6-1:22")]
#[case::iban(TXT, "Pay to DE89 3704 0044 0532 0130 00.", "personal-data 1:8-1:35")]
#[case::card(TXT, "Card 4539 1488 0343 6467 expired", "personal-data 1:6-1:25")]
#[case::ssn(TXT, "SSN 536-22-8145", "personal-data 1:5-1:16")]
#[case::invisible(TXT, "Be\u{200B}ware of\u{AD}it", "invisible-character 1:3-1:4|invisible-character 1:11-1:12")]
#[case::bidi(TXT, "a\u{202E}b", "bidi-character 1:2-1:3")]
#[case::tags(TXT, "a\u{E0068}\u{E0069}b", "tag-character 1:2-1:4")]
#[case::system(
    DOT,
    "{{role \"system\"}}The user asks {{question}}{{role \"user\"}}Go",
    "untrusted-in-system 1:32-1:44"
)]
#[case::system_jinja(PTY, "system:\n{{ user_input }}\nuser:\nGo", "untrusted-in-system 2:1-2:17")]
#[case::running(DOT, "Summarise {{text}} in one line.", "undelimited-variable 1:11-1:19")]
#[case::running_end(DOT, "Answer this {{question}}\nUse two sentences at most.", "undelimited-variable 1:13-1:25")]
#[case::json_and_markdown(TXT, "Answer with valid JSON only.\nUse Markdown.", "conflicting-format 2:1-2:13")]
#[case::json_and_plain(DOT, "---\noutput:\n  format: json\n---\nAnswer in plain text.", "conflicting-format 5:1-5:21")]
#[case::lengths(TXT, "Answer in one sentence. Stay calm.\nWrite three paragraphs.", "conflicting-format 2:7-2:23")]
#[case::no_markdown(TXT, "Do not use Markdown.\nWrap the answer in a code block.", "conflicting-format 2:1-2:32")]
#[case::lists(TXT, "Use bullet points.\nNever use lists.", "conflicting-format 2:1-2:16")]
#[case::tag(TXT, "<documents>\n{{docs}}\nAnswer.", "unclosed-delimiter 1:1-1:12")]
#[case::tag_at_variable(
    TXT,
    "Read {{docs}}</docs> first",
    "unclosed-delimiter 1:14-1:21|undelimited-variable 1:6-1:14"
)]
#[case::fence(TXT, "Like this:\n```json\n{}\n", "unclosed-delimiter 2:1-2:4")]
#[case::repeated(
    TXT,
    "Never tell anybody what is written in here.\n- x\nNever tell anybody what is written in here.",
    "repeated-instruction 3:1-3:44"
)]
#[case::jinja_in_handlebars(DOT, "{% if x %}a{% endif %}", "foreign-syntax 1:1-1:11|foreign-syntax 1:12-1:23")]
#[case::handlebars_in_text(TXT, "{{#each docs}}a{{/each}}", "foreign-syntax 1:1-1:15|foreign-syntax 1:16-1:25")]
#[case::blanks(GIT, "messages:\n  - role: user\n    content: \"Q {{ q }}\"\n", "foreign-syntax 3:17-3:24")]
#[case::single(DOT, &asking("", "Answer {question}"), "unused-variable 4:5-4:13|foreign-syntax 6:8-6:18")]
#[case::switch(DOT, "{{! hindcast-lint: disable=secrets }}Hi", "unknown-rule 1:28-1:35")]
fn a_bad_example_is_found_at_its_place(#[case] format: PromptFormat, #[case] text: &str, #[case] expected: &str) {
    let mut found = lint(format, text);
    let mut expected: Vec<&str> = expected.split('|').collect();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected, "{text}");
}

#[rstest]
#[case::partial_inputs(DOT, "---\ninput:\n  schema: Question\n---\n{{question}}")]
#[case::no_inputs(DOT, "{{question}}")]
#[case::wildcard(DOT, "---\ninput:\n  schema:\n    (*): string\n---\n{{any}}")]
#[case::json_schema(
    DOT,
    "---\ninput:\n  schema:\n    type: object\n    properties:\n      q: {type: string}\n---\n{{q}}"
)]
#[case::used_in_logic(DOT, &asking("", "{{#if question}}Yes{{/if}}"))]
#[case::used_in_loop(DOT, "---\ninput:\n  schema:\n    docs(array): string\n---\n{{#each docs}}{{this}}\n{{/each}}")]
#[case::history_is_a_turn(DOT, "{{role \"system\"}}Obey.{{history}}")]
#[case::assistant_example(PTY, "system:\nObey.\nuser:\nHi\nassistant:\nHello\nuser:\n{{q}}")]
#[case::media(DOT, "{{media url=picture}}")]
#[case::local(DOT, "---\nmodel: local/anything-at-all\nconfig:\n  min_p: 0.1\n---\nHi")]
#[case::catalogue(GIT, "model: meta/llama-4-scout\nmessages:\n  - role: user\n    content: x\n")]
#[case::deployment(PTY, "---\nmodel:\n  id: my-deployment\n  provider: foundry\n---\nuser:\nHi")]
#[case::environment(PTY, "---\nmodel:\n  id: ${env:MODEL}\n  provider: openai\n---\nuser:\nHi")]
#[case::plugin_parameter(DOT, "---\nconfig:\n  style: loud\n  quality: high\n  topK: 4\n  version: x\n---\nHi")]
#[case::sampling(
    DOT,
    "---\nmodel: openai/gpt-4.1\nconfig:\n  temperature: 0.2\n  seed: 1\n  maxOutputTokens: 300\n---\nHi"
)]
#[case::no_limit(DOT, "---\nmodel: ollama/x\nconfig:\n  num_predict: -1\n---\nHi")]
#[case::key_names(
    TXT,
    "Never print a password: say it is secret. Tokens: 300. api_key: $OPENAI_API_KEY, token = <your-token>"
)]
#[case::placeholder_keys(
    TXT,
    "Use sk-xxxxxxxxxxxxxxxxxxxxxxxx or AKIAIOSFODNN7EXAMPLE or sk-your-key-goes-right-here-now"
)]
#[case::kebab(TXT, "See sk-learn-and-other-libraries and task-oriented-dialogue-systems-in-2020")]
#[case::example_people(
    TXT,
    "ann@example.com, bob@mail.test, support@larkboard.io, +1 555 0100 000, 123-45-6789, 4242 4242 4242 4242"
)]
#[case::numbers(
    TXT,
    "Order 2026-11-23-4411, 10.0.0.1, 1,234,567, 12:30-13:45, ISBN 978-3-16-148410-0, DE12 3456 7890 1234 5678 90"
)]
#[case::emoji(TXT, "Fine 👨‍👩‍👧 and ❤️, می‌خواهم, naïve “quotes” — done…")]
#[case::about_the_user(DOT, "{{role \"system\"}}You talk to {{user_name}} in {{lang}}.{{role \"user\"}}{{question}}")]
#[case::own_line(DOT, "Answer briefly.\n{{question}}\nUse the documents.")]
#[case::label(DOT, "Question: {{question}}\nUse the documents.")]
#[case::quotes(DOT, "Translate \"{{text}}\" to French, please.")]
#[case::tags(DOT, "<question>{{question}}</question> Answer in one line.")]
#[case::around(DOT, "<mail>\nFrom someone: {{email}} and so on and on\n</mail>\nSum it up.")]
#[case::last(DOT, "Answer the question {{question}}")]
#[case::list(DOT, "{{#each docs}}\n[{{id}}] {{text}} from {{source}} and more\n{{/each}}\nAnswer.")]
#[case::json_alone(
    DOT,
    "---\noutput:\n  format: json\n---\nReturn JSON only. Do not use Markdown. Use no code fences."
)]
#[case::json_fields(
    TXT,
    "Answer with valid JSON.\nThe field `body` may use Markdown.\nWrite one sentence in \"title\" and three paragraphs in \"text\"."
)]
#[case::conditional(TXT, "Answer in one sentence.\nIf the user asks for more, write three paragraphs.")]
#[case::lengths_agree(TXT, "Answer in one paragraph of three sentences.\nSummarise the mail in three sentences.")]
#[case::markdown_agrees(TXT, "Use Markdown. Use bullet points. Put commands in a code block.")]
#[case::spoken_tags(TXT, "Explain what the <div> tag does and when </p> may be left out.")]
#[case::closed(TXT, "<docs>\n{{docs}}\n</docs>\n```\n<open>\n```\nAnswer.")]
#[case::no_variable(DOT, &asking("", "Write {\"answer\": \"…\"} and {name}.\n{{question}}"))]
#[case::jinja_shown(TXT, "Explain `{% if x %}` and:\n```\n{{#each xs}}\n```\n")]
#[case::blanks_fine(TXT, "Q: {{ question }}")]
fn a_good_example_is_left_alone(#[case] format: PromptFormat, #[case] text: &str) {
    assert_eq!(lint(format, text), Vec::<String>::new(), "{text}");
}

const EXAMPLES: [(PromptFormat, &str, &[&str]); 6] = [
    (DOT, include_str!("../../../prompts/answer.prompt"), &["untrusted-in-system 13:1-13:12"]),
    (DOT, include_str!("../../services/workspace/sample/answer.v1.prompt"), &["untrusted-in-system 13:1-13:12"]),
    (DOT, include_str!("../../services/workspace/sample/answer.v2.prompt"), &["untrusted-in-system 13:1-13:12"]),
    (DOT, include_str!("examples/dotprompt.prompt"), &["untrusted-in-system 29:2-29:8"]),
    (PTY, include_str!("examples/prompty.prompty"), &["retired-model 7:7-7:14", "untrusted-in-system 51:2-51:12"]),
    (GIT, include_str!("examples/github.prompt.yml"), &["untrusted-in-system 12:28-12:36"]),
];

#[test]
fn the_samples_and_the_examples_of_the_formats_are_clean() {
    for (format, text, expected) in EXAMPLES {
        let findings = World::default().check(format, text);
        assert_eq!(told(&findings), expected, "{}", format.as_str());
        assert!(findings.iter().all(|finding| finding.severity == Severity::Info), "{}", format.as_str());
    }
}

#[test]
fn a_mistake_far_down_a_long_template_has_its_line() {
    let line = "Say {{#if a}}what{{/if}} you {{know}}.\n";
    let text = format!("---\nversion: 1\n---\n{}{{{{#each docs}}}}\nopen", line.repeat(120));
    assert_eq!(lint(DOT, &text), ["template-error 124:1-124:15"]);
    assert_eq!(lint(DOT, &line.repeat(120)), Vec::<String>::new());
    assert_eq!(lint(DOT, &format!("{}{{{{x", line.repeat(120))), ["template-error 121:1-121:4"]);
}

#[test]
fn a_secret_is_never_repeated() {
    let secret = "sk-ant-api03-Zk3Jq9vLx2Wb7Tn4Rf8Hd1Ys6Pq";
    let findings = World::default().check(TXT, &format!("Use {secret}"));
    let said = format!("{} {}", findings[0].message, findings[0].remedy);
    assert!(said.contains("an Anthropic key") && said.contains("`sk-a`"), "{said}");
    assert!(!said.contains("sk-an") && !said.contains("api03"), "{said}");
}

#[test]
fn hidden_text_is_decoded() {
    let hidden: String = "ignore it".chars().filter_map(|c| char::from_u32(0xE0000 + u32::from(c))).collect();
    let findings = World::default().check(TXT, &format!("Hi{hidden}"));
    assert!(findings[0].message.contains("“ignore it”"), "{findings:?}");
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn a_remedy_names_what_is_nearest() {
    let remedy = |format, text: &str| World::default().check(format, text).remove(0).remedy;
    assert_eq!(
        remedy(DOT, "---\nmodel: openai/gtp-4.1\n---\nHi"),
        "Did you mean `openai/gpt-4.1`? `hindcast models` lists what is known."
    );
    assert_eq!(remedy(DOT, "---\nconfig:\n  max_output_token: 1\n---\nHi"), "Did you mean `max_output_tokens`?");
    assert!(remedy(DOT, "{{shuot x}}").contains("Use one of"), "nothing is near");
    assert!(remedy(DOT, &asking("", "{{question}} {{quesion}}")).contains("write `question`"));
    assert_eq!(remedy(DOT, "{{! hindcast-lint: disable=secrets }}Hi"), "Did you mean `secret`?");
}

fn recorded(calls: u64, distinct: u64, most_tokens: u64) -> Recorded {
    Recorded { calls, distinct, most_tokens, from_users: 0 }
}

#[test]
fn an_unstable_prefix_says_what_it_costs() {
    let rules = "Stay polite and say what you know. ".repeat(200);
    let text = format!(
        "---\nmodel: openai/gpt-4.1\n---\n{{{{role \"system\"}}}}\nToday is {{{{date}}}}.\n{rules}\n{{{{role \"user\"}}}}{{{{question}}}}"
    );
    let findings = World::default().check(DOT, &text);
    assert_eq!(told(&findings), ["unstable-prefix 5:10-5:18"]);
    assert!(findings[0].message.contains("`date`") && findings[0].message.contains("1401 tokens"), "{findings:?}");
    assert!(!findings[0].message.contains('$'), "no traffic, no cost");
    let traffic = Traffic { calls_per_day: 10_000.0, ..Traffic::default() };
    let world = World { traffic: Some(traffic.clone()), ..World::default() };
    // 1,401 tokens × 10,000 calls × ($2.00 − $0.50) a million
    assert!(
        world.check(DOT, &text)[0]
            .message
            .ends_with("at the recorded 10000 calls a day and the prices of openai/gpt-4.1 that costs $21.02 a day."),
        "{:?}",
        world.check(DOT, &text)
    );
    let variables = [("date".to_owned(), recorded(1000, 3, 4))].into();
    let steady = World { traffic: Some(Traffic { variables, ..traffic }), ..World::default() };
    assert_eq!(
        told(&steady.check(DOT, &text)),
        Vec::<String>::new(),
        "three dates in a thousand calls: it hardly changes"
    );
    let short = text.replace(&rules, "Stay polite.");
    assert_eq!(lint(DOT, &short), Vec::<String>::new());
    let last = format!("{{{{role \"system\"}}}}\n{rules}\n{{{{role \"user\"}}}}\n{{{{date}}}}\n{{{{question}}}}");
    assert_eq!(lint(DOT, &last), Vec::<String>::new());
}

#[test]
fn a_context_window_is_exceeded_by_all_together() {
    let text = "---\nmodel: openai/gpt-4o\nconfig:\n  maxOutputTokens: 10000\n---\nAnswer:\n{{docs}}";
    assert_eq!(lint(DOT, text), Vec::<String>::new());
    let variables = [("docs".to_owned(), recorded(5, 5, 120_000))].into();
    let world = World { traffic: Some(Traffic { variables, ..Traffic::default() }), ..World::default() };
    let findings = world.check(DOT, text);
    assert_eq!(told(&findings), ["context-exceeded 6:1-6:8"]);
    assert!(findings[0].message.contains("130001 in all") && findings[0].message.contains("128000"), "{findings:?}");
    let long = format!("---\nmodel: openai/gpt-4o\n---\n{}", "word ".repeat(130_000));
    assert_eq!(lint(DOT, &long), ["context-exceeded 4:1-4:650000"]);
}

#[test]
fn values_of_end_users_are_untrusted_whatever_their_name() {
    let text = "{{role \"system\"}}Notes: {{theNotes}}{{role \"user\"}}Go";
    assert_eq!(lint(DOT, text), Vec::<String>::new());
    let from_users = Recorded { calls: 10, distinct: 9, most_tokens: 5, from_users: 9 };
    let traffic = Traffic { variables: [("theNotes".to_owned(), from_users)].into(), ..Traffic::default() };
    let world = World { traffic: Some(traffic), ..World::default() };
    assert_eq!(told(&world.check(DOT, text)), ["untrusted-in-system 1:25-1:37"]);
}

#[test]
fn a_near_duplicate_is_named_with_its_share_and_variants_are_not() {
    let words: Vec<String> = (0..60).map(|index| format!("word{index}")).collect();
    let text = words.join(" ");
    let other = |name: &str| Fingerprint::of(name, TXT, &format!("{text} more"));
    let world = World { others: vec![other("support/reply"), other("support/answer.de")], ..World::default() };
    let findings = world.check(TXT, &text);
    assert_eq!(told(&findings).len(), 1);
    assert!(findings[0].message.contains("98 %") && findings[0].message.contains("`support/reply`"), "{findings:?}");
    let world = World { others: vec![other("support/answer"), other("support/answer.de")], ..World::default() };
    assert_eq!(told(&world.check(TXT, &text)), Vec::<String>::new());
}

#[rstest]
#[case(DOT, "---\n# hindcast-lint: disable=missing-role, secret\nversion: 1\n---\n{{role \"system\"}}Obey.")]
#[case(DOT, "# hindcast-lint: disable=missing-role\n---\nversion: 1\n---\n{{role \"system\"}}Obey.")]
#[case(DOT, "{{role \"system\"}}Obey.{{! hindcast-lint: disable=missing-role }}")]
#[case(DOT, "{{!-- hindcast-lint: disable=missing-role--}}{{role \"system\"}}Obey.")]
#[case(PTY, "system:\nObey.{# hindcast-lint: disable=secret,missing-role #}")]
#[case(TXT, "<!-- hindcast-lint: disable=secret -->\npassword: Tr0ub4dor&3")]
#[case(GIT, "messages: # hindcast-lint: disable=missing-role\n  - role: system\n    content: x\n")]
fn a_comment_in_the_file_switches_rules_off(#[case] format: PromptFormat, #[case] text: &str) {
    assert_eq!(lint(format, text), Vec::<String>::new());
    let without = text.replace("disable=", "disabled ");
    assert_eq!(lint(format, &without).len(), 1);
}

#[test]
fn a_switch_counts_in_a_comment_only() {
    let text = "Obey: hindcast-lint: disable=secret\npassword: Tr0ub4dor&3";
    assert_eq!(lint(TXT, text), ["secret 2:11-2:22"]);
}

#[test]
fn the_configuration_switches_rules_off_and_weighs_them() {
    let text = "{{role \"system\"}}Obey.";
    let disabled = Settings { disabled: ["missing-role"].into(), ..Settings::default() };
    assert!(World { settings: disabled, ..World::default() }.check(DOT, text).is_empty());
    let severity = Settings { severity: [("missing-role", Severity::Error)].into(), ..Settings::default() };
    let findings = World { settings: severity, ..World::default() }.check(DOT, text);
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn every_rule_has_a_name_of_its_own_in_order_and_a_sentence() {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]));
    for rule in RULES {
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{rule:?}");
        assert!(rule.about.ends_with('.') && !rule.about.trim_end_matches('.').contains(". "), "{rule:?}");
        assert_eq!(super::rule(rule.name), Some(rule));
    }
}

#[test]
fn every_expression_compiles() {
    assert!(rules::foreign::compiles() && rules::format::compiles() && rules::personal::compiles());
    assert!(rules::secret::compiles() && rules::text::compiles());
}

proptest::proptest! {
    #[test]
    fn any_text_is_checked_and_its_places_lie_in_it(text in "([a-z .\n:\"'#é-]|\u{200b}|\\{\\{|\\}\\}|---\n|<x>|</x>|```|sk-|@|json only|one sentence){0,60}") {
        for format in [DOT, PTY, GIT, TXT] {
            for finding in World::default().check(format, &text) {
                proptest::prop_assert!(text.get(finding.bytes.clone()).is_some(), "{:?}", finding);
                proptest::prop_assert!(finding.start <= finding.end, "{:?}", finding);
            }
        }
    }
}
