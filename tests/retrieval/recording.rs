//! Recorded answers of the small knowledge base in `tests/fixtures/retrieval/knowledge-base`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::place::Place;
use crate::cli::recording::trace_id;

/// The folder of the knowledge base.
pub fn knowledge_base() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/retrieval/knowledge-base"))
}

/// A file of the knowledge base, as an argument.
pub fn file(name: &str) -> String {
    knowledge_base().join(name).to_str().unwrap().to_owned()
}

/// A question that was looked up and answered.
pub struct Asked<'a> {
    /// A letter that makes the ids.
    pub letter: char,
    /// Hours after the first.
    pub hour: u64,
    /// The question's id.
    pub id: &'a str,
    /// What was found, by its ids in the knowledge base.
    pub found: &'a [&'a str],
    /// The answer.
    pub answer: &'a str,
    /// The version of the prompt.
    pub version: &'a str,
    /// The name of the span that searched.
    pub retriever: &'a str,
}

fn lines(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(knowledge_base().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(rows: &[Value], id: &str, field: &str) -> String {
    rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id}"))[field].as_str().unwrap().to_owned()
}

/// The recording of one of them.
pub fn line(asked: &Asked<'_>) -> String {
    let (documents, questions) = (lines("documents.jsonl"), lines("questions.jsonl"));
    let question = text(&questions, asked.id, "question");
    let found: Vec<(&str, String)> = asked.found.iter().map(|id| (*id, text(&documents, id, "text"))).collect();
    let start = 1_795_000_000_000_000_000_u64 + asked.hour * 3_600_000_000_000;
    let span = |number: u64, parent: Option<u64>, name: &str, attributes: Value| {
        let attributes: Vec<Value> = attributes
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| {
                json!({"key": key, "value": match value {
                    Value::String(text) => json!({"stringValue": text}),
                    other => json!({"doubleValue": other}),
                }})
            })
            .collect();
        json!({
            "traceId": trace_id(asked.letter), "spanId": format!("{number:016x}"),
            "parentSpanId": parent.map(|parent| format!("{parent:016x}")).unwrap_or_default(), "name": name,
            "startTimeUnixNano": (start + number * 1_000_000).to_string(),
            "endTimeUnixNano": (start + 900_000_000).to_string(), "attributes": attributes, "status": {"code": 1},
        })
    };
    let metadata = json!({"question_id": asked.id, "prompt_version": asked.version}).to_string();
    let mut retriever = json!({"openinference.span.kind": "RETRIEVER", "input.value": question});
    for (rank, (id, text)) in found.iter().enumerate() {
        let at = format!("retrieval.documents.{rank}.document");
        retriever[format!("{at}.id")] = json!(id);
        retriever[format!("{at}.content")] = json!(text);
        retriever[format!("{at}.score")] = json!(0.9 - rank as f64 / 10.0);
    }
    let sources: Vec<String> = found.iter().map(|(id, text)| format!("[{id}] {text}")).collect();
    let call = json!({
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.provider": "openai",
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": format!("Answer from the documents.\n\n{}", sources.join("\n")),
        "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": question,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": asked.answer,
    });
    let chain = json!({"openinference.span.kind": "CHAIN", "input.value": question, "output.value": asked.answer,
        "metadata": metadata});
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "openinference"}, "spans": [
        span(1, None, "answer", chain), span(2, Some(1), asked.retriever, retriever), span(3, Some(1), "chat", call),
    ]}]}]})
    .to_string()
}

fn asked(letter: char, hour: u64, id: &str, found: &[&str], answer: &str, [version, retriever]: [&str; 2]) -> String {
    line(&Asked { letter, hour, id, found, answer, version, retriever }) + "\n"
}

/// Four answers: one found at once, one found second, one missed, one that nothing answers.
pub fn four() -> Place {
    let refunds = "A yearly plan can be refunded within 30 days.";
    Place::with_traces(
        &[
            asked('a', 0, "q-trial-1", &["trial", "trial-old"], "14 days.", ["v1", "vectors"]),
            asked(
                'b',
                30,
                "q-billing-refunds-1",
                &["billing-refunds-old", "billing-refunds"],
                refunds,
                ["v2", "vectors"],
            ),
            asked('c', 31, "q-api-limits-3", &["api-keys", "api-limits-old"], "I do not know.", ["v2", "words"]),
            asked('d', 32, "q-none-1", &["billing-payment"], "No.", ["v2", "vectors"]),
        ]
        .concat(),
    )
}
