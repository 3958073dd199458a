//! Real recordings against `truth.json`, which the official protobuf classes counted.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use hindcast::domain::chunk::ChunkRole;
use hindcast::domain::span::{Span, SpanKind, SpanStatus};
use serde_json::Value;

use super::reading::{Read, fixtures};

/// The kind a recorder's word stands for.
fn kind(word: &str) -> SpanKind {
    match word {
        "LLM" | "chat" | "generation" => SpanKind::Llm,
        "EMBEDDING" | "embeddings" => SpanKind::Embedding,
        "RETRIEVER" | "retrieval" | "retriever" => SpanKind::Retriever,
        "RERANKER" => SpanKind::Reranker,
        "TOOL" | "execute_tool" | "tool" => SpanKind::Tool,
        "AGENT" | "invoke_agent" | "agent" => SpanKind::Agent,
        "CHAIN" | "task" | "chain" => SpanKind::Chain,
        "workflow" => SpanKind::Workflow,
        "GUARDRAIL" => SpanKind::Guardrail,
        "EVALUATOR" => SpanKind::Evaluator,
        "PROMPT" => SpanKind::Prompt,
        _ => SpanKind::Other,
    }
}

/// What differs from the truth, in words.
fn differences(folder: &Path, truth: &Value) -> Vec<String> {
    let read = Read::folder(folder);
    let spans: Vec<Span> = read.spans().into_values().collect();
    let mut wrong = Vec::new();
    let mut check = |what: &str, found: f64, wanted: f64| {
        if (found - wanted).abs() > 0.001 {
            wrong.push(format!("{what}: {found}, not {wanted}"));
        }
    };
    let number = |key: &str| truth[key].as_f64().unwrap_or(0.0);
    let distinct = |values: BTreeSet<String>| values.len() as f64;
    let counted: Vec<&Span> = spans.iter().collect();
    check("traces", distinct(counted.iter().map(|span| span.trace_id.as_str().to_owned()).collect()), number("traces"));
    check("spans", spans.len() as f64, number("spans"));
    check(
        "error spans",
        spans.iter().filter(|span| span.status == SpanStatus::Error).count() as f64,
        number("error_spans"),
    );
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let is_openinference = name.starts_with("openinference");
    // Tasks that return documents are read as retrievers, which the recorder has no word for.
    if name != "openllmetry" {
        for (word, wanted) in truth["kinds"].as_object().unwrap() {
            let found = spans.iter().filter(|span| span.kind == kind(word)).count();
            check(word, found as f64, wanted.as_f64().unwrap());
        }
    }
    let calls = || spans.iter().filter(|span| span.kind.counts_usage());
    if name != "langfuse-sdk" {
        check("input tokens", calls().filter_map(|span| span.usage.input).sum::<u64>() as f64, number("input_tokens"));
        check(
            "output tokens",
            calls().filter_map(|span| span.usage.output).sum::<u64>() as f64,
            number("output_tokens"),
        );
    }
    if is_openinference {
        let chunks = || spans.iter().flat_map(|span| &span.chunks).filter(|chunk| chunk.role == ChunkRole::Retrieved);
        check("documents", chunks().count() as f64, number("documents"));
        if !name.contains("langchain") {
            check("sum of scores", chunks().filter_map(|chunk| chunk.score).sum(), number("score_sum"));
        }
        let sessions = spans.iter().filter_map(|span| span.session_id.as_ref()).map(|id| id.as_str().to_owned());
        check("sessions", distinct(sessions.collect()), number("sessions"));
        check("users", distinct(spans.iter().filter_map(|span| span.user_id.clone()).collect()), number("users"));
    }
    wrong.into_iter().map(|difference| format!("{name}: {difference}")).collect()
}

fn compare_all(root: &Path) -> Vec<String> {
    let truth: Value = serde_json::from_slice(&std::fs::read(root.join("truth.json")).unwrap()).unwrap();
    // The damaged copies are counted one by one elsewhere.
    let folders = truth.as_object().unwrap().iter().filter(|(folder, _)| *folder != "mutated");
    folders.flat_map(|(folder, truth)| differences(&root.join(folder), truth)).collect()
}

#[test]
fn recordings_come_out_as_an_independent_reader_counts_them() {
    assert_eq!(compare_all(&fixtures()), Vec::<String>::new());
}

/// Set `HINDCAST_RECORDED` to a folder of recordings with a `truth.json` to compare all of them.
#[test]
fn all_recordings_of_a_folder_given_by_the_environment() {
    let Some(root) = std::env::var_os("HINDCAST_RECORDED") else {
        let _ = writeln!(std::io::stderr(), "skipped: HINDCAST_RECORDED is not set");
        return;
    };
    assert_eq!(compare_all(Path::new(&root)), Vec::<String>::new());
}
