//! Each rule with what it finds and what it leaves alone.

use rstest::rstest;

use super::tests::{DOT, GIT, PTY, TXT, asking, lint};
use crate::domain::prompt::PromptFormat;

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
