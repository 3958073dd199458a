//! `hindcast ablate` on planted corpora: a server on loopback whose answers depend on chunks that are known.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::place::Place;
use super::recording::attributes_of;

/// What an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    One,
    Both,
    Either,
    Nobody,
    /// One, and the model says it seven times of ten.
    Noisy,
}

const KINDS: [Kind; 5] = [Kind::One, Kind::Both, Kind::Either, Kind::Nobody, Kind::Noisy];

/// A recorded call of which is known what its answer depends on.
#[derive(Clone, Debug)]
struct Planted {
    number: usize,
    kind: Kind,
    /// Ranks of the chunks it depends on, from 1.
    culprits: Vec<usize>,
    chunks: usize,
}

impl Planted {
    /// The case of a number, with 1 to 40 chunks.
    fn of(number: usize) -> Self {
        let kind = KINDS[number % KINDS.len()];
        let least = if matches!(kind, Kind::Both | Kind::Either) { 2 } else { 1 };
        let chunks = least + number * 7 % (41 - least);
        let first = 1 + number * 13 % chunks;
        let other = 1 + (first + number * 5 % (chunks.max(2) - 1)) % chunks;
        let culprits = match kind {
            Kind::One | Kind::Noisy => vec![first],
            Kind::Nobody => Vec::new(),
            Kind::Both | Kind::Either => vec![first, other],
        };
        Self { number, kind, culprits, chunks }
    }

    fn trace_id(&self) -> String {
        format!("{:032x}", self.number + 1)
    }

    fn question(&self) -> String {
        format!("Case {}: for how many weeks is a repair kept?", self.number)
    }

    fn chunk(&self, rank: usize) -> String {
        format!("Entry {rank}{:03} of the ledger says what shelf {rank} of house {} holds.", self.number, self.number)
    }

    fn line(&self) -> String {
        let question = self.question();
        let mut sources = String::from("Answer from these sources.\n");
        let mut retriever = json!({"openinference.span.kind": "RETRIEVER", "input.value": question});
        for rank in 1..=self.chunks {
            let _ = write!(sources, "\n[{rank}] {}", self.chunk(rank));
            let place = format!("retrieval.documents.{}.document", rank - 1);
            retriever[format!("{place}.id")] = json!(format!("doc-{rank}"));
            retriever[format!("{place}.content")] = json!(self.chunk(rank));
        }
        recorded(&self.trace_id(), &question, "It is kept for 4242 weeks.", &sources, &retriever)
    }

    /// What the server says to a request.
    fn says(&self, request: &str, chance: u64) -> String {
        let there = |rank: &usize| request.contains(&self.chunk(*rank));
        let can = match self.kind {
            Kind::One | Kind::Both => self.culprits.iter().all(there),
            Kind::Noisy => self.culprits.iter().all(there) && chance % 10 < 7,
            Kind::Either => self.culprits.iter().any(there),
            Kind::Nobody => true,
        };
        match (can, self.number / 5 % 2) {
            (true, _) => "It is kept for 4242 weeks, as the ledger says.".to_owned(),
            (false, 0) => "The sources do not say.".to_owned(),
            (false, _) => format!("A repair is kept for {} weeks in tower {}.", 100 + chance % 997, chance % 89_989),
        }
    }
}

/// A trace of a question that was looked up and answered from a system message.
fn recorded(trace: &str, question: &str, answer: &str, system: &str, retriever: &Value) -> String {
    let span = |number: u64, parent: Option<u64>, name: &str, from: u64, attributes: &Value| {
        json!({
            "traceId": trace, "spanId": format!("{number:016x}"),
            "parentSpanId": parent.map(|number| format!("{number:016x}")).unwrap_or_default(), "name": name,
            "startTimeUnixNano": (1_795_000_000_000_000_000_u64 + from * 1_000_000).to_string(),
            "endTimeUnixNano": (1_795_000_000_000_000_000_u64 + (from + 50) * 1_000_000).to_string(),
            "attributes": attributes_of(attributes), "status": {"code": 1},
        })
    };
    let chain = json!({"openinference.span.kind": "CHAIN", "input.value": question, "output.value": answer});
    let call = json!({
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o-mini", "llm.provider": "openai",
        "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": system,
        "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": question,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": answer,
        "llm.token_count.prompt": 120, "llm.token_count.completion": 12,
    });
    let spans = [
        span(1, None, "answer", 0, &chain),
        span(2, Some(1), "search", 10, retriever),
        span(3, Some(1), "chat", 100, &call),
    ];
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "x"}, "spans": spans}]}]})
        .to_string()
        + "\n"
}

