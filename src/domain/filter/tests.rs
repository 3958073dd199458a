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

#[test]
fn every_field_of_the_help_parses() {
    for field in &FIELDS {
        let expr = parse(field.example);
        assert_eq!(parse(&expr.to_string()), expr, "{}", field.example);
        if let Expr::Is(condition) = &expr
            && !matches!(field.name, "since" | "until")
        {
            assert_eq!(condition.field.name(), field.name);
            assert_eq!(condition.field.scope(), field.scope, "{}", field.name);
        }
    }
}

#[test]
fn completion_offers_fields_then_values() {
    assert_eq!(complete("mo", 2), ["model:"]);
    assert_eq!(complete("a -kind:re", 10), ["kind:retriever", "kind:reranker"]);
    assert_eq!(complete("span(has:to", 11), ["has:tools"]);
    assert_eq!(complete("é st", 4), ["status:"]);
    assert_eq!(complete("cost>1", 6), Vec::<String>::new());
    assert!(complete("", 0).contains(&"attr.".to_owned()));
    assert!(complete("abc", 99).is_empty());
}

mod meaning {
    use super::super::evaluate::{TraceFacts, glob_matches, matches};
    use super::*;
    use crate::domain::chunk::{Chunk, ChunkRole};
    use crate::domain::score::{NOTE, Score, ScoreSource};
    use crate::domain::span::{Cost, Span, SpanKind, SpanStatus};
    use serde_json::{Map, json};

    fn span(id: &str, kind: SpanKind, start: i64, end: i64) -> Span {
        let at = |seconds: i64| Timestamp::from_nanos(now().nanos() + seconds * 1_000_000_000);
        let mut span = Span::new("t1".into(), id.into(), at(start), "s".into());
        span.kind = kind;
        span.ended_at = Some(at(end));
        span
    }

    fn trace() -> Vec<Span> {
        let mut root = span("root", SpanKind::Agent, 0, 9);
        root.status = SpanStatus::Ok;
        root.user_id = Some("U_88".into());
        root.usage.input = Some(9_999);
        root.output_text = Some("Refunds take 30 days".into());
        let mut found = span("ret", SpanKind::Retriever, 1, 2);
        found.chunks.push(Chunk {
            role: ChunkRole::Retrieved,
            rank: 1,
            document_id: None,
            score: None,
            content: Some("The STRASSE is long".into()),
            metadata: Map::new(),
        });
        let mut cheap = span("llm1", SpanKind::Llm, 2, 3);
        cheap.request_model = Some("gpt-4o".into());
        cheap.response_model = Some("gpt-4o-2024-08-06".into());
        cheap.cost = Cost::Recorded("0.01".parse().unwrap());
        cheap.usage.input = Some(100);
        cheap.usage.output = Some(5);
        cheap.ttft_ns = Some(250_000_000);
        let mut failed = span("llm2", SpanKind::Llm, 3, 8);
        failed.status = SpanStatus::Error;
        failed.response_model = Some("claude-sonnet".into());
        failed.cost = Cost::Computed("0.02".parse().unwrap());
        failed.attributes.insert("http.status_code".into(), json!(503));
        failed.tags.push("beta".into());
        for span in [&mut found, &mut cheap, &mut failed] {
            span.parent_id = Some("root".into());
        }
        vec![cheap, failed, root, found]
    }

    fn holds(text: &str) -> bool {
        let score = |name: &str, value, label: Option<&str>, source| Score {
            trace_id: "t1".into(),
            span_id: None,
            result_id: None,
            name: name.into(),
            value,
            label: label.map(str::to_owned),
            explanation: None,
            source,
            created_at: now(),
        };
        let scores = [
            score("correctness", Some(0.25), None, ScoreSource::Llm),
            score(NOTE, None, Some("odd"), ScoreSource::Human),
        ];
        let mut wrapper = span("wrap", SpanKind::Llm, 2, 3);
        wrapper.cost = Cost::Recorded("0.01".parse().unwrap());
        wrapper.parent_id = Some("never recorded".into());
        let repeated = [wrapper.span_id.clone()];
        let spans = [vec![wrapper], trace()].concat();
        let facts = TraceFacts { spans: &spans, scores: &scores, repeated: &repeated };
        matches(&Filter::parse(text, now()).unwrap(), facts)
    }

