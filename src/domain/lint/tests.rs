use std::collections::BTreeMap;

use rstest::rstest;

use super::*;
use crate::domain::price::{PriceBook, Pricing};
use crate::domain::prompt::PromptFormat;

pub(super) const DOT: PromptFormat = PromptFormat::Dotprompt;
pub(super) const PTY: PromptFormat = PromptFormat::Prompty;
pub(super) const GIT: PromptFormat = PromptFormat::GithubModels;
pub(super) const TXT: PromptFormat = PromptFormat::Text;

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
pub(super) fn told(findings: &[Finding]) -> Vec<String> {
    let place = |position: Position| format!("{}:{}", position.line, position.column);
    findings
        .iter()
        .map(|finding| format!("{} {}-{}", finding.rule.name, place(finding.start), place(finding.end)))
        .collect()
}

pub(super) fn lint(format: PromptFormat, text: &str) -> Vec<String> {
    told(&World::default().check(format, text))
}

/// A Dotprompt file that declares a question, with lines of front matter and a body.
pub(super) fn asking(front: &str, body: &str) -> String {
    format!("---\n{front}input:\n  schema:\n    question: string\n---\n{body}")
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
