use serde_json::{Value, json};

use super::*;
use crate::domain::message::{Message, Role};
use crate::domain::run::{Run, RunResult};
use crate::domain::time::Timestamp;

fn result(change: &Value) -> RunResult {
    let mut base = json!({
        "run_id": "run1", "result_id": "run1-0", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7",
        "variant": "A", "model": "p/m/x", "prompt": "answer@v3", "sample": 1, "status": "ok", "output_text": "Yes.",
        "tool_calls": [], "finish_reason": "stop", "input_tokens": 12, "output_tokens": 3, "cached_input_tokens": 4,
        "reasoning_tokens": null, "cost_usd": 0.0125, "cost_source": "computed", "latency_ms": 250.0, "ttft_ms": 40.0,
        "attempts": 2, "from_cache": false, "error": null
    });
    for (name, value) in change.as_object().unwrap() {
        base[name] = value.clone();
    }
    serde_json::from_value(base).unwrap()
}

fn spans(result: &RunResult, content: Content) -> Vec<OtlpSpan> {
    let run: Run =
        serde_json::from_value(json!({"run_id": "run1", "created_at": 0, "filter": "", "variants": [], "samples": 1,
        "cases": 1, "max_cost": null, "estimated_cost": null}))
        .unwrap();
    let messages = [Message::text(Role::System, "S"), Message::text(Role::User, "Secret question?")];
    let parameters = json!({"temperature": 0, "max_tokens": 9, "stop": "END", "output_type": "json"});
    let call = ReplayedCall {
        result,
        provider: "aws.bedrock",
        messages: &messages,
        tools: &[json!({"type": "function", "name": "f"})],
        parameters: parameters.as_object().unwrap(),
        finished_at: Timestamp::from_nanos(1_795_420_001_000_000_000),
    };
    let case = ReplayedCase { run: &run, trace_id: &result.trace_id, span_id: &result.span_id, calls: vec![call] };
    case_spans(&case, content)
}

fn attribute<'s>(span: &'s OtlpSpan, name: &str) -> Option<&'s AttributeValue> {
    span.attributes.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[test]
fn a_call_after_the_conventions() {
    let spans = spans(&result(&json!({})), Content::Included);
    let [root, call] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((root.parent_id, call.parent_id), (None, Some(root.span_id)));
    assert_eq!(root.trace_id, call.trace_id);
    assert_eq!(root.links[0].trace_id[..2], [0x4b, 0xf9]);
    assert_eq!(call.name, "chat m/x");
    assert_eq!(call.end_ns - call.start_ns, 250_000_000);
    for (name, value) in [
        ("gen_ai.operation.name", AttributeValue::Text("chat".into())),
        ("gen_ai.provider.name", AttributeValue::Text("aws.bedrock".into())),
        ("gen_ai.request.model", AttributeValue::Text("m/x".into())),
        ("gen_ai.request.temperature", AttributeValue::Double(0.0)),
        ("gen_ai.request.max_tokens", AttributeValue::Integer(9)),
        ("gen_ai.request.stop_sequences", AttributeValue::Texts(vec!["END".into()])),
        ("gen_ai.output.type", AttributeValue::Text("json".into())),
        ("gen_ai.response.finish_reasons", AttributeValue::Texts(vec!["stop".into()])),
        ("gen_ai.response.time_to_first_chunk", AttributeValue::Double(0.04)),
        ("gen_ai.usage.input_tokens", AttributeValue::Integer(12)),
        ("gen_ai.usage.cache_read.input_tokens", AttributeValue::Integer(4)),
        ("gen_ai.usage.cost", AttributeValue::Double(0.0125)),
        ("gen_ai.prompt.name", AttributeValue::Text("answer".into())),
        ("gen_ai.prompt.version", AttributeValue::Text("v3".into())),
        ("hindcast.run.id", AttributeValue::Text("run1".into())),
        ("hindcast.variant", AttributeValue::Text("A".into())),
        ("hindcast.sample", AttributeValue::Integer(1)),
        ("hindcast.attempts", AttributeValue::Integer(2)),
    ] {
        assert_eq!(attribute(call, name), Some(&value), "{name}");
    }
    assert_eq!(attribute(call, "gen_ai.usage.reasoning.output_tokens"), None);
    assert_eq!(attribute(call, "gen_ai.response.model"), None);
    let Some(AttributeValue::Text(sent)) = attribute(call, "gen_ai.input.messages") else { panic!("no messages") };
    assert_eq!(
        serde_json::from_str::<Value>(sent).unwrap(),
        json!([{"role": "system", "parts": [{"type": "text", "content": "S"}]},
            {"role": "user", "parts": [{"type": "text", "content": "Secret question?"}]}])
    );
    assert_eq!(call.status, OtlpStatus::Ok);
}

#[test]
fn the_model_that_answered_and_the_parts_of_its_usage() {
    let told = result(&json!({"response_model": "m/y-2026", "cache_write_tokens": 5, "audio_input_tokens": 2,
        "audio_output_tokens": 1}));
    let spans = spans(&told, Content::LeftOut);
    for (name, value) in [
        ("gen_ai.request.model", AttributeValue::Text("m/x".into())),
        ("gen_ai.response.model", AttributeValue::Text("m/y-2026".into())),
        ("gen_ai.usage.cache_write.input_tokens", AttributeValue::Integer(5)),
        ("gen_ai.usage.audio.input_tokens", AttributeValue::Integer(2)),
        ("gen_ai.usage.audio.output_tokens", AttributeValue::Integer(1)),
    ] {
        assert_eq!(attribute(&spans[1], name), Some(&value), "{name}");
    }
}

#[test]
fn without_content_nothing_that_was_said_goes_out() {
    let failed = result(&json!({
        "status": "failed", "output_text": "Part of it", "error": "the provider refused the request (400): bad `Secret question?`"
    }));
    let spans = spans(&failed, Content::LeftOut);
    let text = resource_spans(&spans, &Attributes::default(), "1").to_string();
    for secret in ["Secret", "Part of it", "\"f\""] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(spans[1].status, OtlpStatus::Error("the provider refused the request (400)".into()));
    assert_eq!(attribute(&spans[1], "error.type"), Some(&AttributeValue::Text("failed".into())));
    let bytes = request(&spans, &Attributes::default(), "1");
    assert!(memchr::memmem::find(&bytes, b"Secret").is_none());
}

#[test]
fn ids_are_the_same_each_time_and_foreign_ids_make_no_link() {
    let one = spans(&result(&json!({})), Content::Included);
    let two = spans(&result(&json!({})), Content::Included);
    assert_eq!(one, two);
    let other = spans(&result(&json!({"trace_id": "lf-trace-7"})), Content::Included);
    assert!(other[0].links.is_empty());
    assert_ne!(other[0].trace_id, one[0].trace_id);
}