/// A server, and how often it was asked.
pub struct Server {
    url: String,
    asked: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that answers a request, given all its text and a number by chance.
    pub fn start(says: impl Fn(&str, u64) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let server = Self { url, asked: Arc::default(), bodies: Arc::default() };
        let (asked, bodies) = (Arc::clone(&server.asked), Arc::clone(&server.bodies));
        let (says, chance) = (Arc::new(says), Arc::new(AtomicU64::new(1)));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(mut socket) = socket else { return };
                let (says, chance) = (Arc::clone(&says), Arc::clone(&chance));
                let (asked, bodies) = (Arc::clone(&asked), Arc::clone(&bodies));
                std::thread::spawn(move || {
                    let Some(body) = read_body(&mut socket) else { return };
                    let Ok(body) = serde_json::from_str::<Value>(&body) else { return };
                    asked.fetch_add(1, Ordering::Relaxed);
                    let messages = body["messages"].as_array().cloned().unwrap_or_default();
                    let texts = messages.iter().filter_map(|message| message["content"].as_str());
                    let text = texts.collect::<Vec<_>>().join("\n");
                    let drawn = chance.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let says = says(&text, (drawn ^ (drawn >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33);
                    bodies.lock().unwrap().push(text);
                    let answer = json!({"choices": [{"message": {"content": says}, "finish_reason": "stop"}],
                        "usage": {"prompt_tokens": 100, "completion_tokens": 10}})
                    .to_string();
                    let head =
                        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length:";
                    let _ = socket.write_all(format!("{head} {}\r\n\r\n{answer}", answer.len()).as_bytes());
                });
            }
        });
        server
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The texts of the requests, in order.
    pub fn asked_texts(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    /// The configuration that names it, as `p/m`.
    pub fn config(&self, price: &str) -> String {
        format!(
            "[providers.p]\nkind = \"openai\"\nbase_url = \"{}\"\napi_key_cmd = \"echo key\"\n\n[prices.\"p/m\"]\n{price}",
            self.url
        )
    }
}

fn read_body(socket: &mut impl Read) -> Option<String> {
    let mut request = Vec::new();
    let mut piece = [0; 16_384];
    loop {
        let read = socket.read(&mut piece).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some(body.to_owned());
        }
    }
}

/// A workspace with planted cases, and the server that answers them.
fn planted(cases: Vec<Planted>) -> (Place, Server) {
    let place = Place::with_traces(&cases.iter().map(Planted::line).collect::<String>());
    let server = Server::start(move |text, chance| {
        let number: usize = text.rsplit_once("Case ").unwrap().1.split(':').next().unwrap().parse().unwrap();
        cases.iter().find(|case| case.number == number).unwrap().says(text, chance)
    });
    place.write("hindcast.toml", &server.config("input = 0\noutput = 0\n"));
    (place, server)
}

fn bound(chunks: usize) -> u64 {
    (2.0 * (chunks as f64).log2() + 4.0 + 1e-9) as u64
}

/// Whether an ablation found what was planted, and kept within the bound where that is promised.
fn check(case: &Planted, told: &Value) -> (bool, bool) {
    let samples = told["samples"].as_u64().unwrap();
    let within = told["requests"].as_u64().unwrap() <= bound(case.chunks) * samples;
    let ranks = |row: &Value| row["rank"].as_u64().unwrap() as usize;
    let rows = told["chunks"].as_array().unwrap();
    let found: BTreeSet<usize> = rows.iter().filter(|row| row["responsible"] == true).map(ranks).collect();
    let right = match case.kind {
        Kind::One | Kind::Noisy => ranks(&rows[0]) == case.culprits[0] && found.contains(&case.culprits[0]),
        Kind::Nobody => found.is_empty() && told["verdict"] == "made_up",
        Kind::Both => told["verdict"] == "together" && found == case.culprits.iter().copied().collect(),
        Kind::Either => told["verdict"] == "redundant" && found == case.culprits.iter().copied().collect(),
    };
    (right, within || matches!(case.kind, Kind::Both | Kind::Either))
}

