//! Damaged and unusual files: nothing stops, nothing is lost but what is broken, and that is said.

use super::reading::{Read, fixtures};

fn read(file: &str) -> (Read, Vec<(Option<u64>, String)>) {
    let mut read = Read::default();
    read.file(&fixtures().join("mutated").join(file));
    let skipped = read.batch.skipped.iter().map(|skipped| (skipped.line, skipped.reason.clone())).collect();
    (read, skipped)
}

#[test]
fn a_cut_protobuf_message_is_refused_with_its_offset() {
    let (read, skipped) = read("truncated.pb");
    assert_eq!(read.spans().len(), 0);
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].1.contains("cut off at byte"), "{skipped:?}");
}

#[test]
fn an_empty_request_is_valid() {
    let (read, skipped) = read("empty.pb");
    assert_eq!((read.formats[0].1, skipped.len(), read.batch.spans.len()), (Some("otlp-protobuf"), 0, 0));
}

#[test]
fn a_broken_line_costs_only_itself() {
    let (read, skipped) = read("broken-line.otlp.jsonl");
    assert!(!read.spans().is_empty());
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].0, Some(3));
    assert!(skipped[0].1.contains("cut off"), "{skipped:?}");
}

#[test]
fn encodings_of_the_same_request_give_the_same_spans() {
    let mut original = Read::default();
    original.file(&fixtures().join("openinference-openai-rag/0004.pb"));
    let wanted = original.spans();
    assert!(!wanted.is_empty());
    for file in ["bom.otlp.json", "base64-ids.otlp.json", "snake-case.otlp.json"] {
        let (read, skipped) = read(file);
        assert_eq!(skipped, [], "{file}");
        assert_eq!(read.spans(), wanted, "{file}");
    }
}

#[test]
fn an_exporter_that_retries_doubles_nothing() {
    let mut both = Read::default();
    both.file(&fixtures().join("mutated/retried-duplicate-1.pb"));
    let once = both.spans();
    both.file(&fixtures().join("mutated/retried-duplicate-2.pb"));
    assert_eq!(both.spans(), once);
    assert_eq!(both.batch.spans.len(), once.len() * 2);
}

#[test]
fn spans_that_cannot_be_used_are_named_with_their_lines() {
    let good = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5dd7e2508c13354a640096844ea9f0b2","spanId":"98fb50f3c3eeac63","name":"ok","startTimeUnixNano":"1","endTimeUnixNano":2}]}]}]}"#;
    let no_id = good.replace("98fb50f3c3eeac63", "0000000000000000");
    let far = good.replace("\"1\"", "\"9000000000000000000\"");
    let wrong_type = good.replace("\"name\":\"ok\"", "\"name\":{}");
    let other = "{\"hello\":1}";
    let text = [good, &no_id, &far, &wrong_type, "", other, "not json", good].join("\n");
    let mut read = Read::default();
    assert_eq!(read.bytes(text.as_bytes()), Some("otlp-json"));
    assert_eq!(read.batch.spans.len(), 2);
    let lines: Vec<Option<u64>> = read.batch.skipped.iter().map(|skipped| skipped.line).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(4), Some(6), Some(7)]);
    assert!(read.batch.skipped[0].reason.contains("no span id"), "{:?}", read.batch.skipped);
    assert!(read.batch.skipped[1].reason.contains("2200"), "{:?}", read.batch.skipped);
}

#[test]
fn text_that_is_not_unicode_costs_only_itself() {
    let good = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5dd7e2508c13354a640096844ea9f0b2","spanId":"98fb50f3c3eeac63","name":"bad \ud83d and XX","startTimeUnixNano":"1"}]}]}]}"#;
    let mut bytes = good.to_vec();
    let at = memchr::memmem::find(&bytes, b"XX").unwrap();
    bytes[at] = 0xff;
    let mut read = Read::default();
    read.bytes(&bytes);
    assert_eq!(read.batch.skipped, []);
    let name = &read.batch.spans[0].name;
    assert!(name.starts_with("bad \u{fffd}") && name.contains("and \u{fffd}X"), "{name:?}");
}

#[test]
fn deep_nesting_is_kept_as_text() {
    let mut value = "{\"intValue\":\"7\"}".to_owned();
    for _ in 0..256 {
        value = format!("{{\"arrayValue\":{{\"values\":[{value}]}}}}");
    }
    let text = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"5dd7e2508c13354a640096844ea9f0b2","spanId":"98fb50f3c3eeac63","attributes":[{{"key":"deep","value":{value}}},{{"key":"flat","value":{{"intValue":"1"}}}}]}}]}}]}}]}}"#
    );
    let mut read = Read::default();
    read.bytes(text.as_bytes());
    assert_eq!(read.batch.skipped, []);
    let attributes = &read.batch.spans[0].attributes;
    assert_eq!(attributes["deep"].as_str(), Some(value.as_str()));
    assert_eq!(attributes["flat"], 1);
}

#[test]
fn log_records_and_spans_join_in_any_order() {
    let folder = fixtures().join("otel-genai-json-events");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut forward = Read::default();
    for file in &files {
        forward.file(file);
    }
    let mut backward = Read::default();
    files.iter().rev().for_each(|file| backward.file(file));
    assert!(!forward.batch.patches.is_empty());
    assert_eq!(forward.spans(), backward.spans());
}
