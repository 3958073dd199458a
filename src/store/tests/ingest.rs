use super::fixtures::*;
use crate::domain::cancel::Cancel;
use crate::domain::message::{Message, Role};
use crate::domain::money::Money;
use crate::domain::patch::SpanPatch;
use crate::domain::span::{Cost, SpanStatus};
use crate::domain::time::Timestamp;
use crate::store::{ImportCounts, SkippedRow, SourceRow, StoreError, StoreOptions};

#[test]
fn an_empty_workspace_answers_every_query_and_makes_no_file() {
    let store = store();
    assert_eq!(list(&store), []);
    assert_eq!(store.size(&Cancel::new()).unwrap().spans, 0);
    assert!(matches!(store.trace(&"x".into(), &Cancel::new()), Err(StoreError::NotFound { .. })));
    assert!(!store.state_dir().exists());
}

#[test]
fn a_span_comes_back_as_it_was_and_importing_again_changes_nothing() {
    let store = store();
    let span = full("t1", "s1");
    let counts = import(&store, vec![span.clone()], vec![]);
    assert_eq!(counts, ImportCounts { traces: 1, spans: 1, new_spans: 1, updated_spans: 0, chunks: 1 });
    let detail = store.trace(&"t1".into(), &Cancel::new()).unwrap();
    assert_eq!(detail.spans, std::slice::from_ref(&span));
    assert_eq!(detail.scores, span.scores);
    let again = import(&store, vec![span.clone(), span], vec![]);
    assert_eq!((again.new_spans, again.updated_spans, again.spans), (0, 0, 1));
    assert_eq!(store.trace(&"t1".into(), &Cancel::new()).unwrap(), detail);
    let row = &detail.row;
    assert_eq!(row.cost_usd, Some(Money::from_pico(1_234_567)));
    assert_eq!((row.tokens, row.llm_calls, row.chunks, row.spans), (Some(120), 1, 1, 1));
    assert_eq!(row.models, ["gpt-5.2-2026"]);
    assert_eq!(row.input_preview.as_deref(), Some("What is the plan?"));
    assert_eq!(row.feedback, Some(1.0));
    assert_eq!(row.started_at.nanos(), START + 3_000_000);
}

#[test]
fn a_more_complete_span_replaces_the_one_before_in_any_order() {
    let store = store();
    let mut poor = full("t1", "s1");
    poor.output_text = None;
    poor.output_messages.clear();
    let rich = full("t1", "s1");
    import(&store, vec![poor.clone()], vec![]);
    let counts = import(&store, vec![rich.clone()], vec![]);
    assert_eq!((counts.new_spans, counts.updated_spans), (0, 1));
    assert_eq!(import(&store, vec![poor.clone()], vec![]).updated_spans, 0);
    let detail = store.trace(&"t1".into(), &Cancel::new()).unwrap();
    assert_eq!(detail.spans, std::slice::from_ref(&rich));
    assert_eq!(detail.row.output_preview.as_deref(), Some("The Team plan."));
    let other = super::fixtures::store();
    let counts = import(&other, vec![poor.clone(), rich.clone(), poor], vec![]);
    assert_eq!((counts.spans, counts.new_spans), (1, 1));
    assert_eq!(other.trace(&"t1".into(), &Cancel::new()).unwrap().spans, [rich]);
}

#[test]
fn a_trace_is_put_together_children_first() {
    let store = store();
    let mut child = llm("t1", "c", Some("root"), 10);
    child.output_text = Some("answer".into());
    import(&store, vec![child], vec![]);
    let early = list(&store);
    assert_eq!((early[0].root_span_id.as_str(), early[0].name.as_str()), ("c", "span c"));
    let mut root = span("t1", "root", None, 0);
    root.status = SpanStatus::Error;
    import(&store, vec![root], vec![]);
    let rows = list(&store);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].root_span_id.as_str(), rows[0].status, rows[0].spans), ("root", SpanStatus::Error, 2));
    assert_eq!(rows[0].output_preview.as_deref(), Some("answer"));
    assert_eq!(rows[0].duration_ms, Some(15.000_007));
}

