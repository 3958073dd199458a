//! Small recordings made for these tests, in OpenTelemetry's JSON with OpenInference attributes.

use serde_json::{Value, json};

/// A trace of a question that was looked up and answered.
pub struct Recorded<'r> {
    /// A letter that makes its ids: `a` for `aaaa…`.
    pub letter: char,
    /// Seconds after the first trace.
    pub at: u64,
    /// The question.
    pub question: &'r str,
    /// The answer; `None` where the call failed.
    pub answer: Option<&'r str>,
    /// The retrieved document.
    pub document: &'r str,
}

/// Ids as OpenTelemetry writes them.
pub fn trace_id(letter: char) -> String {
    letter.to_string().repeat(32)
}

/// One line of a recording.
pub fn line(recorded: &Recorded<'_>) -> String {
    let trace = trace_id(recorded.letter);
    let start = 1_795_000_000_000_000_000_u64 + recorded.at * 1_000_000_000;
    let span = |number: u64, parent: Option<u64>, name: &str, from: u64, to: u64, attributes: Value, failed: bool| {
        json!({
            "traceId": trace,
            "spanId": format!("{number:016x}"),
            "parentSpanId": parent.map(|number| format!("{number:016x}")).unwrap_or_default(),
            "name": name,
            "startTimeUnixNano": (start + from * 1_000_000).to_string(),
            "endTimeUnixNano": (start + to * 1_000_000).to_string(),
            "attributes": attributes_of(&attributes),
            "status": if failed { json!({"code": 2, "message": "rate limited"}) } else { json!({"code": 1}) },
        })
    };
    let failed = recorded.answer.is_none();
    let answer = recorded.answer.unwrap_or_default();
    let chain = json!({
        "openinference.span.kind": "CHAIN", "input.value": recorded.question, "output.value": answer,
        "session.id": "s-1", "user.id": "u-7",
    });
    let retriever = json!({
        "openinference.span.kind": "RETRIEVER", "input.value": recorded.question,
        "retrieval.documents.0.document.id": "doc-1", "retrieval.documents.0.document.content": recorded.document,
        "retrieval.documents.0.document.score": 0.81,
    });
    let call = json!({
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.provider": "openai",
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": format!("Sources:\n[doc-1] {}", recorded.document),
        "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": recorded.question,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": answer,
        "llm.token_count.prompt": 120, "llm.token_count.completion": 12, "llm.token_count.total": 132,
    });
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "openinference"}, "spans": [
        span(1, None, "support.answer", 0, 1200, chain, failed),
        span(2, Some(1), "search", 10, 98, retriever, false),
        span(3, Some(1), "chat", 100, 1190, call, failed),
    ]}]}]})
    .to_string()
}

/// Attributes as OpenTelemetry writes them.
pub fn attributes_of(attributes: &Value) -> Value {
    let value = |value: &Value| match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Number(number) if number.is_u64() => json!({"intValue": number.to_string()}),
        other => json!({"doubleValue": other}),
    };
    attributes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, content)| json!({"key": key, "value": value(content)}))
        .collect()
}

/// Three traces: a right answer, another, and one that failed.
pub fn three() -> String {
    [
        Recorded {
            letter: 'a',
            at: 0,
            question: "How many API calls may I make per minute?",
            answer: Some("The API allows 600 requests per minute."),
            document: "The REST API allows 600 requests per minute on Business.",
        },
        Recorded {
            letter: 'b',
            at: 60,
            question: "Where is data stored?",
            answer: Some("In Frankfurt."),
            document: "Data is stored in Frankfurt.",
        },
        Recorded { letter: 'c', at: 120, question: "Can I raise the limit?", answer: None, document: "Ask sales." },
    ]
    .iter()
    .map(|recorded| line(recorded) + "\n")
    .collect()
}

/// A trace whose every text holds what must never reach a terminal.
pub fn hostile() -> String {
    let bad = HOSTILE;
    line(&Recorded { letter: 'd', at: 0, question: bad, answer: Some(bad), document: bad }) + "\n"
}

/// Escape sequences, a C1 control, a bidi override, a carriage return, a bell, and a formula.
pub const HOSTILE: &str = "=1+1 \u{1b}]0;owned\u{7}\u{1b}[2J \u{9b}31m \u{202e}gpj.exe \rHACKED \u{200b}\u{e0041}";
