use super::*;
use crate::domain::retrieval::{DocumentId, Judgements};

fn written(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn grades(judged: &Judgements) -> Vec<(&str, u8)> {
    judged.iter().map(|(document, grade)| (document.as_str(), grade.get())).collect()
}

#[test]
fn ground_truth_in_json_of_several_shapes() {
    let text = r#"{"id": "q1", "kind": "single", "question": "How much?", "relevant": [{"doc_id": "a", "grade": 2}, {"doc_id": "b", "grade": 1}]}

{"question": "And free?", "relevant": ["c"]}
{"trace_id": "t9", "relevant": {"d": 2, "e": 0}}
{"question_id": "q2", "document_id": "f", "grade": 1}
{"question_id": "q2", "document_id": "g", "grade": 2}
{"id": "q3", "question": "Unanswerable?", "relevant": []}
"#;
    let (_folder, path) = written("questions.jsonl", text);
    let questions = read_ground_truth(&path).unwrap();
    let seen: Vec<_> = questions.iter().map(|q| (q.id.as_deref(), q.text.as_deref(), grades(&q.judged))).collect();
    assert_eq!(seen[0], (Some("q1"), Some("How much?"), vec![("a", 2), ("b", 1)]));
    assert_eq!(seen[1], (None, Some("And free?"), vec![("c", 1)]));
    assert_eq!((questions[2].trace_id.as_ref().unwrap().as_str(), &seen[2].2), ("t9", &vec![("d", 2), ("e", 0)]));
    assert_eq!(seen[3], (Some("q2"), None, vec![("f", 1), ("g", 2)]));
    assert_eq!((seen.len(), &seen[4].2), (5, &vec![]));
}

#[test]
fn ground_truth_of_trec_and_beir() {
    let (_folder, path) = written("qrels.txt", "q1 0 a 2\nq1 0 b -1\nq2\t0\tc\t1\n");
    let questions = read_ground_truth(&path).unwrap();
    assert_eq!((grades(&questions[0].judged), questions.len()), (vec![("a", 2), ("b", 0)], 2));
    let (_folder, path) = written("test.tsv", "query-id\tcorpus-id\tscore\nq1\ta\t1\nq1\tb\t2\n");
    assert_eq!(grades(&read_ground_truth(&path).unwrap()[0].judged), [("a", 1), ("b", 2)]);
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_line() {
    for (text, line, says) in [
        ("{\"id\": \"q\", \"relevant\": [1]}", 1, "ids, or objects"),
        ("q1 0 a 1\nq1 a\n", 2, "query 0 document grade"),
        ("{\"relevant\": []}", 1, "names no question"),
        ("{\"id\": \"q\"}", 1, "says nothing of documents"),
        ("{\"id\": ", 1, "no JSON object"),
    ] {
        let (_folder, path) = written("q.jsonl", text);
        let said = read_ground_truth(&path).unwrap_err().to_string();
        assert!(said.contains(&format!("line {line}: ")) && said.contains(says), "{said}");
    }
    let (_folder, path) = written("q.jsonl", "\n");
    assert!(read_ground_truth(&path).unwrap_err().to_string().contains("holds no judgements"));
}

#[test]
fn documents_of_a_folder_are_named_by_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("plans/free.md", "# The free plan\n\nThree seats.\n");
    put("notes.txt", "Seats are people.");
    put(
        "faq.jsonl",
        "{\"id\": \"f1\", \"title\": \"Refunds\", \"text\": \"14 days.\", \"status\": \"current\"}\n{\"text\": \"x\"}\n",
    );
    put(".hidden.md", "no");
    put("picture.png", "no");
    put("empty.md", " \n");
    let documents = read_documents(folder.path()).unwrap();
    let seen: Vec<_> = documents.iter().map(|document| (document.id.as_str(), document.title.as_deref())).collect();
    assert_eq!(
        seen,
        [("f1", Some("Refunds")), ("faq:2", None), ("notes", None), ("plans/free", Some("The free plan"))]
    );
    assert_eq!(documents[0].fields["status"], "current");
    put("other.jsonl", "{\"id\": \"f1\", \"text\": \"y\"}");
    assert!(read_documents(folder.path()).unwrap_err().to_string().contains("the id f1"));
    put("other.jsonl", "{\"id\": \"f2\"}");
    assert!(read_documents(folder.path()).unwrap_err().to_string().contains("line 1: it has no `text`"));
}

#[test]
fn vectors_are_of_documents_or_questions_and_of_one_width() {
    let text = "{\"id\": \"a\", \"kind\": \"document\", \"vector\": [1, 0.5]}\n{\"id\": \"q\", \"kind\": \"question\", \"embedding\": [0, 1]}\n";
    let (_folder, path) = written("v.jsonl", text);
    let vectors = read_vectors(&path).unwrap();
    assert_eq!(
        (vectors.documents["a"].as_slice(), vectors.questions["q"].as_slice()),
        (&[1.0, 0.5][..], &[0.0, 1.0][..])
    );
    let (_folder, path) = written("v.jsonl", &format!("{text}{{\"id\": \"b\", \"vector\": [1]}}\n"));
    assert!(read_vectors(&path).unwrap_err().to_string().contains("line 3: its vector has 1 numbers"));
    assert_eq!(DocumentId::new("a").as_str(), "a");
}
