//! `hindcast retrieval lab` over files and over what was seen.

use serde_json::{Value, json};

use super::recording::{file, four};
use crate::cli::place::{Done, Place};
use crate::cli::recording::trace_id;

fn lab(place: &Place, more: &[&str]) -> Done {
    let (documents, questions) = (file("documents.jsonl"), file("questions.jsonl"));
    let arguments = ["retrieval", "lab", "--corpus", &documents, "--questions", &questions];
    place.run(&[&arguments[..], more].concat())
}

fn retriever<'a>(document: &'a Value, name: &str) -> &'a Value {
    let all = document["retrievers"].as_array().unwrap();
    all.iter().find(|one| one["retriever"] == name).unwrap_or_else(|| panic!("{name}: {document}"))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The figures of dense retrieval were computed apart, in Python, from the same vectors.
#[test]
fn words_vectors_and_both_are_put_beside_what_was_recorded() {
    let place = four();
    let vectors = file("vectors.jsonl");
    let done = lab(&place, &["--embeddings", &vectors, "--gain", "exponential", "--format", "json"]).ends_with(0);
    let document = done.json();
    let (first, case) = (&document["retrievers"][0], &document["cases"][0]);
    insta::assert_debug_snapshot!(
        "lab_fields",
        (
            keys(&document),
            keys(first),
            keys(case),
            keys(&case["rankings"][0]),
            keys(&case["rankings"][0]["documents"][0])
        )
    );
    let dense = retriever(&document, "dense");
    assert_eq!((&dense["cases"], &dense["without_relevant"]), (&json!(15), &json!(1)));
    let ndcg = dense["metrics"]["ndcg@5"]["mean"].as_f64().unwrap();
    assert!((ndcg - 0.892_852_617_380_958_1).abs() < 1e-6, "{ndcg}");
    assert_eq!(dense["metrics"]["recall@3"]["mean"], json!(1.0));
    let recorded = retriever(&document, "recorded");
    assert_eq!((&recorded["recorded_cases"], &recorded["recorded_metrics"]["mrr"]["mean"]), (&json!(3), &json!(0.5)));
    assert_eq!(retriever(&document, "bm25")["recorded_cases"], json!(3));
    assert_eq!(retriever(&document, "fused")["cases"], json!(15));
    // The worst recorded one comes first, with every ranking beside it.
    assert_eq!((&case["question_id"], &case["trace_id"]), (&json!("q-api-limits-3"), &json!(trace_id('c'))));
    let names: Vec<_> = case["rankings"].as_array().unwrap().iter().map(|one| &one["retriever"]).collect();
    assert_eq!(names, ["recorded", "bm25", "dense", "fused"]);
    assert_eq!(case["rankings"][0]["metrics"]["recall@5"], json!(0.0));

    let table = lab(&place, &["--embeddings", &vectors, "--cases", "1"]).ends_with(0);
    assert!(
        table.stdout.contains("The questions that were recorded") && table.stdout.contains("All questions"),
        "{table:?}"
    );
    assert!(table.stdout.contains("recorded   api-keys · api-limits-old"), "{table:?}");
    assert!(table.stderr.contains("16 questions over 14 documents"), "{table:?}");
    let rows = lab(&place, &["--format", "csv"]).ends_with(0);
    assert_eq!(rows.stdout.lines().count(), 1 + 16 + 4, "{rows:?}");
}

#[test]
fn documents_are_chosen_and_cut() {
    let place = four();
    let document = lab(&place, &["--only", "status=current", "--format", "json"]).ends_with(0).json();
    assert_eq!(document["corpus"]["documents"], json!(10), "{}", document["corpus"]);
    let document = lab(&place, &["--chunk-size", "20", "--overlap", "8", "--format", "json"]).ends_with(0).json();
    assert!(document["corpus"]["passages"].as_u64().unwrap() > 28, "{}", document["corpus"]);
    let passage = &document["cases"][0]["rankings"][1]["documents"][0];
    let (whole, piece) = (passage["document_id"].as_str().unwrap(), passage["passage_id"].as_str().unwrap());
    assert!(piece.starts_with(&format!("{whole}#")), "{passage}");
    let wrong = lab(&place, &["--chunk-size", "8", "--overlap", "8"]).ends_with(2);
    assert!(wrong.stderr.contains("the overlap has to be smaller"), "{wrong:?}");
    let wrong = lab(&place, &["--chunk-size", "20", "--embeddings", &file("vectors.jsonl")]).ends_with(2);
    assert!(wrong.stderr.contains("has none of the passages"), "{wrong:?}");
    lab(&place, &["--retriever", "dense"]).ends_with(2);
    lab(&place, &["--embeddings", "nowhere.jsonl"]).ends_with(2);
    lab(&place, &["--only", "status=lost"]).ends_with(2);
}

