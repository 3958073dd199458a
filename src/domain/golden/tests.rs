//! Cases as lines, lines as files, facts in answers.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::grounding::Scorer;
use crate::domain::ids::GoldenId;
use crate::domain::time::Timestamp;

fn new(span: &str, facts: &[&str]) -> NewGolden {
    NewGolden {
        question: "How long do refunds take?".into(),
        trace_id: "t1".into(),
        span_id: span.into(),
        chunks: vec![GoldenChunk {
            document_id: Some("d1".into()),
            content: Some("Refunds take 14 days.".into()),
            extra: Map::new(),
        }],
        expected_facts: Some(facts.iter().map(|fact| (*fact).to_owned()).collect()),
        relevant: vec![RelevantDocument { document_id: "d1".into(), grade: 2, extra: Map::new() }],
        variables: None,
        note: None,
        now: Timestamp::parse_rfc3339("2026-11-23T14:05:00Z").unwrap(),
    }
}

fn wrong(text: &str) -> String {
    GoldenFile::parse(text).unwrap_err().at("golden.jsonl")
}

#[test]
fn a_case_is_a_line_with_named_fields() {
    let mut file = GoldenFile::default();
    let (kept, case) = file.keep(new("s1", &["Refunds take 14 days."]));
    assert_eq!(kept, Kept::Added);
    insta::assert_snapshot!(file.to_text().replace(case.id.as_str(), "ID"), @r#"{"id":"ID","question":"How long do refunds take?","trace_id":"t1","span_id":"s1","chunks":[{"document_id":"d1","content":"Refunds take 14 days."}],"expected_facts":["Refunds take 14 days."],"relevant":[{"document_id":"d1","grade":2}],"created_at":"2026-11-23T14:05:00.000000Z"}"#);
    assert!(case.id.as_str().starts_with("g-") && case.id.as_str().len() == 14, "{case:?}");
}

#[test]
fn the_same_call_kept_again_is_the_same_case() {
    let mut file = GoldenFile::default();
    let (_, first) = file.keep(new("s1", &["a"]));
    file.keep(new("s2", &["b"]));
    let text = file.to_text();
    assert_eq!(file.keep(NewGolden { expected_facts: None, ..new("s1", &[]) }).0, Kept::Unchanged);
    assert_eq!(file.to_text(), text);
    let later = Timestamp::parse_rfc3339("2027-01-01T00:00:00Z").unwrap();
    let again = NewGolden { note: Some("checked".into()), now: later, relevant: Vec::new(), ..new("s1", &["c"]) };
    let (kept, second) = file.keep(again);
    assert_eq!((kept, &second.id, second.created_at), (Kept::Updated, &first.id, first.created_at));
    assert_eq!((second.expected_facts.as_slice(), second.relevant.len()), (["c".to_owned()].as_slice(), 1));
    assert_eq!(file.cases().len(), 2);
    assert_eq!(file.to_text().lines().nth(1), text.lines().nth(1), "the other line is as it was");
    assert_eq!(file.keep(NewGolden { expected_facts: None, note: None, ..new("s1", &[]) }).1.note, second.note);
}

#[test]
fn other_lines_stay_byte_for_byte() {
    let odd = "{ \"question\" : \"Q?\",\t\"mine\": 1.50 }\r\n\r\n  {\"question\":\"R?\",\"chunks\":[\"text\"],\"relevant\":[\"d9\"]}";
    let mut file = GoldenFile::parse(odd).unwrap();
    assert_eq!(file.to_text(), odd);
    let hand: Vec<_> = file.cases().into_iter().cloned().collect();
    assert_eq!(hand[0].extra["mine"], json!(1.5));
    assert_eq!((hand[1].chunks[0].content.as_deref(), hand[1].relevant[0].grade), (Some("text"), 1));
    assert_ne!(hand[0].id, hand[1].id);
    file.keep(new("s1", &[]));
    let text = file.to_text();
    assert!(
        text.starts_with(odd) && text[odd.len()..].starts_with("\r\n{\"id\"") && text.ends_with("}\r\n"),
        "{text:?}"
    );
}

#[test]
fn fields_of_others_are_kept_when_a_line_is_written_anew() {
    let line = concat!(
        r#"{"id":"mine","question":"old?","trace_id":"t1","owner":"support","relevant":[{"document_id":"d1","grade":0,"by":"us"}],"#,
        r#""chunks":[{"document_id":"d1","content":"Refunds take 14 days.","page":3}]}"#
    );
    let mut file = GoldenFile::parse(line).unwrap();
    let (kept, case) = file.keep(new("s1", &["x"]));
    assert_eq!((kept, case.id), (Kept::Updated, GoldenId::from("mine")));
    let read: Value = serde_json::from_str(&file.to_text()).unwrap();
    assert_eq!((&read["owner"], &read["chunks"][0]["page"]), (&json!("support"), &json!(3)));
    assert_eq!(read["relevant"], json!([{"document_id": "d1", "grade": 2, "by": "us"}]));
}

#[test]
fn where_a_merge_left_a_case_twice_the_last_line_counts() {
    let text =
        "{\"id\":\"a\",\"question\":\"1\"}\n{\"id\":\"b\",\"question\":\"2\"}\n{\"id\":\"a\",\"question\":\"3\"}\n";
    let file = GoldenFile::parse(text).unwrap();
    assert_eq!(file.cases().iter().map(|case| case.question.as_str()).collect::<Vec<_>>(), ["3", "2"]);
}

#[test]
fn mistakes_name_file_line_and_field() {
    let good = "{\"question\":\"Q?\"}\n";
    assert_eq!(
        wrong(&format!("{good}{{\"question\":\"Q?\",\"chunks\":[{{\"content\":7}}]}}")),
        "golden.jsonl:2: field chunks[0].content: expected text, found a number"
    );
    assert_eq!(
        wrong("{\"question\":\" \"}"),
        "golden.jsonl:1: field question: there is none, and a case is a question"
    );
    assert_eq!(wrong("[1]"), "golden.jsonl:1: expected an object, found a list");
    assert_eq!(
        wrong("{\"question\":\"Q\",\"relevant\":[{\"document_id\":\"d\",\"grade\":-1}]}"),
        "golden.jsonl:1: field relevant[0].grade: expected a whole number from 0 to 255"
    );
    assert!(wrong("{\"question\":\"Q\",\"expected_facts\":\"x\"}").contains("field expected_facts: expected a list"));
    assert!(wrong("{\"question\":\"Q\",\"created_at\":\"now\"}").contains("field created_at: `now` is no time"));
    assert!(wrong(&format!("{good}\n<<<<<<< HEAD\n")).starts_with("golden.jsonl:3: a merge was not finished"));
    assert!(wrong("{\"question\":").starts_with("golden.jsonl:1: no JSON: EOF while parsing"));
}

#[test]
fn nothing_in_a_line_steers_a_terminal() {
    let mut file = GoldenFile::default();
    let (_, case) = file.keep(NewGolden { question: "a\u{1b}[2J\u{202e}b\u{9b}".into(), ..new("s1", &[]) });
    assert!(!file.to_text().contains(['\u{1b}', '\u{202e}', '\u{9b}']));
    assert_eq!(*GoldenFile::parse(&file.to_text()).unwrap().cases()[0], case);
}

fn carried(fact: &str, answer: &str) -> Carried {
    check_fact(&Scorer::default(), "How long do refunds take?", fact, answer).carried
}

#[test]
fn a_fact_is_carried_where_the_answer_says_it() {
    let answer = "Thank you for asking. Refunds take 14 days after we receive the parcel [1].";
    assert_eq!(carried("Refunds take 14 days.", answer), Carried::Carried);
    assert_eq!(carried("14 days", answer), Carried::Carried);
    assert_eq!(carried("Shipping to Norway costs 20 euros.", answer), Carried::Missing);
    assert_eq!(carried("Refunds take 14 days.", "  "), Carried::Missing);
    assert_ne!(carried("90 weeks", answer), Carried::Carried);
}

#[test]
fn every_fact_counts_and_says_why() {
    let facts = ["Refunds take 14 days.".to_owned(), "Shipping to Norway costs 20 euros.".to_owned()];
    let chunks = new("s1", &[]).chunks;
    let case = GoldenCase::new(NewGolden { chunks, ..new("s1", &[]) });
    let check =
        |facts: &[String]| check_answer(&Scorer::default(), "", facts, "Refunds take 14 days.", &case.as_chunks());
    let both = check(&facts);
    assert_eq!((both.carried(), both.outcome()), (1, Outcome::Failed));
    assert!(both.facts.iter().all(|fact| !fact.why.is_empty() && !fact.why.contains("chunk")), "{both:?}");
    assert_eq!(check(&facts[..1]).outcome(), Outcome::Passed);
    assert_eq!(check(&[]).outcome(), Outcome::Unchecked);
    assert_eq!(check(&[]).grounded_rate, Some(1.0));
}

fn any_text() -> impl Strategy<Value = String> {
    any::<String>().prop_filter("not blank", |text| !text.trim().is_empty())
}

fn any_extra() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::vec(("x_[a-z]{1,6}", any::<Option<bool>>()), 0..3)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name, json!(value))).collect())
}

