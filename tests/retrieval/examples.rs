//! The example retrievers, against doubles of what they ask. Without Python they cannot be run, and nothing is checked.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::double::{Double, Request};

/// What an example answers to one question; `None` where there is no Python.
fn ask(example: &str, variables: &[(&str, &str)]) -> Option<Value> {
    let script = format!("{}/examples/retrievers/{example}.py", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("python3");
    command.args(["-B", &script]).env_clear().env("PATH", std::env::var_os("PATH")?).envs(variables.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(b"{\"question\": \"How long?\", \"k\": 2, \"question_id\": null}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text:?}");
    serde_json::from_str(&text).ok()
}

#[test]
fn elasticsearch_is_searched() {
    let server = Double::start(|_| {
        json!({"hits": {"hits": [
            {"_id": "x1", "_score": 7.5, "_source": {"slug": "trial", "text": "14 days.", "updated": "2025-09-01"}},
        ]}})
    });
    let variables = [("ES_URL", server.url.as_str()), ("ES_INDEX", "help"), ("ES_API_KEY", "k"), ("ES_ID", "slug")];
    let Some(answer) = ask("elasticsearch", &variables) else { return };
    let chunk = json!({"document_id": "trial", "content": "14 days.", "score": 7.5,
        "metadata": {"slug": "trial", "updated": "2025-09-01"}});
    assert_eq!(answer, json!({"chunks": [chunk]}));
    let Request { path, head, body } = server.asked().remove(0);
    assert_eq!((path.as_str(), &body["size"]), ("/help/_search", &json!(2)));
    assert_eq!(body["query"]["multi_match"]["query"], "How long?");
    assert!(head.contains("authorization: apikey k"), "{head}");
    let refused = ask("elasticsearch", &[("ES_URL", "http://127.0.0.1:9"), ("ES_INDEX", "help")]).unwrap();
    assert!(refused["error"].as_str().unwrap().contains("refused"), "{refused}");
}

fn embeds_or(request: &Request, other: &Value) -> Value {
    if request.path.ends_with("/embeddings") { json!({"data": [{"embedding": [0.5, 0.25]}]}) } else { other.clone() }
}

#[test]
fn qdrant_is_searched_with_the_questions_vector() {
    let found = json!({"result": {"points": [
        {"id": 7, "score": 0.5, "payload": {"doc": "trial", "text": "14 days."}},
    ]}, "status": "ok"});
    let server = Double::start(move |request| embeds_or(request, &found));
    let variables = [
        ("QDRANT_URL", server.url.as_str()),
        ("QDRANT_COLLECTION", "help"),
        ("QDRANT_ID", "doc"),
        ("EMBED_URL", server.url.as_str()),
        ("EMBED_MODEL", "m"),
    ];
    let Some(answer) = ask("qdrant", &variables) else { return };
    let chunk = json!({"document_id": "trial", "content": "14 days.", "score": 0.5, "metadata": {"doc": "trial"}});
    assert_eq!(answer, json!({"chunks": [chunk]}));
    let asked = server.asked();
    assert_eq!(asked[1].path, "/collections/help/points/query");
    assert_eq!(asked[1].body, json!({"query": [0.5, 0.25], "limit": 2, "with_payload": true}));
}

#[test]
fn pgvector_is_searched_through_psql() {
    let server = Double::start(|request| embeds_or(request, &Value::Null));
    let folder = tempfile::tempdir().unwrap();
    let psql = folder.path().join("psql");
    let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$(dirname \"$0\")/arguments\"\ncat > \"$(dirname \"$0\")/query\"\n\
        echo '[{\"document_id\": \"trial\", \"content\": \"14 days.\", \"score\": 0.5}]'\n";
    std::fs::write(&psql, script).unwrap();
    std::fs::set_permissions(&psql, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let variables = [
        ("PSQL", psql.to_str().unwrap()),
        ("PGVECTOR_TABLE", "documents"),
        ("EMBED_URL", server.url.as_str()),
        ("EMBED_MODEL", "m"),
    ];
    let Some(answer) = ask("pgvector", &variables) else { return };
    assert_eq!(answer["chunks"][0], json!({"document_id": "trial", "content": "14 days.", "score": 0.5}));
    let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    for wanted in ["--set=table=documents", "--set=vector=[0.5, 0.25]", "--set=k=2", "--set=ON_ERROR_STOP=1"] {
        assert!(arguments.lines().any(|argument| argument == wanted), "{wanted} {arguments}");
    }
    let query = std::fs::read_to_string(folder.path().join("query")).unwrap();
    assert!(query.contains("ORDER BY embedding <=> :'vector'::vector LIMIT"), "{query}");
}