fn ablate(place: &Place, case: &Planted, samples: &str) -> Value {
    let id = case.trace_id();
    place
        .run(&["ablate", &id, "-m", "p/m", "--samples", samples, "--concurrency", "16", "--format", "json"])
        .ends_with(0)
        .json()
}

#[test]
fn what_was_planted_is_found() {
    let cases: Vec<Planted> = (5..15).map(Planted::of).collect();
    let (place, _server) = planted(cases.clone());
    for case in &cases {
        let samples = if case.kind == Kind::Noisy { "9" } else { "2" };
        let told = ablate(&place, case, samples);
        assert_eq!(check(case, &told), (true, true), "{case:?}: {told}");
        assert_eq!(told["chunks"].as_array().unwrap().len(), case.chunks);
    }
}

/// By hand: `--ignored --nocapture two_hundred_planted_corpora`.
#[test]
#[ignore = "it takes minutes; run it by hand, and read its figures"]
fn two_hundred_planted_corpora() {
    let cases: Vec<Planted> = (0..250).map(Planted::of).collect();
    let (place, _server) = planted(cases.clone());
    let mut counts = std::collections::BTreeMap::<Kind, (u32, u32, u32)>::new();
    for case in &cases {
        let told = ablate(&place, case, if case.kind == Kind::Noisy { "5" } else { "1" });
        let (right, within) = check(case, &told);
        let count = counts.entry(case.kind).or_default();
        *count = (count.0 + 1, count.1 + u32::from(right), count.2 + u32::from(within));
        if !right || !within {
            println!("{case:?}: right {right}, within {within}: {}", told["verdict_text"]);
        }
    }
    println!("cases, right, within the bound: {counts:?}");
    assert!(counts.values().all(|(all, right, _)| right * 10 >= all * 9), "{counts:?}");
}

#[test]
fn the_document_is_as_documented_and_asks_nothing_twice() {
    let case = Planted { number: 5, kind: Kind::One, culprits: vec![3], chunks: 5 };
    let (place, server) = planted(vec![case.clone()]);
    let id = case.trace_id();
    let plan = place.run(&["ablate", &id, "-m", "p/m", "--dry-run", "--format", "json"]).ends_with(0).json();
    assert_eq!((&plan["status"], &plan["items"], &plan["requests"]), (&json!("planned"), &json!(5), &json!(40)));
    assert_eq!(server.asked(), 0);
    let told = ablate(&place, &case, "3");
    let names: Vec<&String> = told.as_object().unwrap().keys().collect();
    insta::assert_debug_snapshot!((names, told["chunks"][0].as_object().unwrap().keys().collect::<Vec<_>>()));
    let first = &told["chunks"][0];
    assert_eq!((&first["rank"], &first["document_id"], &first["changed"]), (&json!(3), &json!("doc-3"), &json!(true)));
    assert!(first["effect"] == 1.0 && first["output_text"].as_str().unwrap().contains("in tower"), "{told}");
    assert!(first["low"].as_f64().unwrap() > 0.0 && told["chunks"][1]["effect"] == 0.0, "{told}");
    assert_eq!(told["baseline"]["output_text"], "It is kept for 4242 weeks, as the ledger says.");
    assert_ne!(told["none"]["output_text"], told["baseline"]["output_text"]);
    let asked = server.asked();
    assert_eq!(told["requests"].as_u64().unwrap() as usize, asked);
    let run = told["run_id"].as_str().unwrap();
    let again = place.run(&["ablate", "--resume", run, "--format", "json"]).ends_with(0).json();
    assert_eq!((&again["chunks"], &again["verdict"]), (&told["chunks"], &json!("one")));
    assert_eq!(ablate(&place, &case, "3")["chunks"], told["chunks"], "from the cache");
    assert_eq!(server.asked(), asked);
    let runs = place.run(&["runs", run, "--format", "jsonl"]).ends_with(0).stdout;
    assert_eq!(runs.lines().count(), asked);
    let shown = place.run(&["ablate", &id, "-m", "p/m", "--samples", "3"]).ends_with(0).stdout;
    assert!(shown.starts_with("chunk 3 is responsible: without it the answer goes"), "{shown}");
    assert!(shown.contains("██████████") && shown.contains("without chunk 3:"), "{shown}");
}