    #[test]
    fn conditions_hold_on_the_trace_or_any_span() {
        for text in [
            "",
            "refunds strasse",
            "\"30 days\"",
            "model:gpt-4o model:claude*",
            "model:GPT-4O-2024-08-06",
            "status:ok has:error",
            "cost:$0.03 cost>0.02 cost:0.01..0.03",
            "tokens:105 input_tokens:100 output_tokens<6",
            "latency:9s ttft:250ms",
            "user:u_88 tag:beta id:t id:llm2",
            "attr.http.status_code:503 attr.http.status_code>=500 attr.http.status_code:5*",
            "score.correctness<0.5 score.note:odd",
            "span(kind:llm status:error)",
            "span(cost:0.01 latency:1s)",
            "-env:production env!=production",
            "since:2026-11-23 until:2026-11-23",
            "has:chunks -has:tools -has:feedback",
            "span(-kind:llm)",
            "nothing or days",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "status:error",
            "span(model:gpt-4o status:error)",
            "model:gpt",
            "cost>0.03",
            "tokens>105",
            "user:*9",
            "env:*",
            "attr.missing:*",
            "-model:gpt-4o",
            "span(score.correctness<1)",
            "until:2026-11-22",
            "ttft>250ms",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn a_glob_covers_the_whole_text() {
        for (glob, text, expected) in [
            ("gpt-4*", "gpt-4o", true),
            ("*4*", "gpt-4o", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "ac", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("?", "x", false),
        ] {
            assert_eq!(glob_matches(glob, text), expected, "{glob} {text}");
        }
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    fn number(unit: u8) -> impl Strategy<Value = Number> {
        (-1_000_000_i64..1_000_000).prop_map(move |n| match unit {
            0 => Number::Usd(crate::domain::money::Money::from_pico(i128::from(n) * 1_000_003)),
            1 => Number::Millis(n as f64 / 7.0),
            2 => Number::At(Timestamp::from_nanos(1_700_000_000_000_000_000 + n * 1_234_567_891)),
            _ => Number::Plain(n as f64 / 7.0),
        })
    }

    fn numeric(unit: u8) -> impl Strategy<Value = Test> {
        let op = prop_oneof![Just(Compare::Lt), Just(Compare::Le), Just(Compare::Gt), Just(Compare::Ge)];
        prop_oneof![
            (op, number(unit)).prop_map(|(op, value)| Test::Compare { op, value }),
            (number(unit), number(unit)).prop_map(|(a, b)| if a <= b {
                Test::Range { low: a, high: b }
            } else {
                Test::Range { low: b, high: a }
            }),
        ]
    }

    fn text_test() -> impl Strategy<Value = Test> {
        prop_oneof![
            any::<String>().prop_map(|text| Test::Equals(Pattern::Literal(text))),
            "[a-z0-9.-]{0,3}\\*[a-z*]{0,3}".prop_map(|text| Test::Equals(Pattern::Glob(text))),
        ]
    }

    fn condition() -> impl Strategy<Value = Condition> {
        let key = || prop_oneof!["[a-z._]{1,8}", any::<String>()];
        prop_oneof![
            (prop_oneof![Just(Field::Model), Just(Field::User), Just(Field::Tag), Just(Field::Id)], text_test())
                .prop_map(|(field, test)| Condition { field, test }),
            numeric(0).prop_map(|test| Condition { field: Field::Cost, test }),
            numeric(1).prop_map(|test| Condition { field: Field::Latency, test }),
            numeric(2).prop_map(|test| Condition { field: Field::Time, test }),
            numeric(3).prop_map(|test| Condition { field: Field::Tokens, test }),
            (key(), prop_oneof![text_test(), numeric(3)])
                .prop_map(|(key, test)| Condition { field: Field::Attr(key), test }),
            (key(), prop_oneof![text_test(), numeric(3)])
                .prop_map(|(key, test)| Condition { field: Field::Score(key), test }),
        ]
        .prop_filter(
            "a key is never empty",
            |condition| !matches!(&condition.field, Field::Attr(key) | Field::Score(key) if key.is_empty()),
        )
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            any::<String>().prop_filter("a phrase is never empty", |text| !text.is_empty()).prop_map(Expr::Text),
            "[a-z]{1,4}".prop_map(Expr::Text),
            condition().prop_map(Expr::Is),
            prop::sample::select(&Has::ALL[..]).prop_map(Expr::Has),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::and),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::or),
                inner.clone().prop_map(|expr| Expr::Not(Box::new(expr))),
                inner.prop_map(|expr| Expr::Span(Box::new(expr))),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_normal_form_reads_back(expr in expr()) {
            let text = expr.to_string();
            let read = Filter::parse(&text, now()).map(|filter| filter.expr);
            prop_assert_eq!(read, Ok(expr), "{}", text);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), cursor in 0_usize..60) {
            if let Err(error) = Filter::parse(&text, now()) {
                prop_assert!(error.position <= text.chars().count());
            }
            complete(&text, cursor);
        }

        #[test]
        fn no_filter_like_text_panics(text in "[a-z:()\"\\\\ .<>=!*$0-9-]{0,40}|(cost|time|attr\\.x|latency)[:<>][0-9.msdkMeT$:-]{0,12}") {
            match Filter::parse(&text, now()) {
                Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string(), now()), Ok(filter)),
                Err(error) => prop_assert!(error.position <= text.chars().count()),
            }
        }
    }
}