#[test]
fn nested_spans_of_one_call_are_counted_once_and_unknown_cost_is_no_zero() {
    let store = store();
    let mut outer = llm("t1", "outer", None, 0);
    outer.cost = Cost::Unknown;
    let inner = llm("t1", "inner", Some("outer"), 1);
    let mut free = llm("t2", "only", None, 5);
    free.cost = Cost::Unknown;
    import(&store, vec![outer, inner, free], vec![]);
    let rows = list(&store);
    assert_eq!((rows[1].tokens, rows[1].llm_calls), (Some(120), 1));
    assert_eq!(rows[1].cost_usd, Some(Money::from_pico(1_234_567)));
    assert!(!rows[1].cost_incomplete);
    assert_eq!((rows[0].cost_usd, rows[0].cost_incomplete), (None, true));
    let telemetry = store.telemetry(&crate::store::TelemetryQuery::default(), &Cancel::new()).unwrap();
    assert_eq!(telemetry.by_model[0].figures.count, 2);
    assert_eq!(telemetry.by_model[0].figures.tokens, Some(240));
    assert_eq!(telemetry.total.count, 2);
    assert_eq!(telemetry.by_time.len(), 1);
}

#[test]
fn content_from_log_records_joins_its_span_before_and_after_it() {
    let mut patch = SpanPatch::new("t1".into(), "s1".into());
    patch.input_messages = vec![Message::text(Role::User, "Hello?")];
    patch.scores = vec![score("t1", Some("s1"), "thumbs", 0.0)];
    for patch_first in [true, false] {
        let store = store();
        let bare = vec![llm("t1", "s1", None, 0)];
        if patch_first {
            import(&store, vec![], vec![patch.clone()]);
            assert_eq!(list(&store), []);
            import(&store, bare.clone(), vec![]);
        } else {
            import(&store, bare.clone(), vec![]);
            import(&store, vec![], vec![patch.clone()]);
        }
        for _ in 0..2 {
            let detail = store.trace(&"t1".into(), &Cancel::new()).unwrap();
            assert_eq!(detail.spans[0].input_messages, patch.input_messages, "patch first: {patch_first}");
            assert_eq!(detail.spans[0].scores, patch.scores);
            assert_eq!(detail.row.input_preview.as_deref(), Some("Hello?"));
            assert_eq!(detail.row.feedback, Some(0.0));
            import(&store, bare.clone(), vec![patch.clone()]);
        }
    }
}

#[test]
fn many_spans_go_into_a_new_file_and_keep_the_old_ones() {
    let store = store();
    import(&store, vec![full("old", "s")], vec![]);
    let many = (0..20_500).map(|n| span(&format!("t{}", n / 5), &format!("s{n}"), None, 20_500 - n)).collect();
    let counts = import(&store, many, vec![]);
    assert_eq!((counts.new_spans, counts.traces), (20_500, 4_100));
    let size = store.size(&Cancel::new()).unwrap();
    assert_eq!((size.spans, size.traces), (20_501, 4_101));
    assert_eq!(store.trace(&"old".into(), &Cancel::new()).unwrap().spans, [full("old", "s")]);
    let names: Vec<String> = std::fs::read_dir(store.state_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("index."))
        .collect();
    assert!(names.iter().all(|name| ["index.duckdb", "index.lock"].contains(&name.as_str())), "{names:?}");
}

fn in_small_parts() -> TestStore {
    store_with(StoreOptions { part_spans: 7, ..StoreOptions::default() })
}

