//! The screen of retrieval asks a model, here a server on loopback: a judge, then an ablation, to their ends.

use super::session::Session;
use crate::cli::ablation::Server;
use crate::cli::place::Place;
use crate::cli::recording::three;

const ABSENT: &str = r#"[{"sentence": 1, "verdict": "absent", "why": "no source tells"}]"#;

/// What the server says: as a judge that no source tells, and else what stands in the chunk, where it is there.
fn says(text: &str) -> String {
    let known = "The REST API allows 600 requests per minute on Business.";
    match (text.contains("SENTENCES"), text.contains(known)) {
        (true, _) => ABSENT.to_owned(),
        (false, true) => "The API allows 600 requests per minute.".to_owned(),
        (false, false) => "Nothing is said of limits in what I was given.".to_owned(),
    }
}

#[test]
fn a_judge_and_an_ablation_are_asked_from_the_screen_of_retrieval() {
    let place = Place::with_traces(&three());
    let server = Server::start(|text, _| says(text));
    let config = format!("[defaults]\nmodels = [\"p/m\"]\n\n{}", server.config("input = 0\noutput = 0\n"));
    place.write("hindcast.toml", &config);
    let mut session = Session::start(&place.workspace(), &["open", "aaaa"], &[]);
    session.wait_for("The API allows 600").send("c").wait_for("supported");
    session.send("V").wait_for("Ask a judge").send("\u{1b}[B\r").wait_for("Send 1 request");
    assert_eq!(server.asked(), 0, "nothing is sent before a yes");
    session.send("y").wait_for("(p/m)").wait_for("judged 1 of 1 sentence");
    assert_eq!(server.asked(), 1);
    session.send("A").wait_for("Which chunk does").send("\r").wait_for("Send at most");
    session.send("y").wait_for("chunk 1 is responsible");
    session.send("q");
    assert_eq!(session.end().0.exit_code(), 0);
    // What the judge said is there the next time.
    let told = place.run(&["ground", "aaaa", "--format", "json"]).ends_with(0).json();
    assert_eq!((&told["sentences"][0]["judge"], &told["grounded_rate"]), (&"p/m".into(), &0.0.into()), "{told}");
}
