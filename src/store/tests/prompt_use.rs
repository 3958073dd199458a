use super::fixtures::{START, import, llm, score, store};
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::domain::score::{Score, ScoreSource};
use crate::domain::span::SpanStatus;
use crate::domain::time::Timestamp;
use crate::store::TracesQuery;

fn day(days: i64) -> i64 {
    days * 86_400_000
}

#[test]
fn the_traces_of_a_prompt_are_counted_by_the_version_they_name() {
    let store = store();
    let spans = [("t1", "v1", 0), ("t2", "v2", day(1)), ("t3", "v2", day(4))].map(|(trace, version, at)| {
        let mut span = llm(trace, trace, None, at);
        span.prompt.name = Some("answer".into());
        span.prompt.version = Some(version.into());
        if trace == "t3" {
            span.status = SpanStatus::Error;
            span.usage.output = Some(40);
        }
        span
    });
    import(&store, spans.into(), Vec::new());
    let uses = store.prompt_uses("answer", &Cancel::new()).unwrap();
    let figures: Vec<_> = uses
        .iter()
        .map(|found| (found.version.as_deref(), found.traces, found.errors, found.cost_usd.is_some()))
        .collect();
    assert_eq!(figures, [(Some("v2"), 2, 1, true), (Some("v1"), 1, 0, true)]);
    assert!(uses[0].first_at < uses[0].last_at);
    let traffic = store.prompt_traffic("answer", &Cancel::new()).unwrap();
    assert_eq!((traffic.calls, traffic.days, traffic.model.as_deref()), (3, 4.0, Some("gpt-5.2")));
    assert!((traffic.calls_a_day() - 0.75).abs() < 1e-9);
    assert!(traffic.output_tokens.is_some_and(|tokens| (tokens - 80.0 / 3.0).abs() < 1e-9));
    let nothing = store.prompt_traffic("other", &Cancel::new()).unwrap();
    assert_eq!((nothing.calls, nothing.output_tokens), (0, None));
    assert!(store.prompt_uses("other", &Cancel::new()).unwrap().is_empty());
}

#[test]
fn traces_are_found_by_the_label_of_a_score_and_counted_once() {
    let store = store();
    import(&store, vec![llm("t1", "a", None, 0), llm("t2", "b", None, 1)], Vec::new());
    let now = Timestamp::from_nanos(START);
    let member = |trace: &str, at: i64| Score {
        label: Some("hard".into()),
        value: None,
        source: ScoreSource::Code,
        created_at: Timestamp::from_nanos(START + at),
        ..score(trace, None, "set", 0.0)
    };
    store.put_scores(&[member("t1", 0), member("t1", 1), member("t2", 1)]).unwrap();
    assert_eq!(store.score_labels("set", &Cancel::new()).unwrap(), [("hard".to_owned(), 2)]);
    for (filter, expected) in [("score.set:hard", 2), ("score.set:easy", 0), ("has:feedback", 0)] {
        let query = TracesQuery { filter: Filter::parse(filter, now).unwrap(), ..TracesQuery::default() };
        assert_eq!(store.trace_ids(&query, &Cancel::new()).unwrap().len(), expected, "{filter}");
    }
}
