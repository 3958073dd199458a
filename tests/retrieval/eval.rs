//! `hindcast retrieval eval`.

use serde_json::{Value, json};

use super::recording::{Asked, file, four, line};
use crate::cli::place::Place;
use crate::cli::recording::trace_id;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn recorded_retrievals_are_measured_case_by_case_the_worst_first() {
    let place = four();
    let done = place.run(&["retrieval", "eval", "--qrels", &file("questions.jsonl"), "--k", "1,3", "--format", "json"]);
    let document = done.ends_with(0).json();
    insta::assert_debug_snapshot!("eval_fields", (keys(&document), keys(&document["groups"][0])));
    assert_eq!(
        (&document["cases"], &document["without_relevant"], &document["unjudged"]),
        (&json!(3), &json!(1), &json!(0))
    );
    let rows = document["groups"].as_array().unwrap();
    let seen: Vec<_> =
        rows.iter().map(|row| (row["question_id"].as_str().unwrap(), &row["recall@1"], &row["mrr"])).collect();
    assert_eq!(seen[0], ("q-api-limits-3", &json!(0.0), &json!(0.0)));
    assert_eq!(seen[1], ("q-billing-refunds-1", &json!(0.0), &json!(0.5)));
    assert_eq!(seen[2], ("q-trial-1", &json!(1.0), &json!(1.0)));
    assert_eq!(seen[3], ("q-none-1", &Value::Null, &Value::Null));
    assert_eq!(rows[0]["missed"], json!(["api-limits"]));
    assert_eq!(document["metrics"]["mrr"], json!({"mean": 0.5, "low": null, "high": null}));
    assert!((document["metrics"]["hit@3"]["mean"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);

    let table = place.run(&["retrieval", "eval", "--qrels", &file("questions.jsonl")]).ends_with(0);
    assert!(table.stdout.lines().nth(1).unwrap().contains("Which header tells me when to retry"), "{table:?}");
    assert!(table.stderr.contains("3 cases: ") && table.stderr.contains("1 case is left out"), "{table:?}");
}

#[test]
fn cases_are_put_together_by_day_retriever_and_prompt() {
    let place = four();
    let by = |what: &str| {
        let arguments =
            ["retrieval", "eval", "--qrels", &file("questions.jsonl"), "--by", what, "--k", "2", "--format", "jsonl"];
        let done = place.run(&arguments).ends_with(0);
        let rows: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        rows.iter()
            .map(|row| (row[what].as_str().unwrap().to_owned(), row["cases"].clone(), row["recall@2"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        by("retriever"),
        [("words".to_owned(), json!(1), json!(0.0)), ("vectors".to_owned(), json!(2), json!(1.0))]
    );
    assert_eq!(by("prompt"), [("@v2".to_owned(), json!(2), json!(0.5)), ("@v1".to_owned(), json!(1), json!(1.0))]);
    let days = by("day");
    assert_eq!((days.len(), &days[0].2, &days[1].2), (2, &json!(1.0), &json!(0.5)));
    assert!(days[0].0 < days[1].0);
}

#[test]
fn judgements_kept_on_traces_count_and_can_be_graded() {
    let place = four();
    let nothing = place.run(&["retrieval", "eval"]).ends_with(1);
    assert!(
        nothing.stderr.contains("4 traces retrieved something") && nothing.stderr.contains("--qrels"),
        "{nothing:?}"
    );
    let keep = |trace: char, document: &str, grade: &str| {
        place.run(&["score", &trace_id(trace), "relevance", grade, "--document", document]).ends_with(0);
    };
    keep('b', "billing-refunds-old", "1");
    keep('b', "billing-refunds", "2");
    let ndcg = |gain: &str| {
        let arguments = ["retrieval", "eval", "--k", "2", "--gain", gain, "--format", "json"];
        place.run(&arguments).ends_with(0).json()["metrics"]["ndcg@2"]["mean"].as_f64().unwrap()
    };
    let discount = 1.0 / 3.0_f64.log2();
    assert!((ndcg("linear") - (1.0 + 2.0 * discount) / (2.0 + discount)).abs() < 1e-12);
    assert!((ndcg("exponential") - (1.0 + 3.0 * discount) / (3.0 + discount)).abs() < 1e-12);
    // The latest judgement of a document counts, over that of a file too; it outlives the index.
    keep('b', "billing-refunds-old", "0");
    place.run(&["index", "--rebuild"]).ends_with(0);
    place.write("qrels.txt", "q-billing-refunds-1 0 billing-refunds-old 2\nq-trial-1 0 trial 1\n");
    let arguments = ["retrieval", "eval", "--qrels", "qrels.txt", "--k", "1", "--format", "json"];
    let rows = place.run(&arguments).ends_with(0).json()["groups"].clone();
    assert_eq!(
        (&rows[0]["recall@1"], &rows[1]["recall@1"], rows.as_array().unwrap().len()),
        (&json!(0.0), &json!(1.0), 2)
    );
    for wrong in
        [&["relevance", "2"][..], &["relevance", "yes", "--document", "x"], &["clarity", "1", "--document", "x"]]
    {
        place.run(&[&["score", &trace_id('a')], wrong].concat()).ends_with(2);
    }
    let wrong = place.run(&["retrieval", "eval", "--qrels", "hindcast.toml"]).ends_with(4);
    assert!(wrong.stderr.contains("holds no judgements"), "{wrong:?}");
    place.run(&["retrieval", "eval", "--k", "0"]).ends_with(2);
}

#[test]
fn what_a_liked_answer_rests_on_can_count() {
    let liked = Asked {
        letter: 'a',
        hour: 0,
        id: "q-trial-1",
        found: &["api-keys", "trial"],
        answer: "Every new workspace gets a trial of the Business plan for 14 days.",
        version: "v1",
        retriever: "vectors",
    };
    let place = Place::with_traces(&(line(&liked) + "\n"));
    let score = json!({"trace_id": trace_id('a'), "name": "thumbs", "value": 1, "source": "user",
        "created_at": "2026-11-23T06:00:00Z"});
    place.write("traces/scores.jsonl", &score.to_string());
    place.run(&["retrieval", "eval"]).ends_with(1);
    let arguments = ["retrieval", "eval", "--from-feedback", "--k", "1", "--format", "json"];
    let row = place.run(&arguments).ends_with(0).json()["groups"][0].clone();
    assert_eq!((&row["relevant"], &row["mrr"]), (&json!([{"document_id": "trial", "grade": 1}]), &json!(0.5)));
}
