//! The lab with models of a provider on loopback: vectors that are kept, a reranker, and what both cost.

use serde_json::{Value, json};

use super::double::{Double, Request};
use super::recording::{file, four};
use crate::cli::place::{Done, Place};

/// Vectors of how often letters occur; an order by the length of the documents.
fn answer(request: &Request) -> Value {
    let texts = |field: &str| -> Vec<String> {
        request.body[field].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_lowercase()).collect()
    };
    if request.path.ends_with("/rerank") {
        let documents = texts("documents");
        let score =
            |(index, text): (usize, &String)| json!({"index": index, "relevance_score": 1.0 / text.len() as f64});
        return json!({"results": documents.iter().enumerate().map(score).collect::<Vec<_>>(),
            "usage": {"total_tokens": 500}});
    }
    let vector = |text: &String| ('a'..='z').map(|letter| text.matches(letter).count()).collect::<Vec<_>>();
    let texts = texts("input");
    let data = texts.iter().enumerate().map(|(index, text)| json!({"index": index, "embedding": vector(text)}));
    json!({"data": data.collect::<Vec<_>>(), "usage": {"prompt_tokens": 1_000}})
}

fn place(server: &Double) -> Place {
    let place = four();
    place.write(
        "hindcast.toml",
        &format!(
            "[providers.local]\nkind = \"openai\"\nbase_url = \"{}/v1\"\n\
             [prices.\"local/letters\"]\ninput = 100.0\noutput = 0.0\n[prices.\"local/order\"]\ninput = 10.0\noutput = 0.0\n",
            server.url
        ),
    );
    place
}

fn lab(place: &Place, more: &[&str]) -> Done {
    let (documents, questions) = (file("documents.jsonl"), file("questions.jsonl"));
    let arguments = ["retrieval", "lab", "--corpus", &documents, "--questions", &questions];
    place.run(&[&arguments[..], more].concat())
}

#[test]
fn vectors_are_paid_for_once_and_only_within_the_cap() {
    let server = Double::start(answer);
    let place = place(&server);
    let model = ["--embeddings", "local/letters", "--retriever", "dense"];
    let asked = lab(&place, &model).ends_with(2);
    assert!(asked.stderr.contains("2 requests to local/letters") && asked.stderr.contains("--yes"), "{asked:?}");
    let plan = lab(&place, &[&model[..], &["--dry-run", "--format", "json"]].concat()).ends_with(0).json();
    assert_eq!((&plan["plan"][0]["requests"], server.asked().len()), (&json!(2), 0));
    let worst = plan["plan"][0]["worst_case_usd"].as_f64().unwrap();
    assert!(worst > plan["plan"][0]["estimated_cost_usd"].as_f64().unwrap() && worst < 1.0, "{plan}");
    let poor = lab(&place, &[&model[..], &["--yes", "--max-cost", "0.001"]].concat()).ends_with(5);
    assert!(poor.stderr.contains("does not fit under the cap") && server.asked().is_empty(), "{poor:?}");

    let all = [&model[..], &["--yes", "--max-cost", "2", "--format", "json"]].concat();
    let first = lab(&place, &all).ends_with(0).json();
    assert_eq!((&first["requests"], &first["cost_usd"]), (&json!(2), &json!(0.2)));
    let sent = server.asked();
    assert_eq!((sent[0].path.as_str(), &sent[0].body["encoding_format"]), ("/v1/embeddings", &json!("float")));
    assert!(sent[0].body["input"][0].as_str().unwrap().starts_with("Plans at a glance. Larkboard has four plans."));
    let again = lab(&place, &all).ends_with(0).json();
    assert_eq!((&again["requests"], server.asked().len()), (&json!(0), 2));
    assert_eq!(again["retrievers"], first["retrievers"]);
    // Another text is asked for alone.
    let cut = lab(&place, &[&all[..], &["--chunk-size", "12"]].concat()).ends_with(0).json();
    assert!(cut["requests"].as_u64().unwrap() >= 1);
    assert!(server.asked()[2..].iter().all(|request| request.body["input"].as_array().unwrap().len() <= 64));
}

#[test]
fn what_was_found_is_put_into_another_order_by_a_model() {
    let server = Double::start(answer);
    let place = place(&server);
    let rerank = ["--rerank", "local/order", "--rerank-depth", "3", "--yes", "--format", "json"];
    let document = lab(&place, &rerank).ends_with(0).json();
    let names: Vec<_> = document["retrievers"].as_array().unwrap().iter().map(|one| &one["retriever"]).collect();
    assert_eq!(names, ["recorded", "bm25", "bm25 + rerank"]);
    // 500 tokens at ten dollars a million for each question.
    assert_eq!((&document["requests"], &document["cost_usd"]), (&json!(16), &json!(0.08)));
    let case = &document["cases"][0]["rankings"];
    let ids = |place: usize| -> Vec<String> {
        let list = case[place]["documents"].as_array().unwrap();
        list.iter().take(3).map(|one| one["document_id"].as_str().unwrap().to_owned()).collect()
    };
    let (mut before, mut after) = (ids(1), ids(2));
    assert_ne!(before, after);
    before.sort();
    after.sort();
    assert_eq!(before, after);
    assert_eq!(server.asked()[0].path, "/v1/rerank");
    assert_eq!(server.asked()[0].body["documents"].as_array().unwrap().len(), 3);
}

#[test]
fn providers_without_such_endpoints_are_refused_by_name() {
    let place = four();
    let wrong = lab(&place, &["--embeddings", "builtin/extractive"]).ends_with(2);
    assert!(wrong.stderr.contains("no embeddings are asked of providers like builtin"), "{wrong:?}");
    let wrong = lab(&place, &["--rerank", "builtin/extractive"]).ends_with(2);
    assert!(wrong.stderr.contains("providers like builtin"), "{wrong:?}");
    let wrong = lab(&place, &["--rerank", "nobody/x"]).ends_with(2);
    assert!(wrong.stderr.contains("no provider is named `nobody`"), "{wrong:?}");
}
