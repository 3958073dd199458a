//! A filter in SQL means what the pure evaluator says it means.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::json;

use super::fixtures::*;
use crate::domain::cancel::Cancel;
use crate::domain::chunk::{Chunk, ChunkRole};
use crate::domain::filter::evaluate::{TraceFacts, matches};
use crate::domain::filter::{Compare, Condition, Expr, Field, Filter, Has, Number, Pattern, Test};
use crate::domain::money::Money;
use crate::domain::score::{NOTE, ScoreSource};
use crate::domain::span::{Cost, Span, SpanKind, SpanStatus, ToolExecution};
use crate::domain::time::Timestamp;
use crate::store::TracesQuery;

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| make(self))
    }

    fn word(&mut self) -> String {
        const WORDS: [&str; 8] = ["alpha", "Beta", "GAMMA ray", "50%", "a_b", "ÜBER", "x*y", "back\\slash"];
        WORDS[self.below(WORDS.len() as u64) as usize].to_owned()
    }
}

fn random_span(random: &mut Random, trace: &str, number: u64) -> Span {
    let parent = (number > 0).then_some("0");
    let mut span = span(trace, &number.to_string(), parent, random.below(50) as i64);
    // No model call within a model call: the evaluator does not know which of them repeats the other.
    span.kind = if number == 0 { SpanKind::Chain } else { SpanKind::ALL[random.below(13) as usize] };
    span.name = random.word();
    span.status = [SpanStatus::Ok, SpanStatus::Error, SpanStatus::Unset][random.below(3) as usize];
    span.ended_at =
        random.maybe(|r| Timestamp::from_nanos(span.started_at.nanos() + (r.below(9) as i64 - 1) * 500_000));
    span.ttft_ns = random.maybe(|r| r.below(5) as i64 * 1_000_000);
    span.provider = random.maybe(Random::word);
    span.request_model = random.maybe(Random::word);
    span.response_model = random.maybe(Random::word);
    span.input_text = random.maybe(|r| format!("{} {}\n{}", r.word(), r.word(), r.word()));
    span.output_text = random.maybe(Random::word);
    span.usage.input = random.maybe(|r| r.below(4));
    span.usage.output = random.maybe(|r| r.below(4));
    span.cost = random.maybe(|r| Cost::Recorded(Money::from_pico(i128::from(r.below(4))))).unwrap_or(Cost::Unknown);
    span.prompt.name = random.maybe(Random::word);
    span.prompt.version = random.maybe(Random::word);
    span.session_id = random.maybe(|r| r.word().into());
    span.user_id = random.maybe(Random::word);
    span.tenant_id = random.maybe(Random::word);
    span.environment = random.maybe(Random::word);
    span.tags = (0..random.below(3)).map(|_| random.word()).collect();
    if random.below(3) == 0 {
        span.chunks = vec![Chunk {
            role: ChunkRole::Retrieved,
            rank: 1,
            document_id: None,
            score: None,
            content: random.maybe(Random::word),
            metadata: serde_json::Map::new(),
        }];
    }
    if random.below(4) == 0 {
        let name = random.word();
        span.tool_calls =
            vec![ToolExecution { name, arguments: json!({}), result: None, error: None, duration_ns: None }];
    }
    let attribute = match random.below(7) {
        0 => json!(random.word()),
        1 => json!(random.below(4)),
        2 => json!("2"),
        3 => json!([random.word(), random.word()]),
        4 => json!(true),
        5 => json!(null),
        _ => json!({"a": 1}),
    };
    span.attributes.insert("some.\"key".into(), attribute);
    if random.below(3) == 0 {
        let mut told =
            score(trace, Some(&number.to_string()), ["thumbs", NOTE][random.below(2) as usize], random.below(3) as f64);
        told.label = random.maybe(Random::word);
        told.source = [ScoreSource::User, ScoreSource::Code, ScoreSource::Human][random.below(3) as usize];
        span.scores.push(told);
    }
    span
}

struct Data {
    store: TestStore,
    traces: BTreeMap<String, Vec<Span>>,
}

fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(|| {
        let mut random = Random(11);
        let traces: BTreeMap<String, Vec<Span>> = (0..60)
            .map(|number| {
                let id = format!("{}{number:02}", ["ab", "AC"][number % 2]);
                let count = 1 + random.below(4);
                (id.clone(), (0..count).map(|span| random_span(&mut random, &id, span)).collect())
            })
            .collect();
        let store = store();
        import(&store, traces.values().flatten().cloned().collect(), vec![]);
        Data { store, traces }
    })
}

fn pattern() -> impl Strategy<Value = Test> {
    let word = prop::sample::select(vec![
        "alpha",
        "BETA",
        "gamma ray",
        "50%",
        "a_b",
        "über",
        "x*y",
        "ok",
        "error",
        "llm",
        "ab1",
        "0",
        "true",
        "2",
    ]);
    let glob = prop::sample::select(vec!["*", "a*", "*A*", "*r*y", "5_*", "*%", "ü*", "x*y", "*\\*", "ab*1"]);
    prop_oneof![
        word.prop_map(|text| Test::Equals(Pattern::Literal(text.into()))),
        glob.prop_map(|text| Test::Equals(Pattern::Glob(text.into()))),
    ]
}