#[test]
fn the_cap_holds_and_a_stopped_ablation_goes_on_without_paying_twice() {
    let case = Planted { number: 5, kind: Kind::One, culprits: vec![17], chunks: 33 };
    let (place, server) = planted(vec![case.clone()]);
    place.write(
        "hindcast.toml",
        ("[defaults]\nmax_output_tokens = 20\n\n".to_owned() + &server.config("input = 10\noutput = 100\n")).as_str(),
    );
    let id = case.trace_id();
    let refused = place.run(&["ablate", &id, "-m", "p/m", "--samples", "1"]).ends_with(2);
    assert!(refused.stderr.contains("this costs money") && server.asked() == 0, "{refused:?}");
    let arguments = ["ablate", &id, "-m", "p/m", "--samples", "1", "--yes", "--concurrency", "1", "--format", "json"];
    let stopped = place.run(&[&arguments[..], &["--max-cost", "0.03"]].concat()).ends_with(5);
    let spent = server.asked();
    assert!(spent > 2 && stopped.stderr.contains("hindcast ablate --resume"), "{stopped:?}");
    let part = stopped.json();
    assert_eq!((&part["verdict"], &part["status"]), (&Value::Null, &json!("budget")));
    assert!(part["cost_usd"].as_f64().unwrap() <= 0.03);
    let run = part["run_id"].as_str().unwrap();
    let done =
        place.run(&["ablate", "--resume", run, "--max-cost", "5", "--yes", "--format", "json"]).ends_with(0).json();
    assert_eq!((&done["verdict"], &done["chunks"][0]["rank"]), (&json!("one"), &json!(17)), "{done}");
    assert_eq!(done["requests"].as_u64().unwrap() as usize, server.asked());
    let distinct: BTreeSet<String> = server.bodies.lock().unwrap().iter().cloned().collect();
    assert_eq!(distinct.len(), server.asked(), "nothing is asked twice");
}

#[test]
fn a_sentence_is_traced_to_its_own_chunk() {
    let question = "How long are exports kept, and where?";
    let documents = ["Exports are kept for 30 days.", "Exports lie in hall 12 of Oslo.", "Invoices are blue."];
    let mut retriever = json!({"openinference.span.kind": "RETRIEVER", "input.value": question});
    for (at, document) in documents.iter().enumerate() {
        retriever[format!("retrieval.documents.{at}.document.content")] = json!(document);
    }
    let system = format!("Sources:\n\n- {}\n- {}\n- {}", documents[0], documents[1], documents[2]);
    let answer = "They are kept for 30 days. They lie in hall 12 of Oslo.";
    let place = Place::with_traces(&recorded(&"a".repeat(32), question, answer, &system, &retriever));
    let server = Server::start(|text, _| {
        let days = if text.contains("30 days") { "They are kept for 30 days." } else { "They are kept for a while." };
        let oslo = if text.contains("of Oslo") { " They lie in hall 12 of Oslo." } else { "" };
        format!("{days}{oslo}")
    });
    place.write("hindcast.toml", &server.config("input = 0\noutput = 0\n"));
    let told = |more: &[&str]| {
        let arguments = ["ablate", "aaaa", "-m", "p/m", "--samples", "2", "--format", "json"];
        place.run(&[&arguments[..], more].concat()).ends_with(0).json()
    };
    let second = told(&["--sentence", "2"]);
    assert_eq!((&second["chunks"][0]["rank"], &second["verdict"]), (&json!(2), &json!("one")), "{second}");
    assert_eq!(second["sentence"]["text"], "They lie in hall 12 of Oslo.");
    assert_eq!(told(&["--sentence", "1"])["chunks"][0]["rank"], 1);
    assert_eq!(told(&[])["verdict"], "together");
    let wrong = place.run(&["ablate", "aaaa", "-m", "p/m", "--sentence", "3"]).ends_with(2);
    assert!(wrong.stderr.contains("has 2 sentences") && wrong.stderr.contains("hindcast ground"), "{wrong:?}");
}