#[test]
fn everything_ever_retrieved_is_searched_for_the_recorded_questions() {
    let place = four();
    let arguments = ["retrieval", "lab", "--qrels", &file("questions.jsonl"), "--format", "json"];
    let document = place.run(&arguments).ends_with(0).json();
    // Seven chunks were retrieved, each of another text.
    assert_eq!((&document["corpus"]["documents"], &document["questions"]), (&json!(7), &json!(4)));
    let refunds = document["cases"].as_array().unwrap();
    let refunds = refunds.iter().find(|case| case["question_id"] == "q-billing-refunds-1").unwrap();
    let found = |place: usize| refunds["rankings"][place]["documents"][0]["document_id"].clone();
    assert_eq!(found(0), json!("billing-refunds-old"));
    let unjudged = place.run(&["retrieval", "lab", "--cases", "0"]).ends_with(0);
    assert!(unjudged.stderr.contains("which documents answer is not known"), "{unjudged:?}");
    let none = Place::with_traces("");
    none.run(&["retrieval", "lab"]).ends_with(2);
}

#[test]
fn cases_are_replayed_with_what_was_found() {
    let place = four();
    let arguments = ["--replay", "-m", "builtin/extractive", "--format", "json"];
    let done = lab(&place, &arguments).ends_with(0);
    let outcome = done.json();
    assert_eq!((&outcome["status"], &outcome["failed"]), (&json!("completed"), &json!(0)), "{done:?}");
    let run = outcome["run_id"].as_str().unwrap();
    let results = place.run(&["runs", run, "--format", "jsonl"]).ends_with(0);
    let missed = results.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let missed = missed.into_iter().find(|result| result["trace_id"] == trace_id('c').as_str()).unwrap();
    let answer = missed["output_text"].as_str().unwrap();
    assert!(answer.contains("Retry-After"), "{answer}");
    let lists = &outcome["variants"][0]["overrides"]["lists"];
    assert_eq!(lists["retriever"], json!("bm25"));
    let changes = lists["traces"][trace_id('c')].to_string();
    assert!(changes.contains("api-limits") && changes.contains("drop"), "{changes}");
    let wrong = lab(&place, &["--replay", "-m", "builtin/extractive", "--replay-with", "dense"]).ends_with(2);
    assert!(wrong.stderr.contains("no retriever `dense` was tried"), "{wrong:?}");
}

#[test]
fn a_command_of_the_users_takes_part() {
    let place = four();
    place.write(
        "own.sh",
        "while read -r line; do printf '{\"chunks\":[{\"document_id\":\"trial\"},{\"document_id\":\"api-limits\"}]}\\n'; done\n",
    );
    let document = lab(&place, &["--retriever", "sh own.sh", "--format", "json"]).ends_with(0).json();
    let own = retriever(&document, "sh own.sh");
    assert_eq!((&own["cases"], &own["failure"]), (&json!(15), &Value::Null));
    assert_eq!(own["recorded_metrics"]["mrr"]["mean"], json!(0.5));
    place.write("own.sh", "read -r line; echo 'no index there' >&2; exit 1\n");
    let done = lab(&place, &["--retriever", "bm25", "--retriever", "sh own.sh"]).ends_with(3);
    assert!(done.stdout.contains("bm25") && done.stderr.contains("no index there"), "{done:?}");
    let wrong = lab(&place, &["--retriever", "bm52"]).ends_with(2);
    assert!(wrong.stderr.contains("bm25, dense and fused are built in"), "{wrong:?}");
}