fn number(make: fn(i64) -> Number) -> impl Strategy<Value = Test> {
    let op = prop::sample::select(vec![Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge]);
    prop_oneof![
        (op, 0..5_i64).prop_map(move |(op, value)| Test::Compare { op, value: make(value) }),
        (0..5_i64, 0..3_i64).prop_map(move |(low, more)| Test::Range { low: make(low), high: make(low + more) }),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let texts = vec![
        Field::Id,
        Field::Model,
        Field::Provider,
        Field::Kind,
        Field::Name,
        Field::Status,
        Field::Prompt,
        Field::Version,
        Field::Session,
        Field::User,
        Field::Tenant,
        Field::Tag,
        Field::Env,
        Field::Score("thumbs".into()),
        Field::Attr("some.\"key".into()),
        Field::Attr("other".into()),
    ];
    let plain = vec![
        Field::Tokens,
        Field::InputTokens,
        Field::OutputTokens,
        Field::Score("thumbs".into()),
        Field::Attr("some.\"key".into()),
    ];
    let millis = prop::sample::select(vec![Field::Latency, Field::Ttft]);
    prop_oneof![
        (prop::sample::select(texts), pattern()).prop_map(|(field, test)| Condition { field, test }),
        (prop::sample::select(plain), number(|n| Number::Plain(n as f64)))
            .prop_map(|(field, test)| Condition { field, test }),
        (millis, number(|n| Number::Millis(n as f64 * 5.0))).prop_map(|(field, test)| Condition { field, test }),
        number(|n| Number::Usd(Money::from_pico(n.into()))).prop_map(|test| Condition { field: Field::Cost, test }),
        number(|n| Number::At(Timestamp::from_nanos(START + n * 10_000_000)))
            .prop_map(|test| Condition { field: Field::Time, test }),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let text = prop::sample::select(vec!["alpha", "BET", "ray", "%", "_", "über", "a ray", "\\", "zzz"]);
    let leaf = prop_oneof![
        4 => condition().prop_map(Expr::Is),
        1 => text.prop_map(|text| Expr::Text(text.into())),
        1 => prop::sample::select(Has::ALL.to_vec()).prop_map(Expr::Has),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::and),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::or),
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            inner.prop_map(|inner| Expr::Span(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sql_agrees_with_the_evaluator(expr in expr()) {
        let data = data();
        let filter = Filter { expr };
        let expected: Vec<&String> = data
            .traces
            .iter()
            .filter(|(_, spans)| matches(&filter, TraceFacts { spans, scores: &[], repeated: &[] }))
            .map(|(id, _)| id)
            .collect();
        let query = TracesQuery { filter, limit: 1_000, ..TracesQuery::default() };
        let mut partial = Vec::new();
        let page = data.store.traces_page(&query, &Cancel::new(), &mut |rows| partial.extend_from_slice(rows)).unwrap();
        let mut found: Vec<&str> = page.rows.iter().map(|row| row.trace_id.as_str()).collect();
        found.sort_unstable();
        prop_assert_eq!(&found, &expected);
        prop_assert!(partial.is_empty() || partial == page.rows);
        prop_assert_eq!(data.store.traces_count(&query, &Cancel::new()).unwrap(), expected.len() as u64);
    }
}

#[test]
fn pages_join_up_in_every_order() {
    use crate::store::{SortDirection, TraceSortField};
    let data = data();
    for sort in TraceSortField::ALL {
        for direction in [SortDirection::Natural, SortDirection::Reversed] {
            let whole = TracesQuery { sort, direction, limit: 1_000, ..TracesQuery::default() };
            let all = data.store.traces_page(&whole, &Cancel::new(), &mut |_| ()).unwrap();
            assert_eq!((all.rows.len(), all.next), (60, None));
            let mut joined = Vec::new();
            let mut query = TracesQuery { limit: 7, ..whole };
            loop {
                let page = data.store.traces_page(&query, &Cancel::new(), &mut |_| ()).unwrap();
                joined.extend(page.rows);
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
            assert_eq!(joined, all.rows, "{sort:?} {direction:?}");
        }
    }
    let text = Filter::parse("alpha", Timestamp::from_nanos(START)).unwrap();
    let whole = TracesQuery { filter: text, limit: 1_000, ..TracesQuery::default() };
    let all = data.store.traces_page(&whole, &Cancel::new(), &mut |_| ()).unwrap();
    let first =
        data.store.traces_page(&TracesQuery { limit: 3, ..whole.clone() }, &Cancel::new(), &mut |_| ()).unwrap();
    let rest =
        data.store.traces_page(&TracesQuery { after: first.next, ..whole }, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!([first.rows, rest.rows].concat(), all.rows);
}

#[test]
fn values_that_occur_are_offered() {
    let offered = data().store.field_values("name", "GA", 5, &Cancel::new()).unwrap();
    assert_eq!(offered, ["GAMMA ray"]);
    assert_eq!(data().store.field_values("no such field", "", 5, &Cancel::new()).unwrap(), Vec::<String>::new());
}