fn any_case() -> impl Strategy<Value = GoldenCase> {
    let chunk = (any::<Option<String>>(), any::<Option<String>>(), any_extra())
        .prop_map(|(document_id, content, extra)| GoldenChunk { document_id, content, extra });
    let relevant = (any::<String>(), any::<u8>(), any_extra())
        .prop_map(|(document_id, grade, extra)| RelevantDocument { document_id, grade, extra });
    let ids = (any_text(), proptest::option::of(any_text()), proptest::option::of(any_text()));
    let lists = (
        proptest::collection::vec(chunk, 0..4),
        proptest::collection::vec(any_text(), 0..4),
        proptest::collection::vec(relevant, 0..4),
    );
    let rest = (proptest::option::of(any_extra()), any::<Option<String>>(), any::<Option<u32>>(), any_extra());
    (ids, any_text(), lists, rest).prop_map(
        |((id, trace, span), question, (chunks, expected_facts, relevant), rest)| {
            let (variables, note, seconds, extra) = rest;
            GoldenCase {
                id: id.into(),
                question,
                trace_id: trace.map(Into::into),
                span_id: span.map(Into::into),
                chunks,
                expected_facts,
                relevant,
                variables,
                note,
                created_at: seconds.map(|seconds| Timestamp::from_nanos(i64::from(seconds) * 1_000_000_000)),
                extra,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_case_comes_back_from_its_line(cases in proptest::collection::vec(any_case(), 1..4)) {
        let text: String = cases.iter().map(|case| case.to_line() + "\n").collect();
        prop_assert_eq!(text.lines().count(), cases.len(), "one line each");
        let file = GoldenFile::parse(&text).unwrap();
        prop_assert_eq!(file.to_text(), text);
        for case in file.cases() {
            prop_assert_eq!(cases.iter().rfind(|one| one.id == case.id), Some(case));
        }
    }

    #[test]
    fn no_text_makes_reading_fail_other_than_with_a_line(text in "\\PC{0,40}(\n\\PC{0,40}){0,3}") {
        if let Err(error) = GoldenFile::parse(&text) {
            prop_assert!(error.at("f").starts_with("f:"));
        }
    }
}
