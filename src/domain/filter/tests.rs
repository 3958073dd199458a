use super::*;
use crate::domain::time::Timestamp;

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-23T12:00:00Z").unwrap()
}

fn parse(text: &str) -> Expr {
    Filter::parse(text, now()).unwrap_or_else(|error| panic!("{text}: {error}")).expr
}

fn normal(text: &str) -> String {
    parse(text).to_string()
}

#[test]
fn every_form_has_its_normal_form() {
    for (text, expected) in [
        ("", ""),
        ("  ", ""),
        ("refund window", "refund window"),
        ("\"refund window\"", "\"refund window\""),
        ("model:gpt-4* and kind=llm", "model:gpt-4* kind:llm"),
        ("a b or c", "(a b) or c"),
        ("a (b or c)", "a (b or c)"),
        ("not model:x -\"a b\" -(a or b)", "-model:x -\"a b\" -(a or b)"),
        ("status!=ok", "-status:ok"),
        ("cost>$0.01", "cost>$0.01"),
        ("cost:0.01..0.05", "cost:$0.01..$0.05"),
        ("latency>=2s ttft<300ms", "latency>=2000ms ttft<300ms"),
        ("latency:1..5s", "latency:1000ms..5000ms"),
        ("latency:1s..", "latency>=1000ms"),
        ("tokens:..2k", "tokens<=2000"),
        ("tokens:100", "tokens:100"),
        ("since:24h", "since:2026-11-22T12:00:00Z"),
        ("since:2026-11-20 until:2026-11-20", "since:2026-11-20T00:00:00Z until:2026-11-20T23:59:59.999999999Z"),
        ("since:2026-11-23T14:05+01:00", "since:2026-11-23T13:05:00Z"),
        ("time<2026-11-23T14:05", "time<2026-11-23T14:05:00Z"),
        (
            "score.correctness<0.5 score.thumbs:1 score.tone:rude",
            "score.correctness<0.5 score.thumbs:1 score.tone:\"rude\"",
        ),
        ("attr.http.status_code>=500", "attr.http.status_code>=500"),
        ("attr.gen_ai.system:\"a b\" attr.\"odd key\":1", "attr.gen_ai.system:\"a b\" attr.\"odd key\":1"),
        ("span(kind:llm status:error)", "span(kind:llm status:error)"),
        ("has:error has:Chunks", "has:error has:chunks"),
        ("print(x) 12:30 don't", "\"print(x)\" \"12:30\" don't"),
        ("\"or\" OR x", "\"or\" or x"),
        ("((a) (b c))", "a b c"),
        ("model:\"gpt-4*\"", "model:\"gpt-4*\""),
    ] {
        assert_eq!(normal(text), expected, "{text}");
        assert_eq!(parse(&normal(text)), parse(text), "{text}");
    }
}

#[test]
fn a_mistake_has_its_place_and_what_was_expected() {
    for (text, position, expected) in [
        ("modle:x", 0, "`model`?"),
        ("é modle:x", 2, "`model`?"),
        ("a (b", 2, "a closing )"),
        ("a)", 1, "an opening ("),
        ("\"abc", 0, "a closing \""),
        ("kind:lm", 5, "`llm`?"),
        ("has:chunk", 4, "`chunks`?"),
        ("cost>abc", 5, "dollars such as $0.01"),
        ("latency:1s..x", 12, "a duration"),
        ("since:yesterday", 6, "24h"),
        ("model>4", 5, "`model:`"),
        ("model:", 6, "a value"),
        ("a or", 4, "a word"),
        ("or a", 0, "quotes"),
        ("- a", 0, "directly after it"),
        ("cost:5..1", 5, "the lower end first"),
        ("gen_ai.system:openai", 0, "`attr.gen_ai.system`"),
        ("score:1", 0, "score.NAME"),
        ("()", 1, "a word"),
        ("\"\"", 0, "text between"),
    ] {
        let error = Filter::parse(text, now()).expect_err(text);
        assert_eq!(error.position, position, "{text}: {error}");
        assert!(error.expected.contains(expected), "{text}: {error}");
    }
}

#[test]
fn deep_nesting_is_refused_not_overflown() {
    assert!(Filter::parse(&"(".repeat(100_000), now()).is_err());
    assert!(
        Filter::parse(&"-".repeat(100_000).replace("--", "-").chars().chain(['a']).collect::<String>(), now()).is_err()
    );
}