/// Twelve traces of five spans, some spans twice, with scores.
fn scattered(step: usize) -> Vec<crate::domain::span::Span> {
    let mut spans = Vec::new();
    for trace in 0..12 {
        let name = format!("t{trace}");
        spans.push(span(&name, "root", None, trace * 100));
        for child in 0..3 {
            spans.push(llm(&name, &format!("c{child}"), Some("root"), trace * 100 + child + 1));
        }
        let mut rich = full(&name, "full");
        rich.parent_id = Some("root".into());
        rich.scores = vec![score(&name, Some("full"), "thumbs", (trace % 2) as f64)];
        let mut poor = rich.clone();
        poor.output_messages.clear();
        poor.output_text = None;
        spans.extend([poor, rich]);
    }
    // A step without a common divisor scatters each trace over all parts.
    (0..spans.len()).map(|number| spans[number * step % spans.len()].clone()).collect()
}

#[test]
fn parts_of_a_large_import_make_the_same_index_as_one() {
    let whole = store();
    import(&whole, scattered(1), vec![]);
    let expected = list(&whole);
    assert_eq!(expected.len(), 12);
    for step in [1, 5, 7, 11, 29, 71] {
        let store = in_small_parts();
        import(&store, vec![full("old", "s")], vec![]);
        let mut patch = SpanPatch::new("t3".into(), "c1".into());
        patch.input_messages = vec![Message::text(Role::User, "Hello?")];
        let mut ingest = store.ingest(&Cancel::new()).unwrap();
        ingest.add(vec![], vec![patch.clone()]).unwrap();
        ingest.add(scattered(step), vec![]).unwrap();
        let counts = ingest.finish(&[]).unwrap();
        assert_eq!((counts.traces, counts.spans, counts.chunks), (12, 60, 12), "step {step}");
        assert_eq!((counts.new_spans, counts.updated_spans), (60, 0), "step {step}");
        assert_eq!(list(&store).into_iter().filter(|row| row.trace_id.as_str() != "old").count(), 12);
        for row in &expected {
            let detail = store.trace(&row.trace_id, &Cancel::new()).unwrap();
            let mut other = whole.trace(&row.trace_id, &Cancel::new()).unwrap();
            if row.trace_id.as_str() == "t3" {
                let bare = other.spans.iter_mut().find(|span| span.span_id.as_str() == "c1").unwrap();
                patch.apply_to(bare);
                assert_eq!(detail.spans, other.spans, "step {step}");
            } else {
                assert_eq!(detail, other, "step {step}");
            }
        }
        assert_eq!(store.check(&[], &Cancel::new()).unwrap().differences, []);
        let again = import(&store, scattered(step), vec![patch]);
        assert_eq!((again.new_spans, again.updated_spans), (0, 0));
        assert_eq!(store.check(&[], &Cancel::new()).unwrap().differences, []);
    }
}

#[test]
fn a_large_import_that_is_given_up_leaves_nothing() {
    let store = in_small_parts();
    import(&store, vec![full("old", "s")], vec![]);
    let mut ingest = store.ingest(&Cancel::new()).unwrap();
    ingest.add(scattered(1), vec![]).unwrap();
    drop(ingest);
    // The next writer waits for the lock of the one given up.
    import(&store, vec![full("new", "s")], vec![]);
    assert_eq!(list(&store).len(), 2);
    let left: Vec<_> = std::fs::read_dir(store.state_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("build"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn sources_are_remembered_and_replaced() {
    let store = store();
    let mut source = SourceRow {
        source_id: "src".into(),
        path: "traces/a.jsonl".into(),
        format: "otlp-json".into(),
        content_hash: "00".into(),
        imported_at: Timestamp::from_nanos(START),
        spans: 1,
        skipped: vec![SkippedRow { line: Some(3), reason: "no ids".into() }],
    };
    let ingest = store.ingest(&Cancel::new()).unwrap();
    ingest.finish(std::slice::from_ref(&source)).unwrap();
    source.content_hash = "11".into();
    store.put_sources(std::slice::from_ref(&source)).unwrap();
    assert_eq!(store.sources(&Cancel::new()).unwrap(), [source]);
}