#[test]
fn parts_of_the_prompt_are_left_out_too() {
    let question = "Which colour?";
    let system = "# Tone\nBe warm.\n\n# Facts\nThe house colour is teal 7.\n\n# Form\nBe short.";
    let retriever = json!({"openinference.span.kind": "RETRIEVER", "input.value": question});
    let place = Place::with_traces(&recorded(&"b".repeat(32), question, "Teal 7.", system, &retriever));
    let server = Server::start(
        |text, _| {
            if text.contains("teal 7") { "It is teal 7.".into() } else { "It is not said.".into() }
        },
    );
    place.write("hindcast.toml", &server.config("input = 0\noutput = 0\n"));
    let arguments = ["ablate", "bbbb", "-m", "p/m", "--parts", "--samples", "2", "--set", "temperature=0"];
    let told = place.run(&[&arguments[..], &["--format", "json"]].concat()).ends_with(0).json();
    let first = &told["parts"][0];
    assert_eq!(
        (&first["label"], &first["kind"], &told["verdict"]),
        (&json!("Facts"), &json!("section"), &json!("one"))
    );
    let bodies = server.bodies.lock().unwrap().clone();
    assert!(bodies.iter().any(|text| text == "# Tone\nBe warm.\n\n# Form\nBe short.\nWhich colour?"), "{bodies:?}");
    let shown = place.run(&arguments).ends_with(0).stdout;
    assert!(shown.starts_with("part 2 is responsible"), "{shown}");
    let refused = place.run(&["ablate", "bbbb", "-m", "p/m"]).ends_with(2);
    assert!(refused.stderr.contains("was given no chunks") && refused.stderr.contains("--parts"), "{refused:?}");
}

#[test]
fn chunks_that_do_not_stand_in_the_messages_are_told() {
    let question = "Which colour?";
    let mut retriever = json!({"openinference.span.kind": "RETRIEVER", "input.value": question});
    retriever["retrieval.documents.0.document.content"] = json!("Doors are teal.");
    retriever["retrieval.documents.1.document.content"] = json!("This was cut off.");
    let with = recorded(&"c".repeat(32), question, "Teal.", "Sources:\n[1] Doors are teal.", &retriever);
    let without = recorded(&"d".repeat(32), question, "Teal.", "Be short.", &retriever);
    let place = Place::with_traces(&(with + &without));
    let server = Server::start(|text, _| if text.contains("teal") { "Teal doors.".into() } else { "Unknown.".into() });
    place.write("hindcast.toml", &server.config("input = 0\noutput = 0\n"));
    let refused = place.run(&["ablate", "dddd", "-m", "p/m"]).ends_with(2);
    assert!(refused.stderr.contains("none of the 2 chunks") && server.asked() == 0, "{refused:?}");
    let done = place.run(&["ablate", "cccc", "-m", "p/m", "--format", "json"]).ends_with(0);
    assert!(done.stderr.contains("chunk 2 does not stand in the messages"), "{done:?}");
    let told = done.json();
    assert_eq!((&told["chunks"][0]["rank"], &told["chunks"][1]["tested"]), (&json!(1), &json!("not_in_messages")));
    let free = place.run(&["ablate", "dddd", "-m", "builtin/extractive", "--format", "json"]).ends_with(0).json();
    assert_eq!(free["chunks"].as_array().unwrap().len(), 2, "it reads the chunks themselves");
}
