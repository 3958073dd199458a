use super::*;

fn ask(script: &str) -> Result<Vec<Found>, AppError> {
    let command = format!("sh -c {}", shlex::try_quote(script).unwrap());
    let without = std::iter::once("PATH_OF_SECRETS".to_owned());
    let mut retriever = CommandRetriever::start(&command, without)?.with_patience(Duration::from_millis(400));
    retriever.search("How?", Some("q1"), 2, &Cancel::new())
}

#[test]
fn a_command_answers_questions_line_by_line() {
    let script = r#"while read line; do printf '{"chunks":[{"document_id":"a","content":"A","score":0.5},{"document_id":7},{"document_id":"c"}]}\n'; done"#;
    let command = format!("sh -c {}", shlex::try_quote(script).unwrap());
    let mut retriever = CommandRetriever::start(&command, std::iter::empty()).unwrap();
    for _ in 0..3 {
        let found = retriever.search("How?", None, 2, &Cancel::new()).unwrap();
        let seen: Vec<_> = found.iter().map(|one| (one.document.as_str(), &*one.text, one.score)).collect();
        assert_eq!(seen, [("a", "A", Some(0.5)), ("7", "", None)]);
    }
}

#[test]
fn it_gets_the_question_and_no_keys() {
    let found = ask(
        r#"read line; printf '{"chunks":[{"document_id":"x","content":"%s|%s"}]}\n' "$PATH_OF_SECRETS" "$(printf %s "$line" | tr -d '"')""#,
    );
    assert_eq!(&*found.unwrap()[0].text, "|{question:How?,k:2,question_id:q1}");
}

#[test]
fn what_goes_wrong_is_told_with_what_it_said() {
    for (script, says) in [
        ("read line; echo no; read line", "no JSON"),
        ("read line; echo '{\"error\": \"index is gone\"}'; read line", "index is gone"),
        ("read line; echo '{\"chunks\": [{}]}'; read line", "no `document_id`"),
        ("read line; echo '{}'; read line", "no list `chunks`"),
        ("exit 3", "ended without an answer"),
        ("sleep 30", "no answer within 0.4 s"),
    ] {
        let error = ask(script).unwrap_err();
        assert!(error.message.contains(says), "{script}: {error:?}");
    }
    let error = ask("echo 'cannot connect to 127.0.0.1' >&2; exit 1").unwrap_err();
    assert_eq!(error.exit(), crate::error::Exit::Provider);
    let missing = CommandRetriever::start("/no/such/retriever", std::iter::empty()).err().unwrap();
    assert!(missing.message.contains("could not be started"), "{missing:?}");
}
